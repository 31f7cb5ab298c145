"""Deaths at random instants of whole incidents, of every kind there is: in-process, on a real SQLite folder, in a simulated shop.

STEADYHAND_DEATHS=3000 is the long form, shared by the kinds; each incident is lived through by processes that die at a
random write to anything durable, or in the middle of acting. STEADYHAND_SEED=N repeats a run exactly.
"""

import asyncio
import dataclasses
import os
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest

from agent.model.action import LedgerState
from agent.model.audit import AuditKind
from agent.model.identity import Approver, Identity
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.playbook import Autonomy
from agent.model.rules import ApproverRule
from agent.policy.chain import check
from integrations.dryrun.actuator import DryActuator
from integrations.simulation import scenarios
from integrations.store.audit_file import lines
from tests.torture.lives import House, Tale
from tests.torture.mortal import Life
from tests.torture.seeds import SEED

DEATHS = int(os.environ.get("STEADYHAND_DEATHS", "60"))
LIVES = 10
"""Processes that may die in one incident: enough to come to all of its phases, few enough that it ends."""

ANA, BO = Identity(id="api:ana", name="ana"), Identity(id="api:bo", name="bo")


def two_people(ports):
    """Nothing is done here that two people of the team have not approved."""
    team = Approver(name="team", identities=["api:ana", "api:bo"])
    rule = ApproverRule(people=2, roles=["team"])
    policy = ports.rules.policy.evolve(approvers=[rule])
    return dataclasses.replace(ports, rules=ports.rules.evolve(approvers=[team], policy=policy))


def dry(ports):
    """Nothing is done here at all."""
    return dataclasses.replace(ports, actuator=DryActuator(ports.actuator))


def nothing(_story) -> None:
    """The world is as the scenario has it."""


def another_trouble_follows(story) -> None:
    """The rollback is right, and something else breaks as soon as it is done."""
    story.on(Topic.ACTION, lambda: story.stage.world.spoil("checkout", 0.4))


def two_bad_releases(story) -> None:
    """What checkout calls was released badly as well: the first rollback cannot help, nor can the second alone."""
    scenarios.bad_release(story.stage.world, "payments")


@dataclass(frozen=True)
class Kind:
    """One way an incident goes, and the purposes of the effects it may come to, in order."""

    ends: Resolution
    courses: tuple[tuple[str, ...], ...]
    writes: int  # about so many, when nobody dies
    told: LedgerState = LedgerState.DONE
    befalls: Callable[[Any], None] = nothing
    house: House = lambda ports: ports
    people: tuple[Identity, ...] = (Identity(name="kim"),)
    policy: dict[str, Any] = field(default_factory=dict)


ONCE, BACK = (("act",),), (("act", "undo"),)
KINDS = {
    "asked": Kind(Resolution.RECOVERED, ONCE, 150),
    "alone": Kind(Resolution.RECOVERED, ONCE, 150, people=(), policy={"autonomy": Autonomy.ACT}),
    "two people": Kind(Resolution.RECOVERED, ONCE, 150, house=two_people, people=(ANA, ANA, BO)),
    "taken back": Kind(Resolution.HANDED_OVER, BACK, 300, befalls=another_trouble_follows),
    # Processes that die for long come too late for a second look to compare pods of both revisions: it abstains then.
    "second hypothesis": Kind(
        Resolution.HANDED_OVER, (("act", "undo", "act", "undo"), *BACK), 350, befalls=two_bad_releases
    ),
    "dry run": Kind(Resolution.HELD, ONCE, 100, told=LedgerState.HELD, house=dry),
}


def lives(dice: random.Random, writes: int) -> list[Life]:
    """Processes that end at any of their writes; together they live about as long as the incident, repeated steps included."""
    longest = 3 * writes // LIVES
    return [Life("", dice.randint(1, longest), dice.choice(["before", "after"])) for _ in range(LIVES)]


async def told(folder, kind: Kind, dying: list[Life], seed: str) -> Tale:
    """One incident, from its first alert to its end, and all that must hold then."""
    tale = await Tale.begin(folder, dying, house=kind.house, people=kind.people, **kind.policy)
    kind.befalls(tale.story)
    try:
        await held(tale, kind)
    except (AssertionError, TimeoutError) as failure:
        said = "\n".join(await tale.story.said())
        failure.add_note(f"{seed}; deaths {[life.died_at for life in dying if life.died_at]}; said:\n{said}")
        raise
    finally:
        await tale.story.end()
    return tale


async def held(tale: Tale, kind: Kind) -> None:
    """Nothing doubled, nothing lost, nothing stuck, and the audit tells each effect in its three states, once."""
    report = await asyncio.wait_for(tale.until_closed(), 300)
    story = tale.story
    assert report.incident.resolution is kind.ends
    entries = await story.ports.store.ledger.entries()
    assert tuple(entry.purpose.split()[0] for entry in entries) in kind.courses
    assert len({entry.purpose for entry in entries}) == len(entries)
    assert {entry.state for entry in entries} == {kind.told}
    done = [entry for entry in entries if entry.state is LedgerState.DONE]
    assert len(story.effects()) == len(done)
    notes = [each.note for each in await story.ports.store.audit.entries(story.incident_id)]
    states = [note.result for note in notes if note.kind in (AuditKind.ACTION, AuditKind.UNDO)]
    assert states == [LedgerState.INTENT, LedgerState.EXECUTING, kind.told] * len(entries)
    assert check(lines(story.folder)).broken == ""
    assert len(await story.daemon.incidents()) == 1
    assert await story.daemon.pending() == []
    for topic, times in ((Topic.OPENED, 1), (Topic.REMEMBERED, 1), (Topic.ACTION, len(entries))):
        assert len(await story.said(topic)) == times, topic


@pytest.mark.parametrize("name", KINDS)
async def test_whenever_a_process_dies_nothing_is_doubled_lost_or_stuck(name, tmp_path, capsys, request):
    kind, wanted, deaths, fell = KINDS[name], -(-DEATHS // len(KINDS)), 0, Counter()
    replay = f"STEADYHAND_SEED={SEED} STEADYHAND_DEATHS={DEATHS} python -m pytest '{request.node.nodeid}'"
    for number in count():
        if deaths >= wanted:
            break
        dying = lives(random.Random(f"{SEED} {name} {number}"), kind.writes)
        tale = await told(tmp_path / str(number), kind, dying, f"{replay} (incident {number})")
        deaths += tale.deaths
        fell.update(life.died_at.split()[1] for life in dying if life.died_at)
    with capsys.disabled():
        moments = ", ".join(f"{moment} {times}" for moment, times in fell.most_common())
        print(f"\ndeaths, {name}: {deaths} in {number} incidents, all ended well; {replay}\n  at {moments}", end="")
