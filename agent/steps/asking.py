"""Asks questions of the ports and keeps what came back as evidence. A gap is recorded, never raised."""

import asyncio
from typing import Self

from agent import telemetry
from agent.model.evidence import Evidence
from agent.model.question import (
    ClusterQuestion,
    Gap,
    GapReason,
    InstantQuestion,
    Question,
    RangeQuestion,
    Reply,
    SeriesQuestion,
)
from agent.ports import Ports
from agent.reasoning.facts import Facts
from agent.state import IncidentState
from agent.steps.work import Work

AT_ONCE = 8
"""Questions in flight: enough to hide latency, few enough not to be a load."""


class Inquiry:
    """The evidence of one incident while one step works on it."""

    def __init__(self, work: Work, state: IncidentState, evidence: list[Evidence], *, budgeted: bool = True) -> None:
        """Use `open`."""
        self._work, self._state, self._budgeted = work, state, budgeted
        self.evidence = evidence
        self.asked = state.get("asked", 0)
        self._facts: Facts | None = None

    @classmethod
    async def open(cls, work: Work, state: IncidentState, *, budgeted: bool = True) -> Self:
        """Load what earlier steps kept; leftovers of an interrupted run of this step are dropped and asked again.

        The budget is the investigation's: whether an action helped is asked (`budgeted=False`) whatever that cost.
        """
        kept = await work.ports.store.evidence.get(state["incident"].id)
        return cls(work, state, [item for item in kept if number(item) <= state.get("asked", 0)], budgeted=budgeted)

    def renew(self) -> None:
        """What is asked from now on decides about an action: nothing that was read for something else will do."""
        self._work.ports.freshness.renew()

    async def ask(self, questions: list[Question], *, fresh: bool = False) -> list[Evidence]:
        """Evidence for every question, in order; those asked before are not asked again unless `fresh`."""
        known = {} if fresh else {item.question.model_dump_json(): item for item in self.evidence}
        new = list({text: q for q in questions if (text := q.model_dump_json()) not in known}.items())
        gate = asyncio.Semaphore(AT_ONCE)
        first = self.asked + 1
        asked = await asyncio.gather(*(self._one(f"E{first + i}", q, gate) for i, (_, q) in enumerate(new)))
        self.asked += len(asked)
        self._facts = None if asked else self._facts
        self.evidence = [*self.evidence, *asked]
        await self._work.ports.store.evidence.put(self._state["incident"].id, list(asked))
        found = {**known, **{item.question.model_dump_json(): item for item in asked}}
        return [found[question.model_dump_json()] for question in questions]

    async def _one(self, evidence_id: str, question: Question, gate: asyncio.Semaphore) -> Evidence:
        async with gate:
            reply = await self._reply(question, int(evidence_id[1:]))
        return Evidence(id=evidence_id, question=question, answer=reply, asked_at=self._work.now())

    async def _reply(self, question: Question, position: int) -> Reply:
        budget = self._work.rules.budget.questions
        if self._budgeted and position > budget:
            return Gap(
                reason=GapReason.OUT_OF_RANGE, detail=f"the budget of {budget} questions (budget.questions) is used up"
            )
        meters = telemetry.metrics()
        with meters.question_seconds.labels(source=question.kind).time():
            reply = await put(self._work.ports, question)
        outcome = reply.reason if isinstance(reply, Gap) else "answered"
        meters.questions.labels(source=question.kind, outcome=outcome).inc()
        return reply

    def facts(self) -> Facts:
        """Everything known by now."""
        if self._facts is None:
            state = self._state
            self._facts = Facts(
                state["incident"], state["profiles"], self.evidence, state["anchor"], state.get("recalled", [])
            )
        return self._facts


async def put(ports: Ports, question: Question) -> Reply:
    """Put one question to the port it belongs to."""
    if isinstance(question, InstantQuestion | RangeQuestion | SeriesQuestion):
        return await ports.metrics.ask(question)
    cluster: ClusterQuestion = question
    return await ports.cluster.ask(cluster)


def number(evidence: Evidence) -> int:
    """The position in its incident."""
    return int(evidence.id[1:])
