"""One whole incident in bad weather: alert, investigation, question, action, verification, end; and what must hold of it.

A shop in which something happened, the real daemon on ports that fail, a person who answers, an Alertmanager that
repeats what was not taken in. A process whose worker gave up is followed by another, as a restart would.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from langgraph.checkpoint.memory import InMemorySaver

from agent import wiring
from agent.daemon import Daemon
from agent.errors import Refused, Temporary
from agent.graph import build
from agent.model.action import Action
from agent.model.alert import Alert
from agent.model.freeze import CalendarFile
from agent.model.incident import Incident
from agent.model.playbook import Autonomy
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.model.rules import Rules
from agent.ports import Ports
from agent.settings import Settings
from integrations.store.serializer import StrictSerializer
from tests.memory_store import memory_store
from tests.torture import faulty
from tests.torture.weather import Weather
from tests.trust.investigation import Case, a_case

SCENARIOS = {
    "bad_release": 6,
    "bad_dependency_release": 2,
    "oom": 2,
    "innocent_release": 3,
    "dependency_down": 2,
    "nothing_visible": 1,
}
"""Worlds by how often they are taken; those with an action most often."""

LOOKS = 3000
"""How often an incident is looked at in bad weather until it is closed; then it clears, and as many again have to do.

A busy machine takes longer for each, and for the work between them.
"""

T = TypeVar("T")


@dataclass
class Ordeal:
    """One incident; everything about it follows from the seed."""

    seed: int
    case: Case = field(init=False)
    weather: Weather = field(init=False)
    honest: Ports = field(init=False)
    daemon: Daemon = field(init=False)
    alerts: list[Alert] = field(init=False)
    incident_id: str = ""
    restarts: int = 0
    spoilt: bool = False
    done: Action | None = None
    stuck: bool = False
    accepted: list[Decision] = field(default_factory=list)
    asked: dict[str, Proposal] = field(default_factory=dict)
    escaped: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(f"ordeal {self.seed}")
        scenario = self.dice.choices([*SCENARIOS], [*SCENARIOS.values()])[0]
        self.case = a_case(scenario, self.dice.randrange(1_000_000))
        self.weather = Weather(self.seed)
        self.alerts = self.case._first_alerts()
        self._mood = self.dice.choices(["yes", "no", "silent"], [17, 2, 1])[0]
        self._spoils = self.dice.random() < 0.25
        stage = self.case.stage
        self.honest = Ports(stage.clock, stage.metrics, stage.cluster, stage.actuator, memory_store(), self._rules())
        self._saver = InMemorySaver(serde=StrictSerializer())
        self._ports = faulty.around(self.honest, stage.clock, self.weather, self._acted)
        self._start()

    def _rules(self) -> Rules:
        house = wiring.rules(Settings())
        alone = Autonomy.ACT if self.dice.random() < 0.3 else Autonomy.PROPOSE
        files = [CalendarFile(path=Path("freezes.ics"))] if self.dice.random() < 0.3 else []
        return house.evolve(policy=house.policy.evolve(autonomy=alone, calendars=files))

    def _acted(self, action: Action) -> None:
        """At times something else breaks at the very moment of the action, which therefore cannot help."""
        self.done = self.done or action
        if self._spoils and not self.spoilt:
            self.spoilt = True
            self.case.stage.world.spoil(self.case.truth.service.name, 0.4)

    def _start(self) -> None:
        self.daemon = Watched(self._ports, build(faulty.Checkpoints(self._saver, self.weather)), self.escaped)

    # --- the incident ----------------------------------------------------------------------------

    async def run(self) -> None:
        """To its end; first in bad weather, then, if that was not enough, in good."""
        await self._persist(self.daemon.start)
        (self.incident_id, *_) = await self._persist(lambda: self.daemon.receive(self.alerts))
        if not await self._ends():
            self.weather.clears()
            self._clock.right()
            await self._again()
            self.stuck = not await self._ends()
        await self.daemon.abandon() if self.stuck else await self.daemon.finished(self.incident_id)

    async def _ends(self) -> bool:
        """Whether the incident comes to be closed, with a person who answers what is asked."""
        for _ in range(LOOKS):
            if (await self.incident()).phase.closed():
                return True
            if not self.daemon._workers:
                await self._again()
            for question in await self.honest.store.approvals.pending():
                await self._answers(question)
            await asyncio.sleep(0.02)
        return False

    async def _again(self) -> None:
        self.restarts += 1
        await self.daemon.abandon()
        self._start()
        await self._persist(self.daemon.start)
        await self._persist(lambda: self.daemon.receive(self.alerts))

    async def _answers(self, question: Proposal) -> None:
        """Once with all one's heart; an answer that was not taken for trouble with the store is given again."""
        self.asked[question.digest] = question
        if self._mood == "silent":
            self._clock.patient = False
            return
        kind = DecisionKind.APPROVED if self._mood == "yes" else DecisionKind.DENIED
        answer = Decision(
            incident_id=question.incident_id,
            digest=question.digest,
            kind=kind,
            by="kim",
            channel="torture",
            reason="",
            at=self.honest.clock.now(),
        )
        try:
            self.accepted.append(await self.daemon.decide(answer))
        except (Refused, Temporary):  # too late, or answered already; or it is asked again in a moment
            return

    @property
    def _clock(self) -> faulty.Pendulum:
        clock: Any = self._ports.clock
        return clock

    async def _persist(self, call: Callable[[], Awaitable[T]]) -> T:
        """As whoever is told 503 does."""
        while True:
            try:
                return await call()
            except Temporary:
                await asyncio.sleep(0.01)

    async def incident(self) -> Incident:
        """As the store has it."""
        found = await self.honest.store.incidents.get(self.incident_id)
        assert found
        return found

    async def report(self) -> Any:
        """As it is shown once the weather is good."""
        self.weather.clears()
        self._clock.right()
        return await self.daemon.report(self.incident_id)


class Watched(Daemon):
    """A daemon that keeps the errors its workers ended with."""

    def __init__(self, ports: Ports, machine: Any, escaped: list[BaseException]) -> None:
        super().__init__(ports, machine)
        self._escaped = escaped

    def _dismiss(self, incident_id: str, task: "asyncio.Task[None]") -> None:
        if not task.cancelled() and (error := task.exception()):
            self._escaped.append(error)
        super()._dismiss(incident_id, task)
