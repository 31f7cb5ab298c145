"""Gets one message to where it belongs, once: intent first, then the call, then what became of it. Called by `outbox.py`.

A post whose answer was lost, or whose process died, is left as SENDING: before it is sent again, the
channel is searched for the message with this name in its metadata.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

from agent.model.incident import Incident
from agent.model.post import Post, PostState
from agent.ports import Posts
from integrations.slack.blocks import Note, paragraph, said
from integrations.slack.sender import Sender
from integrations.slack.trouble import Kind, Trouble
from integrations.slack.wanted import Wanted

Answer = TypeVar("Answer")

TRIES = 3
"""Of a post that may have arrived and is not found; between them a moment for Slack to show it."""

LOOK_SECONDS = 1.0

Rooms = Callable[[Incident], list[str]]
"""The channels of an incident, the wanted one first, then the fallback."""


class Publisher:
    """Posts, edits, finds again, and moves to the fallback channel."""

    def __init__(self, sender: Sender, posts: Posts, rooms: Rooms, look: float = LOOK_SECONDS) -> None:
        self._sender, self._posts, self._rooms, self._look = sender, posts, rooms, look

    async def publish(self, incident: Incident, message: Wanted, post: Post, root: Post | None) -> Post:
        """The message as wanted, wherever it may be shown; its record. Raises Trouble where nothing helps now."""
        if post.state is PostState.SENDING:
            post = await self._found(post, root) or post.evolve(state=PostState.WANTED)
        if post.state is PostState.SHOWN:
            try:
                return await self._edit(message, post)
            except Trouble as trouble:
                if trouble.kind not in (Kind.GONE, Kind.ROOM):
                    raise
                if message.only_edit or (root is not None and message.final):
                    return await self._keep(post, state=PostState.LOST, final=True)
                post = post.evolve(state=PostState.WANTED, place="", ts="")
        return await self._post(incident, message, post, root)

    async def _edit(self, message: Wanted, post: Post) -> Post:
        if post.shown != message.digest:
            await _fitting(message.note, partial(self._sender.edit, room=post.place, ts=post.ts))
        return await self._keep(post, shown=message.digest, final=message.final)

    async def _post(self, incident: Incident, message: Wanted, post: Post, root: Post | None) -> Post:
        """In the thread, or in the first channel that takes it."""
        rooms = [root.place] if root else self._rooms(incident)
        refused: list[str] = []
        for room in rooms:
            try:
                return await self._into(room, message, post, root)
            except Trouble as trouble:
                if trouble.kind is not Kind.ROOM and not (root and trouble.kind is Kind.GONE):
                    raise
                refused.append(f"{room}: {trouble}")
                post = await self._keep(post, state=PostState.WANTED, place="")
        if root is not None:
            await self._move(root)
        raise Trouble(Kind.ROOM, "; ".join(refused))

    async def _move(self, root: Post) -> None:
        """The thread takes nothing any more: its first message is wanted anew, where one may be written."""
        await self._keep(root, state=PostState.WANTED, place="", ts="", final=False)

    async def _into(self, room: str, message: Wanted, post: Post, root: Post | None) -> Post:
        for attempt in range(TRIES):
            post = await self._keep(post, state=PostState.SENDING, place=room)
            thread = root.ts if root else ""
            send = partial(self._sender.post, room=room, name=_name(post), thread=thread, loud=message.loud)
            try:
                place, ts = await _fitting(message.note, send)
            except Trouble as trouble:
                if trouble.kind is not Kind.UNCERTAIN:
                    await self._keep(post, state=PostState.WANTED)
                    raise
                await asyncio.sleep(self._look * (attempt + 1))
                if found := await self._found(post, root):
                    return await self._edit(message, found)
                if attempt == TRIES - 1:
                    raise
            else:
                return await self._keep(
                    post, state=PostState.SHOWN, place=place, ts=ts, shown=message.digest, final=message.final
                )
        raise AssertionError("unreachable")  # pragma: no cover

    async def _found(self, post: Post, root: Post | None) -> Post | None:
        """The message where it may have arrived; None where it is not, or where we may not look."""
        if not post.place:
            return None
        try:
            there = await self._sender.find(post.place, _name(post), root.ts if root else "")
        except Trouble as trouble:
            if trouble.kind in (Kind.LATER, Kind.UNCERTAIN):
                raise
            return None  # no right to read the channel: to be told twice is better than not at all
        if there is None:
            return None
        return await self._keep(post, state=PostState.SHOWN, place=there[0], ts=there[1], shown="")

    async def _keep(self, post: Post, **changes: object) -> Post:
        post = post.evolve(**changes, at=datetime.now(UTC))
        await self._posts.put(post)
        return post


async def _fitting(note: Note, call: Callable[[Note], Awaitable[Answer]]) -> Answer:
    """The call; once more with the text alone where Slack refuses the blocks."""
    try:
        return await call(note)
    except Trouble as trouble:
        if trouble.kind is not Kind.UNFIT:
            raise
        return await call(note.evolve(blocks=[paragraph(said(note.text, 2_000))], colour=""))


def _name(post: Post) -> dict[str, str]:
    """What the message's metadata says, and nobody else's does."""
    return {"incident": post.incident_id, "name": post.name}
