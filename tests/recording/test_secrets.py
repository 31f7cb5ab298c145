"""A secret that any source lets through is in no recording, and the masked recording still replays byte for byte."""

import dataclasses
import gzip

from agent.model.question import Gap
from agent.model.snapshot import Snapshot
from agent.redact import redact, secret_name
from agent.redacted import redacted
from agent.replay import replay
from integrations.recording import archive
from tests.recording.records import investigated

PLANTED = "hunter2hunter2"


class Leaky:
    """A source that puts a secret into log lines, messages, diffs, labels and gaps."""

    def __init__(self, source):
        self._source = source

    async def ask(self, question):
        answer = await self._source.ask(question)
        if isinstance(answer, Gap):
            return answer.evolve(detail=f"{answer.detail} (Authorization: Bearer {PLANTED})")
        match answer.kind:
            case "logs":
                lines = [line.evolve(text=f"{line.text} db_password={PLANTED}") for line in answer.excerpt.lines]
                return answer.evolve(excerpt=answer.excerpt.evolve(lines=lines))
            case "events":
                return answer.evolve(items=[each.evolve(message=f"token: {PLANTED}") for each in answer.items])
            case "changes":
                diff = f"-  url: postgres://shop:{PLANTED}@db/shop\n"
                return answer.evolve(items=[each.evolve(diff=each.diff + diff) for each in answer.items])
            case "metrics":
                return answer.evolve(series=[s.evolve(labels=s.labels | {"api_key": PLANTED}) for s in answer.series])
        return answer


async def test_a_planted_secret_is_nowhere_and_the_replay_is_the_same(tmp_path):
    snapshot = await investigated(
        tmp_path,
        "bad_release",
        3,
        dress=lambda world: dataclasses.replace(world, metrics=Leaky(world.metrics), cluster=Leaky(world.cluster)),
    )
    data = archive.pack(snapshot)
    assert PLANTED not in gzip.decompress(data).decode()
    assert "[redacted]" in gzip.decompress(data).decode()
    found = await replay(archive.unpack(data, "case"))
    assert found.report.model_dump_json() == snapshot.report.model_dump_json()


def test_alerts_are_masked_when_a_snapshot_is_packed(snapshot):
    alert = snapshot.incident.alerts[0].evolve(annotations={"note": f"secret={PLANTED}"})
    leaky = snapshot.evolve(incident=snapshot.incident.evolve(alerts=[alert]))
    assert PLANTED not in gzip.decompress(archive.pack(leaky)).decode()


def test_redacting_once_more_changes_nothing(snapshot):
    assert redacted(snapshot) is snapshot
    assert redact(redact(f"token: Bearer {PLANTED}")) == redact(f"token: Bearer {PLANTED}")


def test_no_field_of_ours_is_called_like_a_secret():
    shapes = Snapshot.model_json_schema()["$defs"]
    assert [
        f"{name}.{field}"
        for name, shape in shapes.items()
        for field in shape.get("properties", {})
        if secret_name(field)
    ] == []
