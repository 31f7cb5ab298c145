"""Contents of ConfigMaps, version by version; what looks secret never gets here (agent.policy.contents)."""

from datetime import datetime

from sqlalchemy import delete, func, insert, select, update

from agent.model.content import Content, HistoryLimits, Version
from agent.model.entity import Entity
from agent.policy.contents import outdated
from integrations.store.database import Database
from integrations.store.tables import contents, load

_AT_ONCE = 500  # numbers in one statement


class SqlContents:
    """Contents on the table of that name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, content: Content) -> bool:
        """Append it; where the newest version of the object has its digest, that one was only seen longer: False."""
        newest = select(func.max(contents.c.seq)).where(contents.c.entity == str(content.entity)).scalar_subquery()
        found = select(contents.c.seq, contents.c.digest, contents.c.seen_at).where(contents.c.seq == newest)
        async with self._database.write() as connection:
            last = (await connection.execute(found)).one_or_none()
            if last and last.digest == content.digest:
                seen = max(last.seen_at, content.seen_at)
                await connection.execute(update(contents).where(contents.c.seq == last.seq).values(seen_at=seen))
                return False
            row = {
                "entity": str(content.entity),
                "digest": content.digest,
                "seen_at": content.seen_at,
                "size": content.size,
                "body": content.model_dump_json(),
            }
            await connection.execute(insert(contents).values(row))
        return True

    async def get(self, entity: Entity, digest: str) -> Content | None:
        """The newest with that digest, or None."""
        statement = (
            select(contents.c.seq, contents.c.seen_at, contents.c.body)
            .where(contents.c.entity == str(entity), contents.c.digest == digest)
            .order_by(contents.c.seq.desc())
            .limit(1)
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        return _content(row.seq, row.seen_at, row.body) if row else None

    async def versions(self, entity: Entity) -> list[Version]:
        """All of an object's, without their values, in the order they were recorded."""
        statement = (
            select(contents.c.seq, contents.c.seen_at, contents.c.body)
            .where(contents.c.entity == str(entity))
            .order_by(contents.c.seq)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [_version(_content(row.seq, row.seen_at, row.body)) for row in rows]

    async def trim(self, limits: HistoryLimits, now: datetime) -> int:
        """Drop what is beyond the limits (agent.policy.contents.outdated); how many went."""
        statement = select(contents.c.seq, contents.c.seen_at, contents.c.size, contents.c.body)
        async with self._database.write() as connection:
            rows = (await connection.execute(statement.order_by(contents.c.seq))).all()
            gone = outdated(
                [(row.seq, _version(_content(row.seq, row.seen_at, row.body)), row.size) for row in rows], limits, now
            )
            for start in range(0, len(gone), _AT_ONCE):
                await connection.execute(delete(contents).where(contents.c.seq.in_(gone[start : start + _AT_ONCE])))
        return len(gone)


def _content(seq: int, seen_at: datetime, body: str) -> Content:
    return load(Content, body, f"content {seq}").evolve(seen_at=seen_at)


def _version(content: Content) -> Version:
    return Version.model_validate({name: getattr(content, name) for name in Version.model_fields})
