"""What every step gets at run time: the ports, the fence of its lease, and the two things all steps do: say and enter."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from agent.errors import Overtaken
from agent.model.incident import Phase
from agent.model.journal import JournalEntry, Topic
from agent.model.notice import Notice, NoticeReason
from agent.model.rules import Rules
from agent.ports import Ports
from agent.state import IncidentState


async def _always() -> bool:
    """Nobody else is there."""
    return True


@dataclass(frozen=True)
class Work:
    """One worker's hold on one incident (the graph's context)."""

    ports: Ports
    fence: int
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    held: Callable[[], Awaitable[bool]] = _always  # whether the lease is still this worker's

    @property
    def rules(self) -> Rules:
        """The house's rules."""
        return self.ports.rules

    def now(self) -> datetime:
        """The present."""
        return self.ports.clock.now()

    async def rest(self, seconds: float) -> None:
        """Sleep, but not through a shutdown: whoever rests then looks early, and the graph stops after the step."""
        sleeping = asyncio.ensure_future(self.ports.clock.sleep(seconds))
        stopping = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({sleeping, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            stopping.cancel()

    async def hold(self, incident_id: str) -> None:
        """Raises Overtaken where a successor has the incident: a process that was stopped for long may wake in any step."""
        if not await self.held():
            raise Overtaken(f"another worker has taken over {incident_id}; this one stops")

    async def enter(self, state: IncidentState, phase: Phase) -> None:
        """Let people see where the incident is, if it is still ours. Raises Overtaken."""
        await self.hold(state["incident"].id)
        await self.ports.store.incidents.update(state["incident"].id, lambda incident: incident.entered(phase))

    def notify(self, state: IncidentState, reason: NoticeReason, text: str, key: str, number: int = 0) -> None:
        """Leave a word on the target of one of the proposal's parts; nothing waits for it."""
        proposal = state.get("proposal")
        if proposal is None:
            return
        part = proposal.parts[number]
        self.ports.notices.tell(
            Notice(
                target=part.action.target,
                uid=part.before.uid,
                reason=reason,
                text=text,
                incident_id=state["incident"].id,
                key=key,
            )
        )

    async def say(self, state: IncidentState, topic: Topic, text: str, data: object = None, key: str = "") -> None:
        """Tell every channel, once: the same topic and key in the same round are said only the first time."""
        entry = JournalEntry(
            incident_id=state["incident"].id,
            key=f"{topic}:{state.get('round', 0)}:{key}",
            topic=topic,
            text=text,
            data=plain(data),
            at=self.now(),
        )
        await self.ports.store.journal.say(entry)


def plain(data: object) -> Any:
    """Records as JSON values."""
    if isinstance(data, BaseModel):
        return data.model_dump(mode="json")
    if isinstance(data, list):
        return [plain(item) for item in data]
    return data
