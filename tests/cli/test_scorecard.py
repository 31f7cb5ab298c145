import json

import pytest

from agent.cli.scorecard import outcome_of
from agent.model.incident import Phase, Resolution
from agent.model.report import Conclusion
from agent.model.verification import Verification, VerificationKind
from tests.cli import samples


def closed(daemon, number, kind, confidence=0.9):
    """A closed incident whose action was verified so."""
    incident = samples.incident(
        id=f"inc-9{number}", phase=Phase.CLOSED, resolution=Resolution.RECOVERED, closed_at=samples.at(30)
    )
    daemon.incidents.append(incident)
    daemon.reports[incident.id] = verified(kind, confidence).evolve(incident=incident)


def verified(kind, confidence=0.9):
    verification = Verification(kind=kind, reason="as the test says") if kind else None
    return samples.report(conclusion=Conclusion.CONFIRMED, confidence=confidence, verification=verification)


@pytest.mark.parametrize(
    ("kind", "true"),
    [
        (VerificationKind.RECOVERED, True),
        (VerificationKind.NOT_RECOVERED, False),
        (VerificationKind.CANNOT_TELL, None),
        (None, None),
    ],
)
def test_only_a_verification_that_could_tell_settles_a_verdict(kind, true):
    outcome = outcome_of(verified(kind))
    assert (outcome.true if outcome else None) == true


def test_verdicts_put_to_the_proof_are_scored(run, daemon):
    for number in range(4):
        closed(daemon, number, VerificationKind.RECOVERED)
    closed(daemon, 4, VerificationKind.NOT_RECOVERED)
    shown = run("scorecard").stdout
    assert "5 closed incidents, a cause confirmed in 5, put to the proof in 5" in shown
    assert "true 4 of 5" in shown
    assert "these figures say little" in shown


def test_nothing_proven_is_said_and_scores_nothing(run, daemon):
    closed(daemon, 0, None)
    assert "nothing to score" in run("scorecard").stdout


def test_the_json_form_has_the_table(run, daemon):
    closed(daemon, 0, VerificationKind.RECOVERED)
    found = json.loads(run("scorecard", "--json").stdout)
    assert found["settled"] == 1
    assert found["scorecard"]["bins"][0]["stated"] == pytest.approx(0.9)
