"""One incident's thread in the graph: where it stands, and how to move it on. Looks before it leaps.

Called by agent.worker, which holds the lease. LangGraph would start again from START when given new
input on a waiting thread, raise on a thread without a checkpoint, and run an action twice when resumed
twice at once; so the position is read first, and only one worker ever moves it.
"""

from dataclasses import dataclass
from typing import cast

from langchain_core.runnables import RunnableConfig
from langgraph.errors import GraphDrained
from langgraph.runtime import RunControl
from langgraph.types import Command

from agent.graph import Machine
from agent.model.incident import Incident
from agent.model.proposal import Decision
from agent.state import GRAPH_VERSION, IncidentState
from agent.steps.work import Work

STEP_LIMIT = 200
"""Graph steps one run may take; LangGraph's own default of 10,007 is no limit."""


@dataclass(frozen=True)
class Position:
    """Where a thread stands."""

    state: IncidentState
    fresh: bool  # nothing was ever persisted
    finished: bool
    question: str = ""  # id of the interrupt it waits in, "" if it does not wait
    following: str = ""  # the step that comes next, "" at the end

    @property
    def foreign(self) -> bool:
        """Written by another version of the graph: resuming it could drop an action silently."""
        return not self.fresh and self.state.get("version", GRAPH_VERSION) != GRAPH_VERSION


class Thread:
    """The thread of one incident."""

    def __init__(self, machine: Machine, incident_id: str, stops: tuple[str, ...] = ()) -> None:
        """`incident_id` is the thread id; a run ends before each of the steps `stops`, and the next one goes on with it."""
        self._machine, self._control, self._stops = machine, RunControl(), stops
        self._config: RunnableConfig = {"configurable": {"thread_id": incident_id}, "recursion_limit": STEP_LIMIT}

    def drain(self) -> None:
        """Stop at the next step boundary; the checkpoint there is where another thread object resumes."""
        self._control.request_drain()

    @property
    def draining(self) -> bool:
        """Whether it was told to stop."""
        return self._control.drain_requested

    async def position(self) -> Position:
        """Read the newest checkpoint."""
        snapshot = await self._machine.aget_state(self._config)
        waiting = [question.id for task in snapshot.tasks for question in task.interrupts]
        fresh = snapshot.metadata is None
        return Position(
            state=cast("IncidentState", snapshot.values or {}),
            fresh=fresh,
            # not `snapshot.next`: that is empty too when a crash fell between a step's writes and the next checkpoint
            finished=not fresh and not snapshot.tasks,
            question=waiting[0] if waiting else "",
            following=snapshot.next[0] if snapshot.next else "",
        )

    async def start(self, incident: Incident, work: Work) -> bool:
        """From the beginning; False if it was drained at a step boundary."""
        return await self._run({"incident": incident}, work)

    async def resume(self, work: Work) -> bool:
        """From the newest checkpoint, where a crash or a drain left it."""
        return await self._run(None, work)

    async def answer(self, question: str, decision: Decision, work: Work) -> bool:
        """Hand the decision to the waiting step."""
        return await self._run(Command(resume={question: decision.model_dump(mode="json")}), work)

    async def step(self, work: Work, given: Incident | Decision | None = None) -> str:
        """One step and no further; what would come next, "" at the end. A replay walks like this.

        An incident only puts the thread before its first step; a decision is for the step that waits for one.
        """
        match given:
            case Incident():
                await self._one({"incident": given}, work)
            case Decision():
                await self._one(None, work)
                question = (await self.position()).question
                await self._one(Command(resume={question: given.model_dump(mode="json")}), work)
            case None:
                await self._one(None, work)
        return (await self.position()).following

    async def _one(self, given: IncidentState | Command[str] | None, work: Work) -> None:
        await self._machine.ainvoke(given, self._config, context=work, durability="sync", interrupt_before="*")

    async def _run(self, given: IncidentState | Command[str] | None, work: Work) -> bool:
        try:
            await self._machine.ainvoke(
                given,
                self._config,
                context=work,
                durability="sync",
                control=self._control,
                interrupt_before=[*self._stops],
            )
        except GraphDrained:
            return False
        return True
