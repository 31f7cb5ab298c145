"""Whole incidents on real parts with Slack as the only channel: told, asked, answered and ended there.

The HTTP API is read to see what was recorded; nothing is decided through it. Told with the scenarios of
test_scenarios.py at the same time (theatre.py).
"""

import pytest

from tests.e2e.story import Given, Then, When
from tests.e2e.theatre import Tell, Theatre

pytestmark = [pytest.mark.tier1, pytest.mark.tier2]


def from_the_alert_to_the_green_edit_by_one_press(given: Given, when: When, then: Then) -> None:
    slack = given.a_slack()
    given.a_shop("v1", "v2")
    given.steadyhand(**slack.settings())
    when.released("checkout", "bad-v3")
    card = slack.card()
    root = slack.incident("waiting")
    for part in ("checkout back to revision 2", "bad-v3", "Blast radius", "Undo", "Expires in", "Is it safe?"):
        assert part in card.seen.text, f"{part!r} is not on the card:\n{card.seen.text}"
    assert card.buttons == ["approve", "deny", "on_it"]
    assert (card.thread_ts, card.broadcast) == (root.ts, True)
    slack.press("approve", slack.ann)
    incident = then.the_incident().burn_fell().ends_as("recovered").acted_once().remembered()
    assert incident.report["decision"]["channel"] == "slack"
    assert incident.report["decision"]["identity"].endswith(slack.ann.id)
    assert "approved by ann (slack)" in slack.closed(card).lower()
    told = slack.green().seen.text.lower()
    for part in ("recovered", "release 3 of checkout is bad", "approved by ann (slack)", "back to revision 2"):
        assert part in told, f"{part!r} is not in the last edit:\n{told}"
    assert len(root.versions) >= 3, "it was not edited while the investigation went on"
    assert slack.told("confirmed").ts
    assert slack.told("done").ts
    slack.told_once()
    then.checkout_runs("v2")
    then.requests_succeed()
    then.steadyhand_wrote(times=1)


def whoever_may_not_decide_is_told_in_private_and_a_denial_is_kept_with_its_reason(
    given: Given, when: When, then: Then
) -> None:
    slack = given.a_slack()
    given.a_shop("v1")
    given.steadyhand(**slack.settings())
    when.released("checkout", "bad-v2")
    card = slack.card()
    slack.press("approve", slack.eve)
    slack.whispered(slack.eve, "Nothing was decided")
    incident = then.the_incident().did_nothing()
    assert card.buttons, "the question is still open"
    slack.deny(slack.ann, reason="a migration has run, we fix forward")
    incident.was_decided("denied", "a migration has run").did_nothing().ends_as("handed_over").remembered()
    assert "a migration has run" in slack.closed(card)
    assert "a migration has run" in slack.incident("handed over").seen.text
    assert "denied" in slack.told("Over to you").seen.text
    slack.told_once()
    then.the_command_line_shows(incident, "denied", "a migration has run, we fix forward")
    then.checkout_runs("bad-v2")
    then.steadyhand_wrote(times=0)


def an_innocent_release_is_not_asked_about_and_the_thread_says_why(given: Given, when: When, then: Then) -> None:
    slack = given.a_slack()
    given.a_shop("v1", "v2")
    given.steadyhand(**slack.settings())
    when.released("checkout", "v3")
    when.breaks("payments", ratio=0.9)
    incident = then.the_incident().is_confirmed_as("dependency-down", of="payments")
    incident.clears("bad-release").asked_nothing().did_nothing().ends_as("advised")
    note = slack.told("Over to you").seen.text
    for part in ("Known", "payments", "Ruled out", "Next"):
        assert part in note, f"{part!r} is not in the hand-over:\n{note}"
    answer = slack.ask("why not the deploy?", slack.eve, saying="refuted")
    assert "checkout" in answer
    assert "%" in answer, "without what moved it"
    assert slack.cards() == []
    slack.told_once()
    then.checkout_runs("v3")
    then.steadyhand_wrote(times=0)


def a_question_put_while_slack_is_down_is_asked_once_when_it_is_back(given: Given, when: When, then: Then) -> None:
    slack = given.a_slack()
    given.a_shop("v1")
    given.steadyhand(**slack.settings())
    when.released("checkout", "bad-v2")
    slack.incident()
    slack.goes_away()
    incident = then.the_incident()
    incident.says("proposal")
    incident.asks_for_rollback_to(1)
    slack.comes_back()
    card = slack.card()
    slack.connected()
    slack.press("approve", slack.bob)
    incident.burn_fell().ends_as("recovered").acted_once()
    slack.closed(card)
    slack.green()
    assert slack.cards() == [card]
    slack.told_once()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def a_press_after_a_crash_counts_once_on_the_card_that_was_there(given: Given, when: When, then: Then) -> None:
    slack = given.a_slack()
    given.a_shop("v1")
    given.steadyhand(**slack.settings())
    when.released("checkout", "bad-v2")
    card = slack.card()
    slack.incident("waiting")
    incident = then.the_incident()
    incident.daemon.kill()
    slack.press("approve", slack.ann, heard=False)
    incident.daemon.start()
    slack.connected()
    slack.press("approve", slack.ann)
    incident.acted()
    slack.press_again(card, "approve", slack.bob)
    slack.whispered(slack.bob, "Nothing was decided")
    incident.burn_fell().ends_as("recovered").acted_once().was_decided("approved")
    slack.green()
    assert slack.cards() == [card]
    slack.told_once()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def two_people_approve_by_signed_requests(given: Given, when: When, then: Then) -> None:
    slack = given.a_slack(signed=True)
    given.a_shop("v1")
    given.steadyhand(**slack.settings(people=2))
    slack.proves_the_address()
    when.released("checkout", "bad-v2")
    card = slack.card()
    slack.press("approve", slack.ann)
    slack.told("one more person")
    slack.press("approve", slack.ann)
    slack.whispered(slack.ann, "already approved")
    incident = then.the_incident().did_nothing()
    then.steadyhand_wrote(times=0)
    slack.press("approve", slack.bob)
    incident.burn_fell().ends_as("recovered").acted_once().was_decided("approved")
    slack.closed(card)
    slack.green()
    slack.told_once()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


SCENARIOS = [
    from_the_alert_to_the_green_edit_by_one_press,
    whoever_may_not_decide_is_told_in_private_and_a_denial_is_kept_with_its_reason,
    an_innocent_release_is_not_asked_about_and_the_thread_says_why,
    a_question_put_while_slack_is_down_is_asked_once_when_it_is_back,
    a_press_after_a_crash_counts_once_on_the_card_that_was_there,
    two_people_approve_by_signed_requests,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_in_slack_it_holds_that(scenario: Tell, theatre: Theatre) -> None:
    theatre.tell(scenario)
