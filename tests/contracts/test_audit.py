"""One contract for the audit and for what did not help: the store on SQLite and the one in memory note alike."""

from contextlib import aclosing

import pytest

from agent.errors import Refused
from agent.model.action import Applied, LedgerEntry, LedgerState, Restart
from agent.model.audit import AuditKind, AuditNote
from agent.model.entity import Entity
from agent.model.proposal import DecisionKind
from agent.model.setback import Setback
from agent.policy.chain import Head, canonical, check
from integrations.store.open import open_store
from tests.contracts.test_store import DEPLOYMENT, NOW, after, decision, proposal
from tests.fakes import memory_store

ACTION, ASKED, DECIDED, UNDO = AuditKind.ACTION, AuditKind.ASKED, AuditKind.DECIDED, AuditKind.UNDO
TURNED_AWAY, TAKEN_OVER = AuditKind.TURNED_AWAY, AuditKind.TAKEN_OVER


@pytest.fixture(params=["sqlite", "memory"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield memory_store()
        return
    async with aclosing(await open_store(tmp_path / "data")) as opened:
        yield opened.store


def note(what: str = "began", **changes) -> AuditNote:
    return AuditNote(**{"kind": AuditKind.STARTED, "who": "steadyhand", "what": what, **changes})


def effect(purpose: str = "act d1") -> LedgerEntry:
    return LedgerEntry(key="k1", incident_id="i1", action=Restart(target=DEPLOYMENT), at=NOW, purpose=purpose)


async def told(store) -> list[tuple[AuditKind, str]]:
    return [(entry.note.kind, entry.note.result) for entry in await store.audit.entries()]


async def unbroken(store) -> bool:
    lines = [canonical(entry.model_dump(mode="json")) for entry in await store.audit.entries()]
    return check(lines).broken == ""


class TestEntries:
    async def test_entries_come_back_in_order_numbered_and_chained(self, store):
        for number in range(3):
            assert await store.audit.append(note(f"{number} Zürich \u2028"))
        entries = await store.audit.entries()
        assert [(e.seq, e.note.what) for e in entries] == [(n + 1, f"{n} Zürich \u2028") for n in range(3)]
        assert await unbroken(store)

    async def test_a_key_is_noted_once_and_the_same_without_a_key_again(self, store):
        assert await store.audit.append(note(key="k"))
        assert not await store.audit.append(note("something else", key="k"))
        assert await store.audit.append(note())
        assert await store.audit.append(note())
        assert [e.note.what for e in await store.audit.entries()] == ["began"] * 3

    async def test_one_incidents_entries_after_a_number_up_to_a_limit(self, store):
        for number in range(6):
            await store.audit.append(note(str(number), incident_id=f"i{number % 2}"))
        assert [e.note.what for e in await store.audit.entries("i1")] == ["1", "3", "5"]
        assert [e.note.what for e in await store.audit.entries("i1", after=2)] == ["3", "5"]
        assert [e.note.what for e in await store.audit.entries(limit=2)] == ["0", "1"]

    async def test_the_newest_of_a_kind_or_of_any(self, store):
        assert await store.audit.newest() is None
        await store.audit.append(note("first"))
        await store.audit.append(note("second", kind=AuditKind.VERIFIED))
        assert (await store.audit.newest()).note.what == "second"
        assert (await store.audit.newest(AuditKind.STARTED)).note.what == "first"
        assert await store.audit.newest(AuditKind.UNDO) is None


class TestWhatTheStoreNotesItself:
    async def test_every_transition_of_an_action_is_noted_once(self, store):
        lease = await store.leases.claim("i1", "w1", NOW, 60)
        entry = await store.ledger.begin(effect(), lease.fence)
        await store.ledger.begin(effect(), lease.fence)
        for state in (LedgerState.EXECUTING, LedgerState.EXECUTING, LedgerState.DONE):
            applied = Applied(generation=2, spec_hash="s2", at=NOW) if state is LedgerState.DONE else None
            await store.ledger.mark(entry.evolve(state=state, applied=applied), lease.fence)
        assert await told(store) == [(ACTION, "intent"), (ACTION, "executing"), (ACTION, "done")]
        assert {e.note.digest for e in await store.audit.entries("i1")} == {"d1"}
        assert await unbroken(store)

    async def test_an_undo_is_told_from_the_action(self, store):
        lease = await store.leases.claim("i1", "w1", NOW, 60)
        await store.ledger.begin(effect("undo d1"), lease.fence)
        assert await told(store) == [(UNDO, "intent")]

    async def test_a_question_and_its_answer_with_who_why_and_on_which_evidence(self, store):
        question = proposal()
        await store.approvals.ask(question)
        await store.approvals.ask(question)
        await store.approvals.decide(decision(question, reason="looks right"), NOW)
        asked, answered = await store.audit.entries("i1")
        assert (asked.note.kind, asked.note.evidence, asked.note.digest) == (ASKED, ["E1"], question.digest)
        assert (answered.note.kind, answered.note.who, answered.note.why) == (DECIDED, "ana (cli)", "looks right")
        assert (answered.note.result, answered.note.digest) == ("approved", question.digest)

    async def test_every_answer_that_is_turned_away_with_the_reason(self, store):
        question = proposal()
        await store.approvals.ask(question)
        await store.approvals.decide(decision(question), NOW)
        for attempt in (decision(question, by="eve"), decision(question, digest="forged", by="eve")):
            with pytest.raises(Refused) as refused:
                await store.approvals.decide(attempt, NOW)
            newest = (await store.audit.newest()).note
            assert (newest.kind, newest.who, newest.result) == (TURNED_AWAY, "eve (cli)", str(refused.value))

    async def test_our_own_clock_that_comes_too_late_is_no_attempt(self, store):
        question = proposal()
        await store.approvals.ask(question)
        await store.approvals.decide(decision(question), NOW)
        with pytest.raises(Refused):
            await store.approvals.decide(decision(question, DecisionKind.EXPIRED), after(9999))
        assert [kind for kind, _ in await told(store)] == [ASKED, DECIDED]

    async def test_a_take_over_and_the_late_write_of_who_was_overtaken(self, store):
        old = await store.leases.claim("i1", "w1", NOW, 60)
        await store.ledger.begin(effect(), old.fence)
        await store.leases.claim("i1", "w2", after(61), 60)
        with pytest.raises(Refused):
            await store.ledger.mark(effect().evolve(state=LedgerState.DONE), old.fence)
        assert [kind for kind, _ in await told(store)] == [ACTION, TAKEN_OVER, TURNED_AWAY]
        assert (await store.ledger.entries("i1"))[0].state is LedgerState.INTENT

    async def test_secrets_are_masked_and_long_texts_cut(self, store):
        question = proposal()
        await store.approvals.ask(question)
        await store.approvals.decide(decision(question, reason="password=hunter2 " + "x" * 9000), NOW)
        why = (await store.audit.newest()).note.why
        assert "hunter2" not in why
        assert len(why) <= 2001


class TestWhatDidNotHelp:
    def setback(self, key: str = "k1", cause: str = "memory-leak", name: str = "checkout") -> Setback:
        return Setback(
            key=key,
            incident_id="i1",
            playbook="restart",
            action="restart it",
            cause=cause,
            target=Entity(kind="Deployment", namespace="shop", name=name),
            spec_hash="s1",
            at=NOW,
        )

    async def test_it_is_found_by_target_and_cause_oldest_first_each_once(self, store):
        for setback in (self.setback("k2"), self.setback("k1"), self.setback("k2")):
            await store.memory.failed(setback)
        for other in (self.setback("k3", cause="deadlock"), self.setback("k4", name="cart")):
            await store.memory.failed(other)
        found = await store.memory.setbacks(DEPLOYMENT, "memory-leak")
        assert found == [self.setback("k2"), self.setback("k1")]

    async def test_where_nothing_failed_there_is_nothing(self, store):
        assert await store.memory.setbacks(DEPLOYMENT, "memory-leak") == []


def test_a_head_is_written_as_the_verb_takes_it():
    assert str(Head(seq=7, hash="ab")) == "7:ab"
