"""A recording of an earlier version must still be read and replayed; what is concluded from it may change with the rules."""

from agent.replay import replay
from integrations.recording import archive
from tests.golden.make_recording import FILE


async def test_an_old_recording_still_replays():
    snapshot = archive.read(FILE)
    found = await replay(snapshot)
    assert snapshot.report.conclusion == "confirmed"
    assert found.report.incident.id == snapshot.incident.id
    assert found.report.at == snapshot.report.at
    assert found.report.summary
    assert {"triage:1", "gather:1", "hypothesize:1", "examine:1"} <= set(found.steps)


async def test_each_of_its_steps_can_still_be_shown():
    for step in ("triage", "gather", "hypothesize", "examine"):
        assert (await replay(archive.read(FILE), at=step)).report.evidence


def test_it_is_small():
    assert FILE.stat().st_size < 100_000
