"""One worker for one incident, with a fence that only grows: rows are updated, never deleted."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update

from agent.policy import notes
from agent.ports import Lease
from integrations.store.audit import append
from integrations.store.database import Database
from integrations.store.dialect import insert_new
from integrations.store.tables import leases

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_NOBODY = ""


class SqlLeases:
    """Leases on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, incident_id: str, owner: str, now: datetime, seconds: float) -> Lease | None:
        """A lease with a larger fence than ever before, or None while one runs, even the same owner's."""
        until = now + timedelta(seconds=seconds)
        free = update(leases).where(leases.c.incident_id == incident_id, leases.c.until <= now)
        first = {"incident_id": incident_id, "owner": owner, "fence": 1, "until": until}
        async with self._database.write() as connection:
            if await insert_new(connection, leases, ["incident_id"], first):
                return Lease(incident_id=incident_id, owner=owner, fence=1, until=until)
            taken = await connection.execute(free.values(owner=owner, fence=leases.c.fence + 1, until=until))
            if taken.rowcount != 1:
                return None
            newest = select(leases.c.fence).where(leases.c.incident_id == incident_id)
            fence = (await connection.execute(newest)).scalar_one()
            await append(connection, notes.taken_over(incident_id, owner, fence))
        return Lease(incident_id=incident_id, owner=owner, fence=fence, until=until)

    async def renew(self, lease: Lease, now: datetime, seconds: float) -> Lease | None:
        """Longer, with the same fence; None if it was released or somebody else claimed.

        One that ran out unclaimed may still be renewed: its fence is the newest.
        """
        until = now + timedelta(seconds=seconds)
        if not await self._set_until(lease, owner=lease.owner, until=until):
            return None
        return Lease(incident_id=lease.incident_id, owner=lease.owner, fence=lease.fence, until=until)

    async def release(self, lease: Lease) -> None:
        """Give it back; no error if it was lost."""
        await self._set_until(lease, owner=_NOBODY, until=_LONG_AGO)

    async def void(self) -> None:
        """End every lease. Only for who knows that no holder lives: the process that has just locked the folder."""
        async with self._database.write() as connection:
            await connection.execute(update(leases).values(owner=_NOBODY, until=_LONG_AGO))

    async def _set_until(self, lease: Lease, owner: str, until: datetime) -> bool:
        mine = update(leases).where(
            leases.c.incident_id == lease.incident_id, leases.c.owner == lease.owner, leases.c.fence == lease.fence
        )
        async with self._database.write() as connection:
            return (await connection.execute(mine.values(owner=owner, until=until))).rowcount == 1
