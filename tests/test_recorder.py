"""The recorder of what ConfigMaps hold: which namespaces it looks at, that it forgets in time, and that trouble is only a gap."""

import asyncio
import contextlib
from dataclasses import replace
from types import SimpleNamespace

import pytest

from agent import telemetry
from agent.contents import Recorder
from agent.daemon import Daemon
from agent.errors import Temporary
from agent.model.content import HistoryLimits
from agent.model.entity import Entity
from agent.model.question import Gap, GapReason
from agent.policy.contents import keepable
from tests.story import Story, an_alert

LIMITS = HistoryLimits(versions=2)


class Seen:
    """ConfigMaps of any namespace; what they hold is the number of the look."""

    def __init__(self) -> None:
        self.looks: list[str] = []
        self.answer: Gap | None = None

    async def contents(self, namespace, limits, at):
        self.looks.append(namespace)
        if self.answer:
            return self.answer
        entity = Entity(kind="ConfigMap", namespace=namespace, name="settings")
        return [keepable(entity, {"look": str(len(self.looks))}, {}, at, limits)]


@pytest.fixture
async def bench(tmp_path):
    configs = Seen()
    story = Story.given(tmp_path, around=lambda ports, saver: (replaced(ports, configs=configs), saver))
    story.house = story.house.evolve(history=LIMITS)
    await story.start()
    yield SimpleNamespace(story=story, configs=configs, recorder=Recorder(story.ports, also=("infra",)))
    await story.end()


def replaced(ports, **others):

    return replace(ports, **others)


async def versions(bench, namespace="infra"):
    return await bench.story.ports.store.contents.versions(
        Entity(kind="ConfigMap", namespace=namespace, name="settings")
    )


def counted(outcome: str) -> float:
    return telemetry.metrics().contents.labels(outcome=outcome)._value.get()


async def test_the_namespaces_of_slos_of_open_incidents_and_those_asked_for_are_recorded(bench):
    await bench.recorder.round()
    assert set(bench.configs.looks) == {"infra", *(s.service.namespace for s in bench.story.house.slos)}
    alert = an_alert(at=bench.story.stage.clock.now(), namespace="elsewhere", service="anything")
    await bench.story.receives([alert])
    await bench.recorder.round()
    assert "elsewhere" in bench.configs.looks


async def test_an_incident_that_opens_is_recorded_at_once(bench):
    ports = bench.story.ports
    daemon = Daemon(ports, bench.story.daemon._machine, recorder=bench.recorder)
    alert = an_alert(at=ports.clock.now(), namespace="elsewhere", service="anything")
    await daemon.receive([alert])
    await asyncio.gather(*bench.recorder._once)
    await daemon.abandon()
    assert bench.configs.looks == ["elsewhere"]


async def test_what_is_beyond_the_limits_goes(bench):
    for _ in range(5):
        await bench.recorder.round()
        bench.story.stage.later(60)
    assert len(await versions(bench)) == LIMITS.versions


async def test_what_cannot_be_read_is_counted_and_said_once_and_recording_goes_on(bench, capsys):
    telemetry.configure("warning", "json")
    before = counted("refused")
    bench.configs.answer = Gap(reason=GapReason.REFUSED, detail="forbidden")
    await bench.recorder.round()
    await bench.recorder.round()
    assert counted("refused") == before + 2 * len(set(bench.configs.looks))
    assert capsys.readouterr().err.count('"infra"') == 1
    bench.configs.answer = None
    await bench.recorder.round()
    assert len(await versions(bench)) == 1


async def test_a_store_that_is_away_ends_nothing(bench):
    class Away:
        async def keep(self, _content):
            raise Temporary("the disk is full")

        async def trim(self, _limits, _now):
            raise OSError("the disk is full")

    away = replaced(bench.story.ports, store=replaced(bench.story.ports.store, contents=Away()))
    before = counted("store")
    await Recorder(away, also=("infra",)).round()
    assert counted("store") >= before + 2


async def test_it_looks_again_and_again_until_it_is_told_to_stop(bench):
    running = asyncio.create_task(bench.recorder.run())

    async def thrice():
        return True if bench.configs.looks.count("infra") >= 3 else None

    await bench.story.until(thrice, "it looked three times")
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running
    assert await versions(bench)
