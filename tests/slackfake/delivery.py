"""One thing that Slack wants the app to know, and what became of it; the ways to bring it are in `socketmode.py` and `signed.py`."""

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass
class Delivery:
    """An event, a press, a submission or a command, with every attempt to bring it."""

    kind: str  # events_api, interactive, slash_commands
    payload: dict[str, Any]
    answers: bool = False  # whether Slack takes a payload with the ack (submissions, commands)
    acked: bool = False  # within the time
    response: dict[str, Any] = field(default_factory=dict)  # what the ack carried
    failures: list[str] = field(default_factory=list)  # why attempts did not count
    late: int = 0  # acks that came after the time
    enough: bool = False  # the app asked not to be told again
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    @property
    def attempts(self) -> int:
        return len(self.failures) + self.acked


class Transport(Protocol):
    """Socket Mode or signed HTTP."""

    async def once(self, delivery: Delivery, attempt: int, reason: str) -> str:
        """Bring it; why that failed, or an empty string when it was acknowledged in time."""


class Courier:
    """Brings deliveries, and brings again what Slack would bring again.

    Slack retries events at once, after a minute and after five; presses and commands it does not retry (the
    person sees an error and may press again). Add kinds to `retried` for a Slack that is worse than its documents.
    """

    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.retried = {"events_api"}
        self.pauses: tuple[float, ...] = (0.0, 0.05, 0.1)  # 0, 60 and 300 seconds at Slack
        self.log: list[Delivery] = []

    @property
    def failed(self) -> list[Delivery]:
        """What was never acknowledged."""
        return [delivery for delivery in self.log if not delivery.acked]

    async def bring(self, delivery: Delivery) -> Delivery:
        """Until it is acknowledged in time or given up."""
        self.log.append(delivery)
        reason = await self._attempt(delivery, 0, "")
        for attempt, pause in enumerate(self.pauses if delivery.kind in self.retried else (), start=1):
            if not reason or delivery.enough:
                break
            await asyncio.sleep(pause)
            reason = await self._attempt(delivery, attempt, reason)
        return delivery

    async def replay(self, delivery: Delivery) -> Delivery:
        """The same payload once more, as if it had not arrived the first time."""
        return await self.bring(Delivery(delivery.kind, delivery.payload, delivery.answers))

    async def _attempt(self, delivery: Delivery, attempt: int, reason: str) -> str:
        failure = await self.transport.once(delivery, attempt, reason)
        if failure:
            delivery.failures.append(failure)
        delivery.acked = delivery.acked or not failure
        return failure
