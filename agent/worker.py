"""Works one incident from wherever it stands to its end, under a lease. Called by agent.daemon, one task an incident."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from agent import telemetry
from agent.answering import decided
from agent.errors import Overtaken, Refused, Temporary
from agent.machine import Position, Thread
from agent.model.action import LedgerState
from agent.model.incident import Phase, Resolution
from agent.model.journal import JournalEntry, Topic
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.ports import Lease, Ports
from agent.steps.work import Work

LEASE_SECONDS = 15.0
RENEW_SECONDS = 5.0
PATIENCE = 5
"""Unexpected failures of one incident in a row before it is handed to a person."""

LOOK_SECONDS = 1.0
"""Real seconds between looks while waiting for a person: a decision of this process wakes the worker at once, one that
another process put into the store is seen within this."""

WAIT_SECONDS = 30.0
"""The longest sleep on the incident's clock meanwhile: a simulated one may jump."""

HELD = ("propose", "act", "undo")
"""Steps that wait while a person is on the incident."""


class Worker:
    """One incident's worker; `wake` it when something for it was put into the store."""

    def __init__(self, thread: Thread, ports: Ports, incident_id: str, owner: str) -> None:
        """`owner` identifies this process and changes at every start."""
        self._thread, self._ports, self._id, self._owner = thread, ports, incident_id, owner
        self._fence = 0
        self._woken, self._stop = asyncio.Event(), asyncio.Event()
        self._log = telemetry.log("worker")

    def wake(self) -> None:
        """Look into the inbox."""
        self._woken.set()

    def drain(self) -> None:
        """Stop at the next step boundary; the next start resumes there."""
        self._thread.drain()
        self._stop.set()
        self._woken.set()

    async def run(self) -> None:
        """Until the incident is finished, drained, or somebody else's."""
        with telemetry.incident(self._id):
            lease = await self._claim()
            if lease is None:
                return
            self._fence, work = lease.fence, asyncio.current_task()
            heart = asyncio.create_task(self._renew(lease, work.cancel if work else lambda: False))
            try:
                await self._to_the_end(Work(self._ports, lease.fence, self._stop, partial(self._held, lease)))
            finally:
                heart.cancel()
                with suppress(asyncio.CancelledError):
                    await heart
                with self._patiently("the lease could not be given back"):
                    await self._ports.store.leases.release(lease)

    async def _claim(self) -> Lease | None:
        while not self._thread.draining:
            with self._patiently("the lease could not be claimed"):
                lease = await self._ports.store.leases.claim(self._id, self._owner, _wall(), LEASE_SECONDS)
                if lease:
                    return lease
            await asyncio.sleep(1)
        return None

    @contextmanager
    def _patiently(self, what: str) -> Iterator[None]:
        """A store that is busy now is asked again later; the incident must not lose its worker over it."""
        try:
            yield
        except Temporary as trouble:
            self._log.warning(what, error=str(trouble))

    async def _renew(self, lease: Lease, lost: Callable[[], bool]) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with self._patiently("the lease could not be renewed"):
                if await self._ports.store.leases.renew(lease, _wall(), LEASE_SECONDS) is None:
                    telemetry.metrics().leases_lost.inc()
                    self._log.error("lease lost, stopping work on the incident")
                    lost()
                    return

    async def _held(self, lease: Lease) -> bool:
        return await self._ports.store.leases.renew(lease, _wall(), LEASE_SECONDS) is not None

    async def _to_the_end(self, work: Work) -> None:
        failures = 0
        while not self._thread.draining:
            try:
                if await self._over(work):
                    return
                failures = 0
            except Overtaken as told:
                self._log.error("overtaken, stopping work on the incident", reason=str(told))
                return
            except Exception as error:  # noqa: BLE001 - whatever it is, the incident must end with a person, not in silence
                failures += 1
                self._log.exception("a step failed", attempt=failures)
                with self._patiently("the failure could not be recorded"):
                    if await self._gave_up(error, failures):
                        return
                await asyncio.sleep(failures)

    async def _over(self, work: Work) -> bool:
        """One stretch of the way, up to a question, a stop or the end; whether there is nothing left to do."""
        await work.hold(self._id)
        position = await self._thread.position()
        if position.foreign and not position.finished:
            await self._hand_over(
                "this incident was begun by another version of Steadyhand and cannot be resumed by this one"
            )
        if position.foreign or position.finished:
            return True
        if position.following in HELD and not position.question and not await self._free():
            return not self._thread.draining
        await self._advance(position, work)
        return False

    async def _gave_up(self, error: Exception, failures: int) -> bool:
        if failures >= PATIENCE:
            await self._hand_over(
                f"Steadyhand itself failed on this incident {failures} times ({type(error).__name__})"
                + await self._loose_ends()
            )
            return True
        now = self._ports.clock.now()
        await self._say(
            f"a step failed ({type(error).__name__}); trying again", f"failure {failures} {now.isoformat()}"
        )
        return False

    async def _loose_ends(self) -> str:
        """What was done or is in doubt: nobody will look again, and a doubt left open would lock its target for ever."""
        ledger, told = self._ports.store.ledger, ""
        for found in await ledger.entries(self._id):
            entry = found
            if found.state is LedgerState.EXECUTING:
                entry = found.evolve(state=LedgerState.UNKNOWN, detail="given up before it was known what came of it")
                with suppress(Refused):  # another worker has the incident by now
                    await ledger.mark(entry, self._fence)
            if entry.state is LedgerState.UNKNOWN:
                told += f"; nobody can tell whether {entry.action} was done"
            elif entry.state is LedgerState.DONE:
                told += f"; {entry.action} was done"
        return told

    async def _advance(self, position: Position, work: Work) -> None:
        if position.fresh:
            incident = await self._ports.store.incidents.get(self._id)
            if incident is None:
                raise Refused(f"there is no incident {self._id}")
            await self._thread.start(incident, work)
        elif position.question:
            decision = await self._decision(position)
            if decision:
                await self._thread.answer(position.question, decision, work)
        else:
            await self._thread.resume(work)

    async def _decision(self, position: Position) -> Decision | None:
        """Wait for the answer to the open question, or let it expire; None when told to stop first."""
        proposal = position.state.get("proposal")
        if proposal is None:
            raise Refused("the incident waits for a decision on a proposal it does not have")
        await self._phase(Phase.WAITING)
        while not self._thread.draining:
            self._woken.clear()
            for number, _, _ in await self._ports.store.inbox.waiting(self._id):
                await self._ports.store.inbox.acknowledge(number)
            decision = await self._ports.store.approvals.decision(self._id, proposal.digest) or await self._expire(
                proposal
            )
            if decision:
                await self._ports.store.journal.say(decided(decision))
                return decision
            await self._pause(proposal.expires_at)
        return None

    async def _expire(self, proposal: Proposal) -> Decision | None:
        now = self._ports.clock.now()
        if now < proposal.expires_at:
            return None
        expired = Decision(
            incident_id=self._id,
            digest=proposal.digest,
            kind=DecisionKind.EXPIRED,
            by="nobody",
            channel="clock",
            at=now,
        )
        with suppress(Refused):  # somebody was faster: the next look finds their decision
            await self._ports.store.approvals.decide(expired, now)
        return await self._ports.store.approvals.decision(self._id, proposal.digest)

    async def _pause(self, until: datetime | None = None) -> None:
        """Until woken, or until it is time to look again."""
        waiting: list[asyncio.Task[object]] = [asyncio.create_task(self._woken.wait())]
        if until is not None:
            left = min(max(until - self._ports.clock.now(), timedelta(0)).total_seconds() + 0.01, WAIT_SECONDS)
            waiting.append(asyncio.create_task(self._ports.clock.sleep(left)))
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED, timeout=LOOK_SECONDS)
        finally:
            for task in waiting:
                task.cancel()

    async def _free(self) -> bool:
        """Wait while a person is on the incident; False when told to stop first, or when there is nothing left to do."""
        while not self._thread.draining:
            self._woken.clear()
            incident = await self._ports.store.incidents.get(self._id)
            if incident is None or not incident.taken_by:
                return True
            if not incident.firing:
                await self._hand_over(f"{incident.taken_by} is on it, and its alerts have resolved")
                return False
            await self._pause()
        return False

    async def _phase(self, phase: Phase) -> None:
        await self._ports.store.incidents.update(self._id, lambda incident: incident.entered(phase))

    async def _hand_over(self, reason: str) -> None:
        """Close it for a person; nothing of it will be retried."""
        now = self._ports.clock.now()
        await self._say(reason, f"handed over {reason}", Topic.ESCALATED)
        await self._ports.store.incidents.update(
            self._id, lambda incident: incident.ended(now, Resolution.HANDED_OVER, reason)
        )

    async def _say(self, text: str, key: str, topic: Topic = Topic.TROUBLE) -> None:
        now = self._ports.clock.now()
        await self._ports.store.journal.say(JournalEntry(incident_id=self._id, key=key, topic=topic, text=text, at=now))


def _wall() -> datetime:
    """Leases are about processes, so they run on wall time even where the incident's clock is simulated."""
    return datetime.now(UTC)
