"""Whole incidents with Slack as the only channel: from the alert to the green edit, and every other end."""

from agent.model.incident import Resolution
from agent.model.proposal import DecisionKind


async def test_from_alert_to_approval_by_button_to_the_green_edit(office, story, slack):
    await office.open()
    await story.alerted()
    card = await office.card()
    assert card.thread_ts == (await office.root()).ts
    assert card.broadcast
    press = await office.pressed("approve")
    assert press.acked
    await office.answered()
    report = await story.closed()
    assert report.incident.resolution is Resolution.RECOVERED
    assert (report.decision.by, report.decision.identity) == ("ann", f"slack:T0FAKE:{office.ann.id}")
    assert report.decision.channel == "slack"
    root = await office.green()
    await slack.until(lambda: not card.buttons)
    assert len(office.roots()) == 1
    assert len(office.cards()) == 1
    assert "recovered" in root.seen.text.lower()
    assert "approved" in card.seen.text.lower()
    assert len(story.effects()) == 1
    assert slack.web.errors == []


async def test_a_denial_asks_for_the_reason_and_remembers_it(office, story, slack):
    await office.open()
    await story.alerted()
    await office.pressed("deny")
    await slack.until(lambda: slack.state.views)
    view = next(iter(slack.state.views.values()))
    sent = await slack.people.submit(view, {"reason": "the other team rolls forward"}, office.ann)
    assert sent.acked
    await office.answered()
    report = await story.closed()
    assert report.decision.kind is DecisionKind.DENIED
    assert report.decision.reason == "the other team rolls forward"
    assert story.effects() == []
    await slack.message("Over to you")


async def test_i_am_on_it_leaves_the_incident_to_the_person_until_it_is_handed_back(office, story, slack):
    await office.open()
    await story.alerted()
    await office.pressed("on_it", office.bob)
    await slack.message("bob (slack:T0FAKE:")
    assert office.bob.id in (await story.incident()).taken_by
    await office.pressed("approve", office.ann)
    await office.whispered(office.ann, "is on it")
    assert story.effects() == []
    await story.daemon.hand_back(story.incident_id)
    await office.pressed("approve", office.ann)
    await office.answered()
    await story.closed()
    assert len(story.effects()) == 1


async def test_a_question_nobody_answers_is_closed_on_the_card(office, story, slack):
    await office.open()
    await story.alerted()
    card = await office.card()
    story.nobody_answers()
    await story.closed()
    await slack.until(lambda: not card.buttons)
    assert "nobody answered" in card.seen.text.lower()


async def test_the_second_of_two_people_is_told_who_was_first_and_only_they_are(office, story, slack):
    await office.open()
    await story.alerted()
    card = await office.card()
    await office.pressed("approve")
    await office.answered()  # before that, a denial is still asked for its reason
    await slack.people.press(card.ts, "deny", office.bob, version=0)
    await office.whispered(office.bob, "already answered")
    assert slack.state.ephemerals(office.ann.id) == []
    await story.closed()
    assert len(story.effects()) == 1
