"""The real machine on a simulated shop: a staged incident, the webhook it causes, and what the investigation makes of it.

Everything is as in the daemon but the clock, which jumps, and the store, which is in memory.
"""

import json
from dataclasses import dataclass, field

from langgraph.checkpoint.memory import InMemorySaver

from agent import wiring
from agent.graph import build
from agent.machine import Thread
from agent.model.hypothesis import Verdict
from agent.model.memory import Memory
from agent.model.proposal import Decision, DecisionKind
from agent.model.question import Gap, GapReason
from agent.policy.correlate import correlate
from agent.ports import Ports
from agent.settings import Settings
from agent.state import IncidentState
from agent.steps.work import Work
from integrations.alertmanager.webhook import parse
from integrations.simulation import scenarios
from integrations.simulation.alerts import SimulatedAlertmanager
from integrations.simulation.scenarios import Truth
from integrations.store.serializer import StrictSerializer
from tests.memory_store import memory_store
from tests.simulation.stage import Stage, a_stage

SHRINK = 12
PATIENCE_SECONDS = 900


class Blinded:
    """A source that cannot answer some kinds of questions."""

    def __init__(self, source, kinds, reason=GapReason.FAILED):
        self._source, self._kinds, self._reason = source, kinds, reason

    async def ask(self, question):
        if question.kind in self._kinds:
            return Gap(reason=self._reason, detail="the source is down, says the test")
        return await self._source.ask(question)


@dataclass
class Case:
    """An incident waiting to be investigated."""

    stage: Stage
    truth: Truth
    blind: tuple[str, ...] = ()
    memories: list[Memory] = field(default_factory=list)

    async def investigate(self) -> "Investigation":
        """From the first alert to the proposal, or to the end if there is none."""
        alerts, house = self._first_alerts(), wiring.rules(Settings())
        store = memory_store()
        for memory in self.memories:
            await store.memory.remember(memory)
        (incident,) = correlate(alerts, [], house, self.stage.clock.now())
        await store.incidents.put(incident)
        ports = Ports(
            clock=self.stage.clock,
            metrics=Blinded(self.stage.metrics, self.blind),
            cluster=Blinded(self.stage.cluster, self.blind),
            actuator=self.stage.actuator,
            store=store,
            rules=house,
        )
        lease = await store.leases.claim(incident.id, "trust", self.stage.clock.now(), 1e9)
        thread = Thread(build(InMemorySaver(serde=StrictSerializer())), incident.id)
        work = Work(ports, lease.fence)
        await thread.start(incident, work)
        return Investigation(thread, work, (await thread.position()).state)

    def _first_alerts(self):
        manager = SimulatedAlertmanager(
            self.stage.world, "http://127.0.0.1:9/", shrink=SHRINK, services=[self.truth.service.name]
        )
        for _ in range(PATIENCE_SECONDS // 10):
            self.stage.later(10)
            manager.evaluate(self.stage.clock.now())
            if manager.due(self.stage.clock.now()):
                return parse(json.dumps(manager.webhook_body(self.stage.clock.now())).encode())
        raise AssertionError(f"{self.truth.service} did not alert within {PATIENCE_SECONDS} virtual seconds")


@dataclass
class Investigation:
    """What it came to."""

    thread: Thread
    work: Work
    state: IncidentState

    @property
    def confirmed(self):
        """The confirmed hypotheses."""
        return [h for h in self.state.get("hypotheses", []) if h.verdict is Verdict.CONFIRMED]

    def of_cause(self, cause):
        """The hypotheses of one cause."""
        return [h for h in self.state.get("hypotheses", []) if h.cause == cause]

    @property
    def action(self):
        """What is proposed, or None."""
        proposal = self.state.get("proposal")
        return proposal.action if proposal else None

    def right(self, truth) -> bool:
        """Exactly the true cause is confirmed, of the entity it sits in."""
        blames = [(h.cause, h.entity.name) for h in self.confirmed]
        return blames == [(truth.cause, truth.entity.name.removesuffix("-config"))]

    async def approve(self) -> IncidentState:
        """Say yes, and see it through to the end."""
        proposal, position = self.state["proposal"], await self.thread.position()
        yes = Decision(
            incident_id=proposal.incident_id,
            digest=proposal.digest,
            kind=DecisionKind.APPROVED,
            by="test",
            channel="test",
            at=self.work.now(),
        )
        await self.work.ports.store.approvals.decide(yes, self.work.now())
        await self.thread.answer(position.question, yes, self.work)
        return (await self.thread.position()).state


def a_case(scenario, seed, blind=(), memories=()):
    """A scenario, varied by seed, about to begin."""
    stage = a_stage(seed)
    return Case(stage, scenarios.stage(stage.world, scenario), tuple(blind), list(memories))
