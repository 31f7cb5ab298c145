"""Keeps the channel as it should be: follows the journal, works out what each incident should show, posts and edits.

Level-triggered: a journal entry only says that an incident needs a look. What is there (the store's
`Posts`) is compared with what is wanted (`wanted.py`), so edits coalesce, and nothing that happened
while Slack or this process was down is missed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from agent import telemetry
from agent.errors import SteadyhandError, Temporary
from agent.model.incident import Incident
from agent.model.post import Post, PostState
from agent.model.rules import Budget
from agent.operations import Operations
from agent.ports import Posts
from integrations.slack.publisher import Publisher
from integrations.slack.trouble import Kind, Trouble
from integrations.slack.wanted import OURS, ROOT, View, Wanted, wanted

CHANNEL = "slack"
LISTEN_SECONDS = 5.0
TICK_SECONDS = 15.0
"""How often open incidents are looked at though nothing was said of them: countdowns, and edits that failed."""

LONGEST_PAUSE = 60.0

Extra = Callable[[View, Post], Awaitable[None]]


class Outbox:
    """The follower. `room` names the channel of an incident, `mention` whom a question calls."""

    def __init__(  # noqa: PLR0913 - what it follows, where it writes, and by which house's rules
        self,
        operations: Operations,
        posts: Posts,
        publisher: Publisher,
        *,
        budget: Budget | None = None,
        mention: str = "",
        extra: Extra | None = None,
        tick: float = TICK_SECONDS,
    ) -> None:
        self._operations, self._posts, self._publisher = operations, posts, publisher
        self._budget, self._mention, self._extra, self._tick = budget, mention, extra, tick
        self._dirty: set[str] = set()
        self._pauses: dict[str, tuple[float, float]] = {}  # incident → (not before, length of that pause)
        self._seen = 0
        self._log = telemetry.log(CHANNEL)

    async def run(self) -> None:
        """For ever. Whatever goes wrong with one incident is tried again later and harms no other."""
        await self._until_begun()
        ticked = asyncio.get_running_loop().time()
        while True:
            with suppress(Temporary):
                await self._listen()
                if (now := asyncio.get_running_loop().time()) - ticked >= self._tick:
                    ticked = now
                    self._dirty |= {post.incident_id for post in await self._posts.unfinished(CHANNEL)}
                await self._flush()
                if not self._dirty:
                    await self._posts.mark(CHANNEL, self._seen)

    async def _until_begun(self) -> None:
        while True:
            try:
                await self.begin()
                return
            except Temporary as trouble:
                self._log.warning("Slack waits for the store", error=str(trouble))
                await asyncio.sleep(1)

    async def begin(self) -> None:
        """Take up what was left; on the very first start, what is open now and nothing older."""
        seen = await self._posts.read_to(CHANNEL)
        self._dirty |= {post.incident_id for post in await self._posts.unfinished(CHANNEL)}
        if seen is not None:
            self._seen = seen
            return
        self._seen = await self._operations.last_said()
        for incident in await self._operations.incidents(closed=False, limit=1000):
            await self._posts.put(Post(channel=CHANNEL, incident_id=incident.id, name=ROOT, at=_now()))
            self._dirty.add(incident.id)
        await self._posts.mark(CHANNEL, self._seen)

    async def once(self) -> None:
        """One look at everything that was said and is unfinished: what `run` does again and again."""
        self._dirty |= {post.incident_id for post in await self._posts.unfinished(CHANNEL)}
        while await self._listen(0.0):
            pass
        await self._flush()

    async def _listen(self, wait: float = LISTEN_SECONDS) -> bool:
        """Note whose news came; a page of the journal at a time."""
        patience = min(wait, self._tick, 1.0 if self._dirty else wait)
        entries = await self._operations.said(self._seen, patience)
        for entry in entries:
            if not entry.key.startswith(OURS):
                self._dirty.add(entry.incident_id)
            self._seen = max(self._seen, entry.seq)
        return bool(entries)

    async def _flush(self) -> None:
        now = asyncio.get_running_loop().time()
        due = sorted(one for one in self._dirty if self._pauses.get(one, (0.0, 0.0))[0] <= now)
        await asyncio.gather(*(self._try(one) for one in due))

    async def _try(self, incident_id: str) -> None:
        try:
            settled = await self.tell(incident_id)
        except SteadyhandError as trouble:
            await self._later(incident_id, trouble)
        except Exception as error:  # noqa: BLE001 - one incident's fault may silence no other
            self._log.exception("an incident could not be shown in Slack", incident=incident_id)
            await self._later(incident_id, Trouble(Kind.BARRED, f"a fault of ours ({type(error).__name__})"))
        else:
            if settled:
                self._dirty.discard(incident_id)
            self._pauses.pop(incident_id, None)

    async def _later(self, incident_id: str, trouble: SteadyhandError) -> None:
        """Try again after twice the pause; whoever reads the journal (CLI, HTTP) learns that Slack was not told."""
        pause = min(2 * self._pauses.get(incident_id, (0.0, 0.5))[1], LONGEST_PAUSE)
        self._pauses[incident_id] = (asyncio.get_running_loop().time() + pause, pause)
        self._log.warning("Slack could not be told", incident=incident_id, error=str(trouble), again_in=pause)
        with suppress(Temporary):
            text = f"Slack could not be told: {trouble}; it is tried again, answer with `steadyhand approve` or `deny`"
            await self._operations.note(incident_id, f"{OURS}{str(trouble)[:80]}", text)

    async def tell(self, incident_id: str) -> bool:
        """Make the channel show one incident as it is now; False where it is about to change. Raises Trouble, Temporary."""
        view = await self.view(incident_id)
        if view is None:
            return True
        there = {post.name: post for post in await self._posts.get(CHANNEL, incident_id)}
        first, *replies = wanted(view)
        root = await self._show(view.report.incident, first, there.get(ROOT), None)
        if root is None:
            return True
        for reply in replies:
            await self._show(view.report.incident, reply, there.get(reply.name), root)
        if self._extra:
            await self._extra(view, root)
        return not view.closing

    async def view(self, incident_id: str) -> View | None:
        """All that is known of an incident; None for an unknown id."""
        report = await self._operations.report(incident_id)
        if report is None:
            return None
        entries = await self._operations.journal(incident_id, 0, 0)
        return View(report, entries, await self._operations.pending(incident_id), self._budget, self._mention)

    async def _show(self, incident: Incident, message: Wanted, post: Post | None, root: Post | None) -> Post | None:
        """Post or edit one message, unless it is there as wanted; its record."""
        if post is None or post.state is PostState.WANTED:
            if message.only_edit:
                return None
            post = post or Post(channel=CHANNEL, incident_id=incident.id, name=message.name, at=_now())
        if post.state is PostState.LOST or (post.state is PostState.SHOWN and post.shown == message.digest):
            return await self._closed(post, message)
        return await self._publisher.publish(incident, message, post, root)

    async def _closed(self, post: Post, message: Wanted) -> Post:
        if message.final and not post.final:
            post = post.evolve(final=True, at=_now())
            await self._posts.put(post)
        return post


def _now() -> datetime:
    return datetime.now(UTC)
