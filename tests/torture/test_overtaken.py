"""Two workers by mistake on one store, a lease lost in the middle of an action: one effect, and the late one is refused.

Two processes cannot come to it on SQLite (the folder's lock), which is shown once. What a store shared by several would
see is played in one process: workers that run one port call at a time, in an order the dice choose, each with a clock
of its own on which the other's lease has run out. STEADYHAND_OVERTAKEN sets how many times, STEADYHAND_SEED the dice.
"""

import asyncio
import dataclasses
import os
import random
from collections import Counter
from contextlib import aclosing
from datetime import timedelta

import httpx
import pytest

from agent import wiring
from agent.errors import Refused, Uncertain
from agent.model.action import LedgerState, Rollback
from agent.model.audit import AuditKind
from agent.model.entity import ServiceRef
from agent.model.incident import Incident
from agent.policy.chain import check
from agent.ports import Ports
from agent.settings import Settings
from agent.steps.perform import perform
from agent.steps.work import Work
from integrations.store.audit_file import lines
from integrations.store.open import open_store
from tests.e2e.daemon import Daemon, command
from tests.servers import free_port
from tests.simulation.stage import START, a_stage
from tests.story import an_alert
from tests.torture.seeds import SEED

RUNS = int(os.environ.get("STEADYHAND_OVERTAKEN", "200"))
LEASE = 15.0
FRESH = 50
"""So many actions a simulated shop sees: its history is kept whole, and slows it down."""

REPLAY = f"STEADYHAND_SEED={SEED} STEADYHAND_OVERTAKEN={RUNS} python -m pytest tests/torture/test_overtaken.py"


class Baton:
    """Who may make the next call; all others are as if stopped by a signal, wherever they are."""

    def __init__(self, dice: random.Random, workers: int) -> None:
        self._dice, self._running, self._holder = dice, set(range(workers)), 0
        self._passed = asyncio.Condition()
        self.stops: Counter[str] = Counter()

    async def turn(self, who: int, kind: str) -> None:
        """Wait until it is this one's turn; where it is stopped before a call, that is counted."""
        async with self._passed:
            if self._holder == who and self._dice.random() < 0.4 and len(self._running) > 1:
                self.stops[kind] += 1
                self._pass()
            await self._passed.wait_for(lambda: self._holder == who)

    async def done(self, who: int) -> None:
        """This one makes no call any more."""
        async with self._passed:
            self._running.discard(who)
            self._pass()

    def _pass(self) -> None:
        others = sorted(self._running - {self._holder})
        self._holder = self._dice.choice(others or sorted(self._running) or [-1])
        self._passed.notify_all()


class InTurn:
    """A port whose every call waits for the baton; an actuator's answer may get lost on the way."""

    def __init__(self, port, baton: Baton, who: int, dice: random.Random) -> None:
        self._port, self._baton, self._who, self._dice = port, baton, who, dice

    def __getattr__(self, name):
        found = getattr(self._port, name)

        async def call(*given):
            await self._baton.turn(self._who, name)
            answer = await found(*given)
            if name == "apply" and self._dice.random() < 0.15:
                raise Uncertain("the answer was lost")
            return answer

        return call


class Worker:
    """One of several that take each other for dead."""

    def __init__(self, number: int, ports: Ports, baton: Baton, dice: random.Random) -> None:
        self._number, self._baton = number, baton
        store = {
            name: InTurn(getattr(ports.store, name), baton, number, dice) for name in ("ledger", "leases", "incidents")
        }
        self.ports = dataclasses.replace(
            ports,
            actuator=InTurn(ports.actuator, baton, number, dice),
            store=dataclasses.replace(ports.store, **store),
        )

    async def works(self, incident: Incident, action: Rollback, before) -> str:
        """Claim, act, and how it ended."""
        try:
            late = START + timedelta(seconds=(LEASE + 1) * self._number)  # its clock is ahead of the others' leases
            lease = await self.ports.store.leases.claim(incident.id, f"worker-{self._number}", late, LEASE)
            if lease is None:
                return "no lease"
            entry = await perform(Work(self.ports, lease.fence), {"incident": incident}, action, before, "act once")
            return str(entry.state)
        except Refused as refusal:
            return "refused by the fence" if "does not hold" in str(refusal) else str(refusal)
        finally:
            await self._baton.done(self._number)


