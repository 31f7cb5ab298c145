"""Walks the same graph over a recording, one step at a time, without a network. Called by the CLI.

A replay never acts and asks nobody: where the graph would, it ends, and what followed then is quoted.
"""

import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from agent import wiring
from agent.errors import Refused
from agent.machine import Thread
from agent.model.content import Content
from agent.model.evidence import Evidence
from agent.model.incident import Phase
from agent.model.proposal import Decision
from agent.model.question import Question
from agent.model.record import digest
from agent.model.report import Report
from agent.model.rules import Rules
from agent.model.snapshot import Snapshot
from agent.policy import brief
from agent.state import IncidentState
from agent.steps.work import Work
from agent.world import RecordedWorld

LONG = 1e9
"""Seconds a lease runs: nobody else wants it."""


@dataclass(frozen=True)
class Replayed:
    """What a replay came to."""

    report: Report
    steps: list[str]  # those taken, as "gather:2"
    unrecorded: list[Question]  # asked now, but not then


async def replay(snapshot: Snapshot, house: Rules | None = None, at: str = "") -> Replayed:
    """The report as it was given, or as the given rules would give it now; `at` a step: as it was known after that.

    Raises Refused when the investigation never came to that step.
    """
    world = wiring.recorded(snapshot)
    with tempfile.TemporaryDirectory(prefix="steadyhand-") as folder:
        async with wiring.install(_within(snapshot, house), world, Path(folder)) as installed:
            course = _Course(snapshot, world, installed, at if ":" in at or not at else f"{at}:1")
            report = await course.run()
    return Replayed(report, course.steps, world.unrecorded)


def _within(snapshot: Snapshot, house: Rules | None) -> Rules:
    """The rules, with no more rounds than were recorded: another one would meet nothing but gaps."""
    rules, then = house or snapshot.rules, snapshot.rules
    rounds = max(1, sum(moment.step == "gather" for moment in snapshot.moments))
    policy = rules.policy.evolve(autonomy=rules.policy.autonomy.narrower(then.policy.autonomy))
    return rules.evolve(policy=policy, budget=then.budget.evolve(rounds=rounds))


@dataclass
class _Course:
    """One walk."""

    snapshot: Snapshot
    world: RecordedWorld
    installed: wiring.Installation
    until: str
    steps: list[str] = field(default_factory=list)
    _visits: Counter[str] = field(default_factory=Counter)

    async def run(self) -> Report:
        """To the end, or to the step it shall stop after."""
        thread = Thread(self.installed.machine, self.snapshot.begun.id)
        work = await self._begin()
        following = await thread.step(work, self.snapshot.begun)
        while following and not self._ends_before(following):
            self.world.enter(following)
            decision = self._no(following, (await thread.position()).state)
            following, taken = await thread.step(work, decision), self._key(following)
            self._visits[taken.partition(":")[0]] += 1
            self.steps.append(taken)
            if taken == self.until:
                return await self._known((await thread.position()).state)
        if self.until:
            raise Refused(f"the investigation never came to {self.until}; its steps: {', '.join(self.steps)}")
        return await self._reported((await thread.position()).state, ended=not following)

    async def _begin(self) -> Work:
        """The store as the investigation found it."""
        store, snapshot = self.installed.ports.store, self.snapshot
        found = {"phase": Phase.TRIAGE, "closed_at": None, "resolution": None, "unresolved": snapshot.begun.unresolved}
        await store.incidents.put(snapshot.incident.evolve(**found))
        for memory in snapshot.recalled:
            await store.memory.remember(memory)
        for setback in snapshot.failed:
            await store.memory.failed(setback)
        for version in snapshot.versions:
            await store.contents.keep(Content(**version.model_dump()))
        for entry in snapshot.ledger:
            await store.ledger.begin(entry, await self._fence(entry.incident_id))
        return Work(self.installed.ports, await self._fence(snapshot.begun.id))

    async def _fence(self, incident_id: str) -> int:
        ports = self.installed.ports
        lease = await ports.store.leases.claim(incident_id, digest(incident_id), ports.clock.now(), LONG)
        if lease is None:
            raise Refused(f"the lease of {incident_id} could not be claimed")
        await ports.store.leases.release(lease)
        return lease.fence

    def _key(self, step: str) -> str:
        return f"{step}:{self._visits[step] + 1}"

    def _ends_before(self, step: str) -> bool:
        stops = step == "act" or (step == "approve" and self.snapshot.denied is None)
        return stops or self._key(step) == self.snapshot.stopped

    def _no(self, step: str, state: IncidentState) -> Decision | None:
        """The recorded refusal, for the proposal as it is now."""
        denied, proposal = self.snapshot.denied, state.get("proposal")
        if step != "approve" or denied is None or proposal is None:
            return None
        return denied.evolve(digest=proposal.digest)

    async def _known(self, state: IncidentState) -> Report:
        """As of a step: nothing later is in it."""
        ports, incident_id = self.installed.ports, self.snapshot.begun.id
        incident = await ports.store.incidents.get(incident_id) or self.snapshot.incident
        evidence = _as_recorded(await ports.store.evidence.get(incident_id), self.snapshot.evidence)
        return brief.report({"incident": incident, **state}, incident, evidence, ports.clock.now())

    async def _reported(self, state: IncidentState, *, ended: bool) -> Report:
        """As of the end of the recording; what the graph did not come to is quoted."""
        store, snapshot = self.installed.ports.store, self.snapshot
        walked = await store.incidents.get(snapshot.begun.id)
        incident = walked if ended and walked else snapshot.incident
        evidence = _as_recorded(await store.evidence.get(incident.id), snapshot.evidence, whole=not ended)
        later, proposal = snapshot.afterwards, state.get("proposal")
        if later and proposal and proposal.digest == later.decision.digest:
            state = {
                **state,
                "decision": later.decision,
                "verification": later.verification,
                "setbacks": later.setbacks,
                "reasons": later.reasons,
            }
        report = brief.report({"incident": incident, **state}, incident, evidence, snapshot.report.at)
        return report.evolve(next_steps=[*snapshot.notes, *report.next_steps])


def _as_recorded(found: list[Evidence], recorded: list[Evidence], *, whole: bool = False) -> list[Evidence]:
    """Evidence that is the recording's own keeps its moment; `whole`: with what was asked after the replay's end."""
    known = {item.id: item for item in recorded}
    same = [theirs if (theirs := known.get(item.id)) and _alike(item, theirs) else item for item in found]
    faithful = all(item is known.get(item.id) for item in same)
    return recorded if whole and faithful else same


def _alike(one: Evidence, other: Evidence) -> bool:
    """By their text: NaN is not equal to itself."""
    return one.evolve(asked_at=other.asked_at).model_dump_json() == other.model_dump_json()
