"""What comes up between the question and the action: held back with the reason, or asked about again; never just done."""

from datetime import timedelta

from agent.model.company import HANDS_OFF
from agent.model.freeze import CalendarFile
from agent.model.incident import Resolution
from agent.model.playbook import Autonomy
from agent.model.proposal import PermissionKind
from agent.model.rules import ErrorBudget
from integrations.simulation.deployment import Deployment


def checkout(story) -> Deployment:
    return story.stage.world.deployment("checkout")


async def test_marked_hands_off_after_the_question_it_is_left_alone(tell):
    story = await tell("bad_release")
    await story.alerted()
    question = await story.asked()
    checkout(story).annotations[HANDS_OFF] = "true"
    await story.approve(question)
    report = await story.closed()
    assert any(f"is marked {HANDS_OFF}" in step for step in report.next_steps)
    assert (report.permission.kind, report.permission.rule) == (PermissionKind.REFUSED, "hands off")
    assert story.effects() == []


async def test_somebodys_kubectl_after_the_question_is_asked_about_and_the_old_approval_is_worth_nothing(tell):
    story = await tell("bad_release")
    await story.alerted()
    first = await story.asked()
    story.stage.later(5)
    checkout(story).wrote("kubectl-annotate", story.stage.clock.now(), template=False)
    await story.approve(first)
    second = await story.asked()
    assert second.digest != first.digest
    assert "kubectl-annotate wrote to" in second.changed
    assert story.effects() == []
    await story.approve(second)
    assert (await story.closed()).incident.resolution is Resolution.RECOVERED
    assert len(story.effects()) == 1


async def test_a_freeze_that_began_after_the_question_is_kept(tell):
    story = await tell("bad_release", calendars=[CalendarFile(path="freezes.ics")])
    await story.alerted()
    report = await story.closed()
    assert "was not read" in report.permission.reason  # nobody reads calendars in a story: that counts as frozen
    assert report.permission.rule == "freeze"
    assert story.effects() == []


async def test_a_dated_freeze_between_approval_and_action_refuses_it(tell):
    story = await tell("bad_release", approval_seconds=7200)
    await story.alerted()
    question = await story.asked()
    frozen = {
        "start": question.asked_at + timedelta(hours=1),
        "end": question.asked_at + timedelta(hours=3),
        "reason": "Black Friday",
    }
    await story.crash()
    story.house = story.house.evolve(policy=story.house.policy.evolve(freezes=[frozen]))
    await story.start()
    story.stage.later(3700)
    await story.approve(question)
    report = await story.closed()
    assert report.permission.reason.endswith("Black Friday")
    assert story.effects() == []


async def test_every_rule_answers_in_the_report(tell):
    story = await tell("bad_release")
    await story.alerted()
    await story.approve()
    report = await story.closed()
    assert {"autonomy", "freeze", "hands off", "kubectl", "error budget"} <= {a.rule for a in report.permission.answers}


async def test_a_budget_that_is_at_stake_lets_it_act_alone(tell):
    story = await tell("bad_release", autonomy=Autonomy.ACT, error_budget=ErrorBudget(min_burn=1, max_left_percent=100))
    await story.alerted()

    async def asked_or_done():
        report = await story.report()
        return report if report.permission else None

    report = await story.until(asked_or_done, "the guard is asked")
    budget = next(a for a in report.permission.answers if a.rule == "error budget")
    assert "of the budget left" in budget.reason
