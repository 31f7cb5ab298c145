"""Two whole daemons by mistake on one store: the first is stopped in the middle of a call, the second takes over, the first wakes.

The first hangs as a process hangs under SIGSTOP: all its calls stand still, wherever they are. To the second its lease
has run out. Whenever the first goes on, before or after the end, there is one effect, one ledger entry, one end.
STEADYHAND_TWO_DAEMONS=200 is the long form, STEADYHAND_SEED the dice.
"""

import asyncio
import os
import random
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from agent.daemon import Daemon
from agent.errors import Refused
from agent.graph import build
from agent.model.action import LedgerState
from agent.model.audit import AuditKind
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.proposal import Proposal
from agent.policy.chain import check
from integrations.store.audit_file import lines
from tests.story import Story
from tests.torture.mortal import Life
from tests.torture.seeds import SEED

RUNS = int(os.environ.get("STEADYHAND_TWO_DAEMONS", "8"))
REPLAY = f"STEADYHAND_SEED={SEED} STEADYHAND_TWO_DAEMONS={RUNS} python -m pytest tests/torture/test_two_daemons.py"
WRITES = 150
"""About so many does a whole incident make."""


class Stopped(Life):
    """Stops at the n-th write, just before or just after it, until it is woken: nothing is lost, all is late."""

    def __init__(self, n: int, when: str) -> None:
        super().__init__()
        self._at, self._side, self._go = n, when, asyncio.Event()
        self._go.set()
        self.overtaken = False

    async def through(self, kind, call):
        await self._go.wait()
        self.calls[kind] += 1
        here = self.calls.total() == self._at
        if here and self._side == "before":
            await self._stop(kind)
        answer = await call
        if here and self._side == "after":
            await self._stop(kind)
        await self._go.wait()
        return answer

    async def _stop(self, kind) -> None:
        self.died_at = f"{self._side} {kind}"
        self._go.clear()
        self.died.set()
        await self._go.wait()

    def wake(self) -> None:
        self._go.set()


class Ahead:
    """Leases on the clock of a process whose time is ahead of every lease that still runs."""

    def __init__(self, leases) -> None:
        self._leases = leases

    def __getattr__(self, name):
        return getattr(self._leases, name)

    async def claim(self, incident_id, owner, now, seconds):
        return await self._leases.claim(incident_id, owner, now + timedelta(seconds=seconds + 1), seconds)


async def lived(folder, dice: random.Random) -> tuple[str, int]:
    """One incident with two daemons; where the first was stopped, and how often one was turned away."""
    first = Stopped(dice.randint(1, WRITES), dice.choice(["before", "after"]))
    story = await Story.begin(folder, "bad_release", seed=3, around=first.around)
    overtaken, opening = story.daemon, asyncio.create_task(story.alerted())
    try:
        async with asyncio.timeout(120):
            await until_closed(story, first, dice.randint(1, 60))
            first.wake()
            await opening
            for daemon in (story.daemon, overtaken):
                await daemon.finished(story.incident_id)
        await held(story)
        notes = [each.note for each in await story.ports.store.audit.entries(story.incident_id)]
        return first.died_at, sum(note.kind is AuditKind.TURNED_AWAY for note in notes)
    except (AssertionError, TimeoutError) as failure:
        said = "\n".join(await story.said())
        failure.add_note(f"repeat with {REPLAY}; the first one stopped {first.died_at}; said:\n{said}")
        raise
    finally:
        first.wake()
        await abandoned(overtaken, opening)
        await story.end()


async def until_closed(story: Story, first: Stopped, looks: int) -> None:
    """Somebody says yes to every question; the second daemon is there when the first stops, and the first after so many looks."""
    while True:
        if first.died.is_set() and looks > 0:
            if story.daemon is not (there := await another(story, first)):
                story.daemon = there
            looks -= 1
            if not looks:
                first.wake()
        for incident in await story.daemon.incidents():
            story.incident_id = incident.id
            if incident.phase.closed():
                return
        for question in await story.daemon.pending():
            await asyncio.wait({asyncio.create_task(approved(story, question))}, timeout=0.5)
        await asyncio.sleep(0.02)


async def approved(story: Story, question: Proposal) -> None:
    """Somebody's yes, to a daemon that may be stopped before it answers: nobody waits for it for ever."""
    with suppress(Refused):
        await story.approve(question)


async def another(story: Story, first: Stopped) -> Daemon:
    """The daemon that has taken over: a second one on what the first has open, told of the same alerts."""
    if first.overtaken:
        return story.daemon
    first.overtaken = True
    opened = story._opened
    store = replace(opened.store, leases=Ahead(opened.store.leases))
    second = Daemon(replace(story.ports, actuator=story.stage.actuator, store=store), build(opened.checkpointer))
    await second.start()
    await second.receive(story.delivered)
    return second


async def abandoned(daemon: Daemon, opening: asyncio.Task) -> None:
    """Nothing of the first daemon outlives the test."""
    opening.cancel()
    await daemon.abandon()


async def held(story: Story) -> None:
    """One of everything."""
    report = await story.report()
    assert report.incident.resolution is Resolution.RECOVERED
    assert len(await story.daemon.incidents()) == 1
    assert len(story.effects()) == 1
    (entry,) = await story.ports.store.ledger.entries()
    assert entry.state is LedgerState.DONE
    assert await story.daemon.pending() == []
    for topic in (Topic.OPENED, Topic.ACTION, Topic.REMEMBERED):
        assert len(await story.said(topic)) == 1, topic
    notes = [each.note for each in await story.ports.store.audit.entries(story.incident_id)]
    assert [note.result for note in notes if note.kind is AuditKind.ACTION] == ["intent", "executing", "done"]
    assert check(lines(story.folder)).broken == ""


async def test_a_daemon_that_was_overtaken_wakes_into_an_incident_that_ends_as_if_it_were_not_there(tmp_path, capsys):
    stopped, turned_away = Counter(), 0
    for number in range(RUNS):
        where, away = await lived(tmp_path / str(number), random.Random(f"{SEED} {number}"))
        stopped[where or "never"] += 1
        turned_away += away
    with capsys.disabled():
        places = ", ".join(f"{place} {times}" for place, times in stopped.most_common())
        print(
            f"\ntwo daemons: {RUNS} incidents, each with one effect and one end; {turned_away} late writes refused;"
            f" {REPLAY}\n  the first one stopped {places}",
            end="",
        )
