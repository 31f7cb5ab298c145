"""What channels for people were told, so that after any crash nothing is told twice and nothing is forgotten."""

from typing import Any

from sqlalchemy import Select, select

from agent.model.post import Post
from integrations.store.database import Database
from integrations.store.dialect import insert_or_replace
from integrations.store.tables import load, post_marks, posts


class SqlPosts:
    """Posts on the tables `posts` and `post_marks`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, post: Post) -> None:
        """Insert or replace by channel, incident and name."""
        row = {
            **{name: getattr(post, name) for name in ("channel", "incident_id", "name", "final", "place", "ts")},
            "body": post.model_dump_json(),
        }
        async with self._database.write() as connection:
            await insert_or_replace(connection, posts, ["channel", "incident_id", "name"], row)

    async def get(self, channel: str, incident_id: str) -> list[Post]:
        """All of an incident's in a channel, in the order they were first put."""
        mine = select(posts).where(posts.c.channel == channel, posts.c.incident_id == incident_id)
        return await self._found(mine.order_by(posts.c.number))

    async def unfinished(self, channel: str) -> list[Post]:
        """Those that are not final, in the order they were first put."""
        mine = select(posts).where(posts.c.channel == channel, posts.c.final.is_(False))
        return await self._found(mine.order_by(posts.c.number))

    async def at(self, channel: str, place: str, ts: str) -> Post | None:
        """The message with this id in a room, or None."""
        mine = select(posts).where(posts.c.channel == channel, posts.c.place == place, posts.c.ts == ts)
        return next(iter(await self._found(mine.order_by(posts.c.number))), None)

    async def read_to(self, channel: str) -> int | None:
        """The journal's `seq` up to which everything was told; None for a channel that never told anything."""
        async with self._database.read() as connection:
            found = await connection.execute(select(post_marks.c.seq).where(post_marks.c.channel == channel))
        return found.scalar_one_or_none()

    async def mark(self, channel: str, seq: int) -> None:
        """Everything up to here was told."""
        async with self._database.write() as connection:
            await insert_or_replace(connection, post_marks, ["channel"], {"channel": channel, "seq": seq})

    async def _found(self, statement: Select[Any]) -> list[Post]:
        async with self._database.read() as connection:
            rows = (await connection.execute(statement)).all()
        return [load(Post, row.body, f"post {row.number}") for row in rows]
