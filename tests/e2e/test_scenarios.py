"""The machine on real parts: every way an incident can go, seen from outside.

Each function below is one scenario; they are told at the same time (theatre.py), and the one test
function waits for each in turn.
"""

import pytest

from tests.e2e.gate import Side
from tests.e2e.story import Given, Then, When
from tests.e2e.theatre import Tell, Theatre

pytestmark = [pytest.mark.tier1, pytest.mark.tier2]


def a_bad_release_is_blamed_approved_rolled_back_verified_and_remembered(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1", "v2", "v3")
    given.checkout_went_back_to(1)
    given.revision_is_gone(3)
    given.steadyhand()
    assert when.released("checkout", "bad-v4") == 5
    incident = then.the_incident().is_confirmed_as("bad-release")
    asked = incident.asks_for_rollback_to(4)
    when.approved(asked)
    incident.burn_fell().ends_as("recovered").acted_once().remembered()
    then.checkout_runs("v1")
    then.requests_succeed()
    then.steadyhand_wrote(times=1)
    then.the_command_line_shows(incident, "bad-v4", "recovered")


def a_person_at_a_terminal_approves_and_a_stop_in_between_loses_nothing(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1", "v2")
    given.steadyhand()
    when.released("checkout", "bad-v3")
    incident = then.the_incident().is_confirmed_as("bad-release")
    incident.asks_for_rollback_to(2)
    when.approved_on_the_command_line(incident)
    incident.acted()
    when.asked_to_stop_and_started_again()
    incident.burn_fell().ends_as("recovered").acted_once().was_decided("approved", "seen it")
    then.checkout_runs("v2")
    then.steadyhand_wrote(times=1)


def a_revision_deleted_while_the_question_was_open_is_not_replaced_by_a_guess(
    given: Given, when: When, then: Then
) -> None:
    given.a_shop("v1", "v2")
    given.steadyhand()
    assert when.released("checkout", "bad-v3") == 3
    incident = then.the_incident().is_confirmed_as("bad-release")
    asked = incident.asks_for_rollback_to(2)
    given.revision_is_gone(2)
    when.approved(asked)
    incident.reaches("closed")
    assert any("revision 2" in step for step in incident.report["next_steps"]), incident.report["next_steps"]
    assert incident.report["incident"]["resolution"] != "recovered"
    then.checkout_runs("bad-v3")
    then.steadyhand_wrote(times=0)


def an_innocent_release_beside_a_failing_dependency_is_cleared_by_name(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1", "v2")
    given.steadyhand()
    when.released("checkout", "v3")
    when.breaks("payments", ratio=0.9)
    incident = then.the_incident().is_confirmed_as("dependency-down", of="payments")
    incident.clears("bad-release").points_at("payments").asked_nothing().did_nothing().ends_as("advised")
    then.checkout_runs("v3")
    then.steadyhand_wrote(times=0)


def a_dependency_down_without_any_release_is_answered_with_no_rollback(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1", "v2")
    given.steadyhand()
    when.breaks("payments", ratio=1.0)
    incident = then.the_incident().is_confirmed_as("dependency-down", of="payments")
    incident.points_at("payments").asked_nothing().did_nothing().ends_as("advised")
    then.checkout_runs("v2")
    then.steadyhand_wrote(times=0)


def prometheus_stopped_mid_investigation_leaves_it_open_and_coverage_says_so(
    given: Given, when: When, then: Then
) -> None:
    given.a_prometheus_of_its_own()
    given.a_gate_before_prometheus()
    given.a_shop("v1", "v2")
    given.steadyhand()
    held = when.questions_will_be_held("/api/v1/query_range")
    when.released("checkout", "bad-v3")
    held.wait()
    when.prometheus_stops()
    held.drop()
    incident = then.the_incident().is_not_confirmed().coverage_misses("metrics")
    incident.asked_nothing().did_nothing().ends_as("handed_over")
    then.steadyhand_wrote(times=0)


def prometheus_stopped_before_the_first_question_leaves_it_blind(given: Given, when: When, then: Then) -> None:
    given.a_prometheus_of_its_own()
    given.a_gate_before_prometheus()
    given.a_shop("v1")
    given.steadyhand()
    held = when.questions_will_be_held("/api/v1/")
    when.released("checkout", "bad-v2")
    held.wait()
    when.prometheus_stops()
    held.drop()
    incident = then.the_incident().is_not_confirmed().coverage_misses("metrics")
    assert incident.report["conclusion"] == "blind"
    incident.asked_nothing().did_nothing().ends_as("handed_over")
    then.steadyhand_wrote(times=0)


def prometheus_stopped_during_verification_means_cannot_tell_never_recovered(
    given: Given, when: When, then: Then
) -> None:
    given.a_prometheus_of_its_own()
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    when.approved(incident.asks_for_rollback_to(1))
    incident.acted()
    when.prometheus_stops()
    incident.cannot_tell().ends_as("handed_over").acted_once().remembered()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def a_denied_proposal_is_never_acted_on_and_the_reason_is_kept(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    incident.asks_for_rollback_to(1)
    when.asked_to_stop_and_started_again()
    when.denied_on_the_command_line(incident, reason="a migration has run, we fix forward")
    incident.was_decided("denied", "a migration has run").did_nothing().ends_as("handed_over").remembered()
    assert "a migration has run" in incident.memory["decision_reason"]
    then.checkout_runs("bad-v2")
    then.steadyhand_wrote(times=0)


def a_question_nobody_answers_expires(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1")
    given.steadyhand(policy={"approval_seconds": 5})
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    asked = incident.says("proposal")["data"]
    incident.was_decided("expired").did_nothing().ends_as("handed_over")
    late = incident.daemon.decide(incident.id, incident.report["decision"]["digest"], "approved")
    assert late.is_client_error, late.text
    assert asked["incident_id"] == incident.id
    then.checkout_runs("bad-v2")
    then.steadyhand_wrote(times=0)


def a_target_changed_before_the_approval_is_refused_and_asked_again(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    first = incident.asks_for_rollback_to(1)
    when.somebody_changes("checkout")
    when.approved(first)
    second = incident.asks_again_after(first["digest"])
    then.steadyhand_wrote(times=0)
    assert incident.daemon.decide(incident.id, first["digest"], "approved").is_client_error
    when.approved(second)
    incident.burn_fell().ends_as("recovered")
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def a_daemon_killed_between_every_two_steps_acts_once(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident()
    when.killed_after_each(incident, "opened", "burn", "timeline", "hypotheses", "test", "verdict", "proposal")
    asked = incident.is_confirmed_as("bad-release").asks_for_rollback_to(1)
    when.killed_and_restarted()
    when.approved(asked)
    when.killed_after_each(incident, "decision", "action", "verifying", "verified", "remembered")
    then.the_incident().burn_fell().ends_as("recovered").acted_once().remembered()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)
    assert incident.daemon.starts == 14


def a_daemon_killed_before_its_write_arrived_writes_once(given: Given, when: When, then: Then) -> None:
    given.a_gate_before_the_api_server()
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    held = when.the_write_will_be_held(Side.BEFORE)
    when.approved(incident.asks_for_rollback_to(1))
    held.wait()
    incident.daemon.kill()
    held.drop()
    incident.daemon.start()
    then.the_incident().burn_fell().ends_as("recovered").acted_once()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def a_daemon_killed_after_its_write_arrived_does_not_repeat_it(given: Given, when: When, then: Then) -> None:
    given.a_gate_before_the_api_server()
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    held = when.the_write_will_be_held(Side.AFTER)
    when.approved(incident.asks_for_rollback_to(1))
    held.wait()
    incident.daemon.kill()
    held.drop()
    then.steadyhand_wrote(times=1)
    incident.daemon.start()
    then.the_incident().burn_fell().ends_as("recovered").acted_once()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def a_write_that_arrives_late_after_a_restart_changes_nothing_more(given: Given, when: When, then: Then) -> None:
    given.a_gate_before_the_api_server()
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    held = when.the_write_will_be_held(Side.BEFORE)
    when.approved(incident.asks_for_rollback_to(1))
    held.wait()
    incident.daemon.kill()
    incident.daemon.start()
    then.the_incident().acted()
    held.let_go()
    assert held.answered.wait(30)
    assert held.status in (409, 412, 422), "the API server took a write that another had been quicker than"
    then.the_incident().burn_fell().ends_as("recovered").acted_once()
    then.checkout_runs("v1")
    then.steadyhand_wrote(times=1)


def a_rollback_that_does_not_help_is_taken_back(given: Given, when: When, then: Then) -> None:
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    when.approved(incident.asks_for_rollback_to(1))
    incident.acted()
    when.breaks("payments", ratio=0.5)
    incident.reaches("closed")
    incident.was_taken_back().remembered()
    assert incident.report["incident"]["resolution"] != "recovered"
    then.checkout_runs("bad-v2")
    then.steadyhand_wrote(times=2)


def a_daemon_killed_inside_the_undo_takes_back_once(given: Given, when: When, then: Then) -> None:
    given.a_gate_before_the_api_server()
    given.a_shop("v1")
    given.steadyhand()
    when.released("checkout", "bad-v2")
    incident = then.the_incident().is_confirmed_as("bad-release")
    when.approved(incident.asks_for_rollback_to(1))
    incident.acted()
    when.breaks("payments", ratio=0.5)
    held = when.the_write_will_be_held(Side.AFTER)
    held.wait()
    incident.daemon.kill()
    held.drop()
    incident.daemon.start()
    incident.reaches("closed")
    incident.was_taken_back()
    then.checkout_runs("bad-v2")
    then.steadyhand_wrote(times=2)


SCENARIOS = [
    a_daemon_killed_between_every_two_steps_acts_once,
    a_bad_release_is_blamed_approved_rolled_back_verified_and_remembered,
    an_innocent_release_beside_a_failing_dependency_is_cleared_by_name,
    a_person_at_a_terminal_approves_and_a_stop_in_between_loses_nothing,
    a_revision_deleted_while_the_question_was_open_is_not_replaced_by_a_guess,
    a_dependency_down_without_any_release_is_answered_with_no_rollback,
    prometheus_stopped_mid_investigation_leaves_it_open_and_coverage_says_so,
    prometheus_stopped_before_the_first_question_leaves_it_blind,
    prometheus_stopped_during_verification_means_cannot_tell_never_recovered,
    a_denied_proposal_is_never_acted_on_and_the_reason_is_kept,
    a_question_nobody_answers_expires,
    a_target_changed_before_the_approval_is_refused_and_asked_again,
    a_daemon_killed_before_its_write_arrived_writes_once,
    a_daemon_killed_after_its_write_arrived_does_not_repeat_it,
    a_write_that_arrives_late_after_a_restart_changes_nothing_more,
    a_rollback_that_does_not_help_is_taken_back,
    a_daemon_killed_inside_the_undo_takes_back_once,
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_it_holds_that(scenario: Tell, theatre: Theatre) -> None:
    theatre.tell(scenario)
