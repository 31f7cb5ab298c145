"""One case through the production graph: its clock stands still, its store is in memory, it may only look."""

import time
from dataclasses import dataclass
from datetime import datetime

from langgraph.checkpoint.memory import InMemorySaver

from agent import wiring
from agent.cli.investigate import read_only
from agent.graph import Machine, build
from agent.machine import Thread
from agent.model.report import Report
from agent.policy.brief import report
from agent.ports import Ports, Store
from agent.settings import Settings
from agent.state import IncidentState
from agent.steps.work import Work
from benchmarks.labelled.case import Case
from integrations.absent import NoCluster
from integrations.store.serializer import StrictSerializer
from tests.memory_store import memory_store

LEASE_SECONDS = 1e9


class StoppedClock:
    """The moment of the case; nobody waits."""

    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> datetime:
        """Always the same."""
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Come back at once."""
        del seconds


@dataclass(frozen=True)
class Investigated:
    """What an investigation of a case left behind."""

    state: IncidentState
    seconds: float
    store: Store
    case: Case

    async def report(self) -> Report:
        """The report a person would read."""
        incident = await self.store.incidents.get(self.case.incident.id) or self.case.incident
        evidence = await self.store.evidence.get(self.case.incident.id)
        return report(self.state, incident, evidence, self.case.now)


def machine() -> Machine:
    """The production graph with checkpoints in memory, for many cases."""
    return build(InMemorySaver(serde=StrictSerializer()))


async def investigate(case: Case, graph: Machine, ignored: frozenset[str] = frozenset()) -> Investigated:
    """From the incident to the verdict, and what is advised; nothing can be acted on. `ignored`: causes to do without."""
    store = memory_store()
    await store.incidents.put(case.incident)
    ports = Ports(
        clock=StoppedClock(case.now),
        metrics=case.metrics,
        cluster=case.cluster,
        actuator=NoCluster("a labelled case cannot be acted on"),
        store=store,
        rules=read_only(wiring.rules(Settings(ignored_causes=sorted(ignored))), past=True),
    )
    lease = await store.leases.claim(case.incident.id, "benchmark", case.now, LEASE_SECONDS)
    if lease is None:
        raise RuntimeError(f"{case.id}: somebody else holds the lease in a store that is ours alone")
    thread, began = Thread(graph, case.incident.id), time.perf_counter()
    await thread.start(case.incident, Work(ports, lease.fence))
    return Investigated((await thread.position()).state, time.perf_counter() - began, store, case)
