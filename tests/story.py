"""An incident told from outside: the real daemon on its real SQLite folder, over a simulated shop whose time jumps.

`given` is what `Story.given` takes, `when` and `then` are the methods. Nothing is patched: what a story
breaks, it breaks at a port (a source that goes down, an actuator or a store that dies).
"""

import asyncio
import dataclasses
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self, TypeVar

from langgraph.checkpoint.base import BaseCheckpointSaver

from agent import wiring
from agent.daemon import Daemon
from agent.graph import build
from agent.model.alert import Alert
from agent.model.change import Change
from agent.model.hypothesis import Hypothesis, Verdict
from agent.model.identity import Identity
from agent.model.incident import Incident, Phase
from agent.model.journal import Topic
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.model.record import digest
from agent.model.report import Report
from agent.model.rules import Rules
from agent.ports import Ports
from agent.settings import Settings
from integrations.alertmanager.webhook import parse
from integrations.simulation import scenarios
from integrations.simulation.alerts import SimulatedAlertmanager
from integrations.simulation.scenarios import Truth
from integrations.store.open import OpenStore, open_store
from tests.simulation.stage import START, Stage, a_stage
from tests.story_ports import Breakable, Listening, PatientClock

SHRINK = 12
ALERTED_WITHIN = 900
"""Virtual seconds."""

PATIENCE_SECONDS = 60.0
"""Real ones, against a test that would never end."""

T = TypeVar("T")
Around = Callable[[Ports, BaseCheckpointSaver[Any]], tuple[Ports, BaseCheckpointSaver[Any]]]


