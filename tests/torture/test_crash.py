"""The process dies between any two steps, around every write of the ledger and inside the action: one action, never two, never none."""

from itertools import count

import pytest

from agent.model.action import LedgerState
from agent.model.audit import AuditKind
from agent.model.incident import Resolution
from agent.model.journal import Topic
from agent.model.playbook import Autonomy
from agent.policy.chain import check
from integrations.store.audit_file import lines
from tests.torture.lives import Tale
from tests.torture.mortal import Life


@pytest.fixture
async def lives(tmp_path):
    """Begins a tale of a few lives in a folder of its own."""
    told = []

    async def begin(lives, **given):
        tale = await Tale.begin(tmp_path / str(len(told)), lives, **given)
        told.append(tale)
        return tale

    yield begin
    for tale in told:
        await tale.story.end()


async def ended_as_if_nothing_had_happened(tale):
    """Closed and recovered, one action in the world and in the ledger, everything said and remembered once."""
    report = await tale.until_closed()
    story = tale.story
    assert report.incident.resolution is Resolution.RECOVERED, await story.said()
    (effect,) = story.effects()
    (entry,) = await story.ports.store.ledger.entries()
    assert entry.state is LedgerState.DONE
    deployment = story.stage.world.deployment("checkout")
    assert entry.applied.spec_hash == deployment.spec_hash()
    assert effect.to_revision == deployment.current.number
    for topic in (Topic.OPENED, Topic.PROPOSAL, Topic.DECISION, Topic.ACTION, Topic.VERIFIED, Topic.REMEMBERED):
        asked = topic is not Topic.DECISION or report.decision.channel != "policy"
        assert len(await story.said(topic)) == int(asked), topic
    (memory,) = await story.ports.store.memory.recall(report.incident.service)
    assert memory.resolution is Resolution.RECOVERED
    assert await story.daemon.pending() == []
    assert len(await story.daemon.incidents()) == 1
    await answered_for(story, entry)
    await story.end()


async def answered_for(story, entry):
    """The audit has every state the action went through, in order, each once, after the decision, in an unbroken chain."""
    assert check(lines(story.folder)).broken == ""
    notes = [each.note for each in await story.ports.store.audit.entries(story.incident_id)]
    told = [note.result for note in notes if note.kind is AuditKind.ACTION]
    assert told == [LedgerState.INTENT, LedgerState.EXECUTING, LedgerState.DONE]
    kinds = [note.kind for note in notes if note.kind not in (AuditKind.TAKEN_OVER, AuditKind.TURNED_AWAY)]
    assert kinds == [AuditKind.ASKED, AuditKind.DECIDED, *[AuditKind.ACTION] * 3, AuditKind.VERIFIED]
    assert {note.digest for note in notes if note.kind is AuditKind.ACTION} == {entry.purpose.split()[1]}


@pytest.mark.parametrize(
    ("kind", "n", "when"),
    [
        ("checkpoint", 1, "after"),  # a step was done and persisted, the next never began
        ("checkpoint", 2, "before"),  # a step was done, its result is known, its checkpoint is not
        ("result", 2, "before"),  # a step was done and nobody knows: all of it is repeated
    ],
)
@pytest.mark.parametrize("policy", [{}, {"autonomy": Autonomy.ACT}], ids=["asked", "alone"])
async def test_processes_that_live_for_one_step_each_bring_the_incident_to_its_end(lives, kind, n, when, policy):
    tale = await lives((Life(kind, n, when) for _ in count()), **policy)
    tale.somebody_answers = not policy
    await ended_as_if_nothing_had_happened(tale)
    assert tale.deaths >= 10


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("kind", ["ledger", "apply", "question", "decision", "memory", "audit"])
async def test_a_death_at_any_one_of_these_moments_is_survived(lives, kind, when):
    for n in count(1):
        tale = await lives([Life(kind, n, when)])
        await ended_as_if_nothing_had_happened(tale)
        if not tale.deaths:
            break
    assert n > 1, f"nobody ever died at {kind}"


async def test_a_death_while_the_incident_is_being_closed_leaves_nothing_unsaid(lives):
    undisturbed = await lives([])
    await ended_as_if_nothing_had_happened(undisturbed)
    for kind in ("journal", "record"):
        for when in ("before", "after"):
            tale = await lives([Life(kind, undisturbed.life.calls[kind], when)])
            await ended_as_if_nothing_had_happened(tale)
            assert tale.deaths == 1


async def test_what_is_undone_is_undone_once_by_processes_that_live_for_one_step_each(lives):
    tale = await lives(Life("result", 2, "before") for _ in count())
    world = tale.story.stage.world
    tale.story.on(
        Topic.ACTION, lambda: world.spoil("checkout", 0.4)
    )  # another trouble, which the rollback does not cure
    report = await tale.until_closed()
    assert report.incident.resolution is Resolution.HANDED_OVER
    assert [effect.kind for effect in tale.story.effects()] == ["rollback", "rollback"]
    entries = await tale.story.ports.store.ledger.entries()
    assert [entry.state for entry in entries] == [LedgerState.DONE, LedgerState.DONE]
    assert any("taken back" in step for step in report.next_steps), report.next_steps


@pytest.mark.parametrize(
    ("kind", "n", "when"),
    [
        ("setback", 1, "before"),  # the failure is known, and not remembered
        ("setback", 1, "after"),
        ("ledger", 4, "before"),
        ("ledger", 4, "after"),  # three writes are the action's: intent of the undo
        ("ledger", 5, "after"),  # executing, nothing called
        ("apply", 2, "after"),  # called, nobody has written down that it was
        ("ledger", 6, "after"),  # done
    ],
)
async def test_a_death_around_any_write_of_an_undo_doubles_and_loses_nothing(lives, kind, n, when):
    tale = await lives([Life(kind, n, when)])
    world = tale.story.stage.world
    tale.story.on(Topic.ACTION, lambda: world.spoil("checkout", 0.4))
    report = await tale.until_closed()
    assert tale.deaths == 1
    await acted_and_took_back_once(tale, report)


async def acted_and_took_back_once(tale, report):
    """Two effects in the world, both in the ledger and in the audit with each of their states, and one setback."""
    story = tale.story
    assert report.incident.resolution is Resolution.HANDED_OVER, await story.said()
    assert [effect.kind for effect in story.effects()] == ["rollback", "rollback"]
    entries = await story.ports.store.ledger.entries()
    assert [(e.state, e.purpose.split()[0]) for e in entries] == [
        (LedgerState.DONE, "act"),
        (LedgerState.DONE, "undo"),
    ]
    notes = [each.note for each in await story.ports.store.audit.entries(story.incident_id)]
    for kind in (AuditKind.ACTION, AuditKind.UNDO):
        told = [note.result for note in notes if note.kind is kind]
        assert told == [LedgerState.INTENT, LedgerState.EXECUTING, LedgerState.DONE], kind
    assert [note.result for note in notes if note.kind is AuditKind.VERIFIED] == ["not recovered"]
    assert len(report.setbacks) == 1
    assert check(lines(story.folder)).broken == ""
    await story.end()