async def raced(ports: Ports, stage, number: int) -> tuple[Counter, Counter]:
    """One action and two or three workers; how each ended, and where they were stopped."""
    dice = random.Random(f"{SEED} {number}")
    incident = Incident(
        id=f"inc-{number}",
        service=ServiceRef(namespace="shop", name="checkout"),
        title="burns",
        severity="page",
        started_at=START,
        opened_at=START,
        alerts=[an_alert()],
    )
    await ports.store.incidents.put(incident)
    deployment = stage.world.deployment("checkout")
    back = sorted(deployment.sets, key=lambda each: each.number)[-2]
    action = Rollback(target=deployment.entity, to_revision=back.number, template_hash=back.template_hash)
    before = deployment.state()
    baton = Baton(dice, dice.choice([2, 2, 3]))
    workers = [Worker(each, ports, baton, dice) for each in sorted(baton._running)]
    ended = await asyncio.wait_for(asyncio.gather(*(w.works(incident, action, before) for w in workers)), 60)
    (entry,) = await ports.store.ledger.entries(incident.id)
    assert entry.state is LedgerState.DONE, (number, ended, entry)
    effects = stage.world.deployment("checkout").generation - before.generation
    assert effects == 1, (number, ended, effects)
    assert set(ended) <= {"done", "refused by the fence", "no lease"}, (number, ended)
    notes = [each.note for each in await ports.store.audit.entries(incident.id)]
    assert [n.result for n in notes if n.kind is AuditKind.ACTION] == ["intent", "executing", "done"], (number, ended)
    assert sum(n.kind is AuditKind.TURNED_AWAY for n in notes) == ended.count("refused by the fence"), (number, ended)
    return Counter(ended), baton.stops


async def test_whichever_worker_is_stopped_wherever_the_action_happens_once_and_the_late_one_is_refused(
    tmp_path, capsys
):
    async with aclosing(await open_store(tmp_path)) as opened:
        house = wiring.rules(Settings())
        ended, stops = Counter(), Counter()
        for number in range(RUNS):
            if number % FRESH == 0:
                stage = a_stage(3)
                stage.world.release("checkout", "registry.example/shop/checkout:9.9.9", [])
            ports = Ports(stage.clock, stage.metrics, stage.cluster, stage.actuator, opened.store, house)
            try:
                told, stopped = await raced(ports, stage, number)
            except AssertionError as failure:
                failure.add_note(f"repeat with {REPLAY}")
                raise
            ended, stops = ended + told, stops + stopped
            stage.later(600)
        assert check(lines(tmp_path)).broken == ""
    with capsys.disabled():
        where = ", ".join(f"{kind} {times}" for kind, times in stops.most_common())
        print(f"\novertaken: {RUNS} actions, each done once; {dict(ended)}; {REPLAY}\n  stopped before {where}", end="")
    assert ended["refused by the fence"] >= RUNS // 8


def test_a_second_daemon_on_the_same_folder_is_refused_and_disturbs_nothing(tmp_path):
    first = Daemon(tmp_path / "first", free_port(), "a-token-of-enough", {})
    first.start()
    try:
        folder = str(tmp_path / "first" / "state")
        second = Daemon(tmp_path / "second", free_port(), "a-token-of-enough", {"state_dir": folder})
        done = command("serve", "--config", str(tmp_path / "second" / "steadyhand.yaml"))
        assert done.returncode != 0
        assert "in use by process" in done.stderr + done.stdout
        assert "Traceback" not in done.stderr + done.stdout
        assert first.incidents() == []
        with pytest.raises(httpx.ConnectError):
            second.incidents()
    finally:
        first.kill()