@dataclass
class Story:
    """One shop, one data folder, one daemon at a time."""

    folder: Path
    stage: Stage
    house: Rules
    truth: Truth | None = None
    around: Around = lambda ports, saver: (ports, saver)
    hooks: dict[Topic, Callable[[], object]] = field(default_factory=dict)
    incident_id: str = ""
    delivered: list[Alert] = field(default_factory=list)

    @classmethod
    def given(
        cls, folder: Path, scenario: str = "", seed: int = 1, around: Around | None = None, **policy: Any
    ) -> Self:
        """A shop in which a scenario has just begun, a house with this policy, and no daemon yet."""
        house = wiring.rules(Settings())
        story = cls(folder, a_stage(seed), house.evolve(policy=house.policy.evolve(**policy)))
        story.metrics, story.cluster = Breakable(story.stage.metrics), Breakable(story.stage.cluster)
        story.around = around or story.around
        story.happens(scenario)
        return story

    @classmethod
    async def begin(cls, *told: Any, **given: Any) -> Self:
        """The same as `given`, and a daemon that runs."""
        story = cls.given(*told, **given)
        await story.start()
        return story

    metrics: Breakable = field(init=False)
    cluster: Breakable = field(init=False)
    daemon: Daemon = field(init=False)
    ports: Ports = field(init=False)
    clock: PatientClock = field(init=False)
    _opened: OpenStore | None = field(init=False, default=None)

    # --- the daemon ------------------------------------------------------------------------------

    async def start(self) -> None:
        """A daemon on the folder, as `steadyhand serve` would make it."""
        self._opened = opened = await open_store(self.folder)
        self.clock = PatientClock(self.stage.clock, opened.store.approvals)
        ports = Ports(
            clock=self.clock,
            metrics=self.metrics,
            cluster=self.cluster,
            actuator=self.stage.actuator,
            store=dataclasses.replace(opened.store, journal=Listening(opened.store.journal, self.hooks)),
            rules=self.house,
            configs=self.stage.configs,
        )
        self.stage.shelf.open(opened.store.contents)
        self.ports, saver = self.around(ports, opened.checkpointer)
        self.daemon = Daemon(self.ports, build(saver), [opened.healthy])
        await self.daemon.start()

    async def crash(self) -> None:
        """The process is gone: no drain, no good-bye."""
        tasks = [task for _, task in self.daemon._workers.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await self._close()

    async def stop(self) -> None:
        """SIGTERM: drained at a step boundary."""
        await self.daemon.drain()
        await self._close()

    async def _close(self) -> None:
        if self._opened:
            await self._opened.aclose()
            self._opened = None

    end = crash

    # --- when ------------------------------------------------------------------------------------

    def happens(self, scenario: str) -> None:
        """When this befalls the shop."""
        if scenario:
            play: Callable[..., Truth] = getattr(scenarios, scenario)
            self.truth = play(self.stage.world)

    async def alerted(self, dress: Callable[[dict[str, Any]], object] = lambda _body: None) -> str:
        """When the shop's own alert fires, and its webhook is delivered; `dress` may change the body."""
        assert self.truth
        manager = SimulatedAlertmanager(
            self.stage.world, "http://127.0.0.1:9/", shrink=SHRINK, services=[self.truth.service.name]
        )
        for _ in range(ALERTED_WITHIN // 10):
            self.stage.later(10)
            manager.evaluate(self.stage.clock.now())
            body = manager.webhook_body(self.stage.clock.now())
            if body["alerts"]:
                dress(body)
                return await self.receives(parse(json.dumps(body).encode()))
        raise AssertionError(f"{self.truth.service} did not alert within {ALERTED_WITHIN} virtual seconds")

    async def receives(self, alerts: list[Alert]) -> str:
        """When these alerts arrive; the incident of the first."""
        self.delivered = alerts
        found = await self.daemon.receive(alerts)
        self.incident_id = found[0]
        return self.incident_id

    def on(self, topic: Topic, what: Callable[[], object]) -> None:
        """When something of this topic is said for the next time, this happens."""
        self.hooks[topic] = what

    async def decide(
        self,
        kind: DecisionKind,
        proposal: Proposal,
        reason: str = "",
        who: Identity | None = None,
        narrow: dict[str, int | str] | None = None,
    ) -> Decision:
        """When somebody answers. Raises Refused as the daemon does."""
        return await self.daemon.decide(
            Decision(
                incident_id=proposal.incident_id,
                digest=proposal.digest,
                kind=kind,
                by=who.name if who else "kim",
                channel="test",
                reason=reason,
                at=self.stage.clock.now(),
            ),
            who,
            narrow,
        )

    async def approve(self, proposal: Proposal | None = None, who: Identity | None = None, **narrow: int) -> Decision:
        """When the open question (or this one) is approved, or less of it."""
        return await self.decide(DecisionKind.APPROVED, proposal or await self.asked(), who=who, narrow=narrow)

    async def deny(self, reason: str) -> Decision:
        """When the open question is denied."""
        return await self.decide(DecisionKind.DENIED, await self.asked(), reason)

    def nobody_answers(self) -> None:
        """When time passes although a question is open."""
        self.clock.patient = False
        worker, _ = self.daemon._workers[self.incident_id]
        worker.wake()

    # --- then ------------------------------------------------------------------------------------

    async def until(self, look: Callable[[], Awaitable[T | None]], what: str) -> T:
        """The first answer that is one."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while (found := await look()) is None:
            if loop.time() > deadline:
                raise AssertionError(f"waited in vain until {what}; said so far: {await self.said()}")
            await asyncio.sleep(0.003)
        return found

    async def asked(self) -> Proposal:
        """Then a person is asked; the question."""

        async def look() -> Proposal | None:
            pending = await self.daemon.pending(self.incident_id)
            if not pending and (await self.incident()).phase.closed():
                raise AssertionError(f"closed without a question: {(await self.report()).next_steps}")
            return pending[0] if pending else None

        return await self.until(look, "a person is asked")

    async def closed(self) -> Report:
        """Then the incident is over; what is known of it."""

        async def look() -> bool | None:
            phase, pending = (await self.incident()).phase, await self.daemon.pending(self.incident_id)
            waits = phase is Phase.WAITING and pending and self.clock.patient
            assert not waits, f"a person is asked: {pending[0].action}"
            return phase.closed() or None

        await self.until(look, "the incident is closed")
        await self.daemon.finished(self.incident_id)
        return await self.report()

    async def incident(self) -> Incident:
        found = await self.ports.store.incidents.get(self.incident_id)
        assert found
        return found

    async def report(self) -> Report:
        found = await self.daemon.report(self.incident_id)
        assert found
        return found

    async def said(self, *topics: Topic) -> list[str]:
        """What the journal holds, of these topics or of all."""
        entries = await self.daemon.journal(self.incident_id, 0, 0)
        return [f"{e.topic}: {e.text}" for e in entries if not topics or e.topic in topics]

    def effects(self) -> list[Change]:
        """What we did to the world, as the world has it."""
        changes = self.stage.world.chronicle.changes(START, self.stage.clock.now())
        return [change for change in changes if change.actor == "steadyhand"]


def confirmed(report: Report) -> Hypothesis | None:
    """The hypothesis that stands."""
    return next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)


def an_alert(name: str = "ErrorBudgetBurn", at: datetime = START, status: str = "firing", **labels: str) -> Alert:
    """An alert as the parser gives it."""
    labels = {"alertname": name, **labels}
    return Alert.model_validate({"fingerprint": digest(labels), "status": status, "starts_at": at, "labels": labels})
