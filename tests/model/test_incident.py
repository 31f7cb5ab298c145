"""A closed incident stays as it ended, whoever comes late."""

from datetime import UTC, datetime

from agent.model.incident import Incident, Phase, Resolution

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 13, tzinfo=UTC)


def an_incident() -> Incident:
    return Incident(
        id="i1",
        service=None,
        title="burns",
        severity="page",
        started_at=NOON,
        opened_at=NOON,
        alerts=[],
        unresolved="?",
    )


def test_an_open_incident_enters_any_phase_and_ends_once():
    acting = an_incident().entered(Phase.ACT)
    ended = acting.ended(NOON, Resolution.RECOVERED)
    assert acting.phase is Phase.ACT
    assert (ended.phase, ended.closed_at, ended.resolution, ended.unresolved) == (
        Phase.CLOSED,
        NOON,
        Resolution.RECOVERED,
        "?",
    )


def test_a_closed_incident_is_neither_entered_nor_ended_again():
    ended = an_incident().ended(NOON, Resolution.RECOVERED)
    assert ended.entered(Phase.WAITING) == ended
    assert ended.ended(LATER, Resolution.HANDED_OVER, "too late") == ended


def test_why_nobody_could_go_on_is_kept_with_the_end():
    assert an_incident().ended(NOON, Resolution.HANDED_OVER, "another version").unresolved == "another version"
