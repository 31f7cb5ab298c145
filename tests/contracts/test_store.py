"""One contract for the store: the real one on SQLite and the one in memory answer and refuse alike."""

import asyncio
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import Refused
from agent.model.action import Applied, LedgerEntry, LedgerState, Restart, Scale, TargetState
from agent.model.alert import Alert
from agent.model.entity import Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.incident import Incident, Phase, Resolution
from agent.model.journal import JournalEntry, Topic
from agent.model.memory import Memory
from agent.model.playbook import VerificationPlan
from agent.model.post import Post, PostState
from agent.model.proposal import Decision, DecisionKind, Narrowed, Proposal
from agent.model.query import Raw, Series
from agent.model.question import Gap, GapReason, InstantQuestion, MetricAnswer
from integrations.store.open import open_store
from tests.fakes import memory_store

NOW = datetime(2026, 11, 23, 10, 0, 0, 123456, tzinfo=UTC)
CHECKOUT = ServiceRef(namespace="shop", name="checkout")
DEPLOYMENT = Entity(kind="Deployment", namespace="shop", name="checkout")


@pytest.fixture(params=["sqlite", "memory"])
async def store(request, tmp_path):
    if request.param == "memory":
        yield memory_store()
        return
    async with aclosing(await open_store(tmp_path / "data")) as opened:
        yield opened.store


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def incident(identifier: str = "i1", **changes) -> Incident:
    alert = Alert(
        fingerprint="f1", status="firing", starts_at=NOW, labels={"alertname": "Burns", "word": "Zürich \u0000"}
    )
    fields = {
        "id": identifier,
        "service": CHECKOUT,
        "title": "checkout burns",
        "severity": "page",
        "started_at": NOW,
        "opened_at": NOW,
        "alerts": [alert],
    }
    return Incident(**{**fields, **changes})


def entry(key: str = "opened", **changes) -> JournalEntry:
    return JournalEntry(**{"incident_id": "i1", "key": key, "topic": Topic.OPENED, "text": key, "at": NOW, **changes})


def post(name: str, **changes) -> Post:
    return Post(**{"channel": "slack", "incident_id": "i1", "name": name, "at": NOW, **changes})


def proposal(incident_id: str = "i1", replicas: int = 5) -> Proposal:
    return Proposal(
        incident_id=incident_id,
        hypothesis="h1",
        playbook="scale-out",
        action=Scale(target=DEPLOYMENT, replicas=replicas),
        undo=Scale(target=DEPLOYMENT, replicas=3),
        before=TargetState(entity=DEPLOYMENT, uid="u1", generation=4, spec_hash="abc", replicas=3),
        diff="-3\n+5\n",
        blast_radius="2 pods",
        reason="saturated [E1]",
        verification=VerificationPlan(),
        asked_at=NOW,
        expires_at=after(1800),
    )


def decision(question: Proposal, kind: DecisionKind = DecisionKind.APPROVED, **changes) -> Decision:
    fields = {"incident_id": question.incident_id, "digest": question.digest, "kind": kind}
    return Decision(**{**fields, "by": "ana", "channel": "cli", "at": NOW, **changes})


def effect(key: str = "k1", incident_id: str = "i1") -> LedgerEntry:
    return LedgerEntry(key=key, incident_id=incident_id, action=Restart(target=DEPLOYMENT), at=NOW)


def executing(key: str = "k1") -> LedgerEntry:
    return effect(key).evolve(state=LedgerState.EXECUTING)


async def refusal(attempt) -> str:
    with pytest.raises(Refused) as refused:
        await attempt
    return str(refused.value)


class TestIncidents:
    async def test_an_incident_comes_back_as_it_was_put(self, store):
        await store.incidents.put(incident())
        assert await store.incidents.get("i1") == incident()

    async def test_an_unknown_incident_is_none(self, store):
        assert await store.incidents.get("i1") is None

    async def test_putting_again_replaces(self, store):
        await store.incidents.put(incident())
        closed = incident(phase=Phase.CLOSED, closed_at=after(60), resolution=Resolution.RECOVERED, alerts=[])
        await store.incidents.put(closed)
        assert await store.incidents.get("i1") == closed
        assert await store.incidents.find() == [closed]

    async def test_twenty_updates_at_once_all_count(self, store):
        await store.incidents.put(incident(title=""))
        update = store.incidents.update
        await asyncio.gather(*(update("i1", lambda found: found.evolve(title=found.title + "x")) for _ in range(20)))
        assert (await store.incidents.get("i1")).title == "x" * 20

    async def test_an_update_returns_what_it_wrote_and_is_found_by_it(self, store):
        await store.incidents.put(incident())
        closed = await store.incidents.update("i1", lambda found: found.evolve(phase=Phase.CLOSED))
        assert closed == incident(phase=Phase.CLOSED)
        assert await store.incidents.find(closed=True) == [closed]

    async def test_updating_an_unknown_incident_is_none_and_stores_nothing(self, store):
        assert await store.incidents.update("i1", lambda found: found) is None
        assert await store.incidents.find() == []

    async def test_an_update_that_fails_changes_nothing(self, store):
        await store.incidents.put(incident())
        with pytest.raises(ZeroDivisionError):
            await store.incidents.update("i1", lambda found: found.evolve(title=str(1 / 0)))
        assert await store.incidents.get("i1") == incident()

    async def test_newest_come_first_and_the_limit_cuts_the_oldest(self, store):
        for identifier, opened in (("a", 20), ("b", 30), ("c", 10)):
            await store.incidents.put(incident(identifier, opened_at=after(opened)))
        assert [found.id for found in await store.incidents.find()] == ["b", "a", "c"]
        assert [found.id for found in await store.incidents.find(limit=2)] == ["b", "a"]

    async def test_open_and_closed_are_told_apart(self, store):
        await store.incidents.put(incident("open"))
        await store.incidents.put(incident("closed", phase=Phase.CLOSED))
        assert [found.id for found in await store.incidents.find(closed=True)] == ["closed"]
        assert [found.id for found in await store.incidents.find(closed=False)] == ["open"]
        assert len(await store.incidents.find()) == 2


class TestEvidence:
    def item(self, number: int, value: float = 1.0) -> Evidence:
        answer = MetricAnswer(series=[Series(labels={"pod": "a"}, times=[1.0], values=[value])])
        question = InstantQuestion(query=Raw(promql="up"), at=NOW)
        return Evidence(id=f"E{number}", question=question, answer=answer, asked_at=NOW)

    async def test_the_order_is_that_of_the_numbers(self, store):
        await store.evidence.put("i1", [self.item(10), self.item(9)])
        await store.evidence.put("i1", [self.item(100), self.item(1)])
        assert [item.id for item in await store.evidence.get("i1")] == ["E1", "E9", "E10", "E100"]

    async def test_the_same_id_replaces_and_other_incidents_are_untouched(self, store):
        await store.evidence.put("i1", [self.item(1, 1.0)])
        await store.evidence.put("i2", [self.item(1, 2.0)])
        await store.evidence.put("i1", [self.item(1, 3.0)])
        assert await store.evidence.get("i1") == [self.item(1, 3.0)]
        assert await store.evidence.get("i2") == [self.item(1, 2.0)]
        assert await store.evidence.get("i3") == []

    async def test_infinite_values_and_gaps_survive(self, store):
        gap = Gap(reason=GapReason.TIMED_OUT, detail="30 s")
        lost = Evidence(id="E2", question=InstantQuestion(query=Raw(promql="up"), at=NOW), answer=gap, asked_at=NOW)
        await store.evidence.put("i1", [self.item(1, float("inf")), lost])
        assert await store.evidence.get("i1") == [self.item(1, float("inf")), lost]

    async def test_nan_survives_as_nan(self, store):
        await store.evidence.put("i1", [self.item(1, float("nan"))])
        value = (await store.evidence.get("i1"))[0].answer.series[0].values[0]
        assert value != value  # noqa: PLR0124 - only NaN differs from itself

    async def test_nothing_to_put_is_no_error(self, store):
        await store.evidence.put("i1", [])
        assert await store.evidence.get("i1") == []

    async def test_an_id_without_a_number_is_refused_and_nothing_of_the_list_is_stored(self, store):
        odd = self.item(2).evolve(id="second")
        with pytest.raises(ValueError, match="for example E12"):
            await store.evidence.put("i1", [self.item(1), odd])
        assert await store.evidence.get("i1") == []


class TestJournal:
    async def test_a_key_is_said_once_for_each_incident(self, store):
        assert await store.journal.say(entry(text="first"))
        assert not await store.journal.say(entry(text="second"))
        assert await store.journal.say(entry(incident_id="i2"))
        assert [said.text for said in await store.journal.read("i1")] == ["first"]

    async def test_of_twenty_who_say_the_same_one_is_heard(self, store):
        said = await asyncio.gather(*(store.journal.say(entry(text=str(n))) for n in range(20)))
        assert said.count(True) == 1
        assert len(await store.journal.read("i1")) == 1

    async def test_numbers_increase_and_after_is_exclusive(self, store):
        for key in "abc":
            await store.journal.say(entry(key))
            await store.journal.say(entry(key, incident_id="i2"))
        said = await store.journal.read("i1")
        assert [one.key for one in said] == ["a", "b", "c"]
        assert 0 < said[0].seq < said[1].seq < said[2].seq
        assert await store.journal.read("i1", after=said[1].seq) == said[2:]
        assert await store.journal.read("i1", after=said[2].seq) == []

    async def test_data_comes_back_as_plain_json(self, store):
        await store.journal.say(entry(data=[incident()]))
        data = (await store.journal.read("i1"))[0].data
        assert data == [incident().model_dump(mode="json")]

    async def test_a_number_given_by_the_sayer_is_ignored(self, store):
        await store.journal.say(entry("a", seq=999))
        await store.journal.say(entry("b"))
        first, second = await store.journal.read("i1")
        assert first.seq < second.seq

    async def test_what_all_incidents_said_is_read_in_one_order_and_in_parts(self, store):
        assert await store.journal.since(0) == []
        assert await store.journal.last() == 0
        for key, of in (("a", "i1"), ("a", "i2"), ("b", "i1")):
            await store.journal.say(entry(key, incident_id=of))
        said = await store.journal.since(0)
        assert [(one.incident_id, one.key) for one in said] == [("i1", "a"), ("i2", "a"), ("i1", "b")]
        assert await store.journal.since(0, limit=2) == said[:2]
        assert await store.journal.since(said[1].seq) == said[2:]
        assert await store.journal.last() == said[2].seq


class TestPosts:
    async def test_a_post_is_replaced_by_its_name_and_keeps_its_place_in_the_order(self, store):
        await store.posts.put(post("incident"))
        await store.posts.put(post("entry 3"))
        shown = post("incident", state=PostState.SHOWN, place="C1", ts="17.1", final=True)
        await store.posts.put(shown)
        assert await store.posts.get("slack", "i1") == [shown, post("entry 3")]

    async def test_channels_and_incidents_do_not_see_each_other(self, store):
        await store.posts.put(post("incident"))
        assert await store.posts.get("slack", "i2") == []
        assert await store.posts.get("teams", "i1") == []
        assert await store.posts.unfinished("teams") == []

    async def test_what_is_final_is_not_unfinished(self, store):
        await store.posts.put(post("a"))
        await store.posts.put(post("b", incident_id="i2"))
        await store.posts.put(post("a", final=True))
        assert await store.posts.unfinished("slack") == [post("b", incident_id="i2")]

    async def test_a_post_is_found_by_where_it_is(self, store):
        shown = post("incident", place="C1", ts="17.1")
        await store.posts.put(shown)
        assert await store.posts.at("slack", "C1", "17.1") == shown
        assert await store.posts.at("slack", "C2", "17.1") is None
        assert await store.posts.at("teams", "C1", "17.1") is None

    async def test_how_far_a_channel_read_is_its_own(self, store):
        assert await store.posts.read_to("slack") is None
        await store.posts.mark("slack", 0)
        await store.posts.mark("teams", 9)
        assert await store.posts.read_to("slack") == 0
        await store.posts.mark("slack", 7)
        assert await store.posts.read_to("slack") == 7


class TestApprovals:
    async def test_a_question_is_asked_once(self, store):
        assert await store.approvals.ask(proposal())
        assert not await store.approvals.ask(proposal())
        assert await store.approvals.pending() == [proposal()]

    @pytest.mark.parametrize("kind", [DecisionKind.APPROVED, DecisionKind.DENIED])
    async def test_a_decision_consumes_the_question_and_is_remembered(self, store, kind):
        await store.approvals.ask(proposal())
        given = decision(proposal(), kind, reason="looks right")
        assert await store.approvals.decide(given, after(1)) == proposal()
        assert await store.approvals.pending() == []
        assert await store.approvals.decision("i1", proposal().digest) == given

    async def test_an_open_question_has_no_decision(self, store):
        await store.approvals.ask(proposal())
        assert await store.approvals.decision("i1", proposal().digest) is None
        assert await store.approvals.decision("i2", proposal().digest) is None

    async def test_of_twenty_who_decide_at_once_exactly_one_wins(self, store):
        await store.approvals.ask(proposal())
        kinds = [DecisionKind.APPROVED, DecisionKind.DENIED] * 10
        answers = [decision(proposal(), kind, by=f"person {n}") for n, kind in enumerate(kinds)]
        results = await asyncio.gather(*(store.approvals.decide(a, after(1)) for a in answers), return_exceptions=True)
        winners = [answer for answer, result in zip(answers, results, strict=True) if isinstance(result, Proposal)]
        refused = [str(result) for result in results if isinstance(result, Refused)]
        assert len(winners) == 1
        assert len(refused) == 19
        assert all(f"already {winners[0].kind} by {winners[0].by}" in reason for reason in refused)
        assert await store.approvals.decision("i1", proposal().digest) == winners[0]

    async def test_a_second_decision_learns_who_was_first_and_when(self, store):
        await store.approvals.ask(proposal())
        await store.approvals.decide(decision(proposal()), after(1))
        reason = await refusal(store.approvals.decide(decision(proposal(), DecisionKind.DENIED, by="bo"), after(2)))
        assert "already approved by ana at 2026-11-23T10:00:01" in reason

    async def test_an_unknown_digest_is_refused(self, store):
        assert "never asked" in await refusal(store.approvals.decide(decision(proposal()), NOW))

    async def test_a_decision_for_another_incident_is_refused_and_the_question_stays_open(self, store):
        await store.approvals.ask(proposal())
        stray = decision(proposal(), incident_id="i2")
        assert "belongs to incident i1, not to i2" in await refusal(store.approvals.decide(stray, NOW))
        assert await store.approvals.pending("i1") == [proposal()]

    async def test_an_answer_at_the_expiry_is_too_late(self, store):
        await store.approvals.ask(proposal())
        assert "expired at" in await refusal(store.approvals.decide(decision(proposal()), after(1800)))
        assert await store.approvals.pending() == [proposal()]

    async def test_an_answer_just_before_the_expiry_counts(self, store):
        await store.approvals.ask(proposal())
        assert await store.approvals.decide(decision(proposal()), after(1799.999999)) == proposal()

    async def test_expiry_is_recorded_only_when_it_is_due(self, store):
        await store.approvals.ask(proposal())
        clock = decision(proposal(), DecisionKind.EXPIRED, by="clock")
        assert "has not expired" in await refusal(store.approvals.decide(clock, after(1799)))
        assert await store.approvals.decide(clock, after(1800)) == proposal()
        assert await store.approvals.pending() == []

    async def test_a_newer_question_replaces_the_older_one_of_its_incident_only(self, store):
        older, newer, other = proposal(replicas=5), proposal(replicas=6), proposal("i2")
        for question in (older, other, newer):
            await store.approvals.ask(question)
        assert await store.approvals.pending() == [other, newer]
        assert await store.approvals.pending("i1") == [newer]
        for kind, when in ((DecisionKind.APPROVED, NOW), (DecisionKind.EXPIRED, after(3600))):
            assert "newer question replaced it" in await refusal(store.approvals.decide(decision(older, kind), when))
        assert await store.approvals.decision("i1", older.digest) is None
        assert await store.approvals.decide(decision(newer), NOW) == newer

    async def test_a_decided_question_keeps_its_decision_when_a_newer_one_is_asked(self, store):
        older, newer = proposal(replicas=5), proposal(replicas=6)
        await store.approvals.ask(older)
        await store.approvals.decide(decision(older), NOW)
        await store.approvals.ask(newer)
        assert await store.approvals.decision("i1", older.digest) == decision(older)
        assert "already approved" in await refusal(store.approvals.decide(decision(older), NOW))

    async def test_asking_a_replaced_question_again_changes_nothing(self, store):
        older, newer = proposal(replicas=5), proposal(replicas=6)
        for question in (older, newer):
            await store.approvals.ask(question)
        assert not await store.approvals.ask(older)
        assert await store.approvals.pending() == [newer]

    def two_person(self, **changes) -> Proposal:
        return proposal().evolve(approvals_needed=2, **changes)

    def by(self, identity: str, kind: DecisionKind = DecisionKind.APPROVED, **changes) -> Decision:
        return decision(self.two_person(), kind, by=identity, identity=identity, **changes)

    async def test_where_two_have_to_approve_the_first_is_counted_and_the_second_consumes(self, store):
        await store.approvals.ask(self.two_person())
        first, second = self.by("api:ana"), self.by("api:bo")
        assert (await store.approvals.decide(first, after(1))).approvals == [first]
        assert await store.approvals.decision("i1", self.two_person().digest) is None
        assert (await store.approvals.pending("i1"))[0].approvals == [first]
        assert (await store.approvals.decide(second, after(2))).approvals == [first, second]
        assert await store.approvals.decision("i1", self.two_person().digest) == second
        assert "already approved" in await refusal(store.approvals.decide(self.by("api:cy"), after(3)))

    @pytest.mark.parametrize(
        "again",
        [
            {"identity": "api:ana"},
            {"identity": "slack:U1", "person": "person:ana"},
            {"identity": "slack:U2", "by": "somebody else", "person": "person:ana"},
        ],
    )
    async def test_the_same_person_does_not_count_twice_under_whatever_name(self, store, again):
        await store.approvals.ask(self.two_person())
        person = again.get("person", "")
        await store.approvals.decide(self.by("api:ana", person=person), after(1))
        twice = self.by("api:ana").evolve(**again)
        assert "another person has to approve" in await refusal(store.approvals.decide(twice, after(2)))
        assert len((await store.approvals.pending("i1"))[0].approvals) == 1

    async def test_two_whom_nobody_knows_are_not_two(self, store):
        await store.approvals.ask(self.two_person())
        await store.approvals.decide(decision(self.two_person(), by="ana"), after(1))
        assert "another person" in await refusal(store.approvals.decide(decision(self.two_person(), by="bo"), after(2)))

    async def test_of_twenty_who_approve_at_once_two_count_and_no_third(self, store):
        await store.approvals.ask(self.two_person())
        answers = [self.by(f"api:{n % 5}") for n in range(20)]
        results = await asyncio.gather(*(store.approvals.decide(a, after(1)) for a in answers), return_exceptions=True)
        counted = [a.identity for a, result in zip(answers, results, strict=True) if isinstance(result, Proposal)]
        assert len(counted) == len(set(counted)) == 2

    async def test_one_denial_denies_though_one_has_approved(self, store):
        await store.approvals.ask(self.two_person())
        await store.approvals.decide(self.by("api:ana"), after(1))
        no = self.by("api:bo", DecisionKind.DENIED)
        await store.approvals.decide(no, after(2))
        assert await store.approvals.decision("i1", self.two_person().digest) == no

    async def test_who_approved_may_still_deny_until_the_second_has_approved(self, store):
        await store.approvals.ask(self.two_person())
        await store.approvals.decide(self.by("api:ana"), after(1))
        no = self.by("api:ana", DecisionKind.DENIED)
        await store.approvals.decide(no, after(2))
        assert await store.approvals.decision("i1", self.two_person().digest) == no

    async def test_both_have_to_approve_the_same(self, store):
        await store.approvals.ask(self.two_person())
        less = Narrowed(
            action=Scale(target=DEPLOYMENT, replicas=4), undo=proposal().undo, diff="", blast_radius="1 pod"
        )
        await store.approvals.decide(self.by("api:ana", narrowed=less), after(1))
        assert "approve the same" in await refusal(store.approvals.decide(self.by("api:bo"), after(2)))
        second = self.by("api:bo", narrowed=less.evolve(diff="drawn again"))
        await store.approvals.decide(second, after(3))
        assert await store.approvals.decision("i1", self.two_person().digest) == second

    async def test_one_approval_of_two_expires_with_the_question(self, store):
        await store.approvals.ask(self.two_person())
        await store.approvals.decide(self.by("api:ana"), after(1))
        assert "expired at" in await refusal(store.approvals.decide(self.by("api:bo"), after(1800)))
        gone = decision(self.two_person(), DecisionKind.EXPIRED, by="nobody")
        await store.approvals.decide(gone, after(1800))
        assert await store.approvals.decision("i1", self.two_person().digest) == gone


class TestLeases:
    async def test_a_running_lease_is_nobody_elses_not_even_its_owners(self, store):
        lease = await store.leases.claim("i1", "a", NOW, 30)
        assert (lease.incident_id, lease.owner, lease.until) == ("i1", "a", after(30))
        assert await store.leases.claim("i1", "b", after(29), 30) is None
        assert await store.leases.claim("i1", "a", after(29), 30) is None

    async def test_of_twenty_who_claim_at_once_one_gets_it(self, store):
        for round_ in range(3):
            now = after(round_ * 100)
            leases = await asyncio.gather(*(store.leases.claim("i1", f"worker {n}", now, 30) for n in range(20)))
            assert len([lease for lease in leases if lease]) == 1

    async def test_the_fence_grows_over_expiry_and_release(self, store):
        first = await store.leases.claim("i1", "a", NOW, 30)
        second = await store.leases.claim("i1", "b", after(30), 30)
        await store.leases.release(second)
        third = await store.leases.claim("i1", "b", after(31), 30)
        await store.leases.release(third)
        fourth = await store.leases.claim("i1", "a", after(31), 30)
        assert first.fence < second.fence < third.fence < fourth.fence

    async def test_incidents_have_leases_of_their_own(self, store):
        assert await store.leases.claim("i1", "a", NOW, 30)
        assert await store.leases.claim("i2", "b", NOW, 30)

    async def test_renewing_keeps_the_fence_and_moves_the_end(self, store):
        lease = await store.leases.claim("i1", "a", NOW, 30)
        renewed = await store.leases.renew(lease, after(20), 30)
        assert (renewed.fence, renewed.owner, renewed.until) == (lease.fence, "a", after(50))
        assert await store.leases.claim("i1", "b", after(49), 30) is None
        assert await store.leases.claim("i1", "b", after(50), 30)

    async def test_a_lease_that_ran_out_unclaimed_may_be_renewed(self, store):
        lease = await store.leases.claim("i1", "a", NOW, 30)
        assert (await store.leases.renew(lease, after(40), 30)).fence == lease.fence
        assert await store.leases.claim("i1", "b", after(69), 30) is None

    async def test_a_lost_or_released_lease_cannot_be_renewed(self, store):
        lost = await store.leases.claim("i1", "a", NOW, 30)
        taken = await store.leases.claim("i1", "b", after(30), 30)
        assert await store.leases.renew(lost, after(31), 30) is None
        await store.leases.release(taken)
        assert await store.leases.renew(taken, after(31), 30) is None

    async def test_releasing_a_lost_lease_does_not_free_the_winners(self, store):
        lost = await store.leases.claim("i1", "a", NOW, 30)
        assert await store.leases.claim("i1", "b", after(30), 30)
        await store.leases.release(lost)
        assert await store.leases.claim("i1", "c", after(31), 30) is None


class TestLedger:
    @pytest.fixture
    async def fence(self, store):
        return (await store.leases.claim("i1", "a", NOW, 30)).fence

    async def test_an_intent_is_recorded_once(self, store, fence):
        assert await store.ledger.begin(effect(), fence) == effect()
        done = effect().evolve(state=LedgerState.DONE, detail="done")
        await store.ledger.mark(executing(), fence)
        await store.ledger.mark(done, fence)
        assert await store.ledger.begin(effect(), fence) == done
        assert await store.ledger.entries() == [done]

    async def test_of_twenty_who_begin_at_once_all_see_one_entry(self, store, fence):
        intents = [effect().evolve(detail=str(n)) for n in range(20)]
        begun = await asyncio.gather(*(store.ledger.begin(intent, fence) for intent in intents))
        assert len({entry_.detail for entry_ in begun}) == 1
        assert await store.ledger.entries("i1") == begun[:1]

    async def test_marking_replaces_state_detail_and_applied_and_nothing_else(self, store, fence):
        await store.ledger.begin(effect(), fence)
        applied = Applied(generation=5, spec_hash="def", at=after(5))
        forged = LedgerEntry(
            key="k1",
            incident_id="i1",
            action=Scale(target=DEPLOYMENT, replicas=1),
            state=LedgerState.DONE,
            detail="accepted",
            applied=applied,
            at=after(5),
        )
        await store.ledger.mark(executing(), fence)
        await store.ledger.mark(forged, fence)
        expected = effect().evolve(state=LedgerState.DONE, detail="accepted", applied=applied)
        assert await store.ledger.entries("i1") == [expected]

    async def test_entries_come_in_the_order_of_writing(self, store, fence):
        other = (await store.leases.claim("i2", "a", NOW, 30)).fence
        await store.ledger.begin(effect("z"), fence)
        await store.ledger.begin(effect("y", "i2"), other)
        await store.ledger.begin(effect("x"), fence)
        await store.ledger.mark(executing("z"), fence)
        assert [one.key for one in await store.ledger.entries()] == ["z", "y", "x"]
        assert [one.key for one in await store.ledger.entries("i1")] == ["z", "x"]

    async def test_a_stale_fence_can_neither_begin_nor_mark(self, store, fence):
        await store.ledger.begin(effect(), fence)
        newer = (await store.leases.claim("i1", "b", after(30), 30)).fence
        assert f"newest fence is {newer}" in await refusal(store.ledger.begin(effect("k2"), fence))
        done = effect().evolve(state=LedgerState.DONE)
        assert f"fence {fence} does not hold incident i1" in await refusal(store.ledger.mark(done, fence))
        assert await store.ledger.entries() == [effect()]
        await store.ledger.mark(executing(), newer)
        await store.ledger.mark(done, newer)
        assert await store.ledger.entries() == [done]

    async def test_a_fence_nobody_was_given_is_refused(self, store, fence):
        assert "nobody ever held it" in await refusal(store.ledger.begin(effect(incident_id="i2"), fence))
        assert "newest fence" in await refusal(store.ledger.begin(effect(), fence + 1))
        assert await store.ledger.entries() == []

    async def test_nothing_is_done_that_was_not_marked_as_about_to_be(self, store, fence):
        await store.ledger.begin(effect(), fence)
        for state in (LedgerState.DONE, LedgerState.UNKNOWN):
            told = await refusal(store.ledger.mark(effect().evolve(state=state), fence))
            assert f"{state} does not follow intent" in told
        assert await store.ledger.entries() == [effect()]

    @pytest.mark.parametrize("outcome", [LedgerState.DONE, LedgerState.REFUSED, LedgerState.HELD, LedgerState.UNKNOWN])
    async def test_an_outcome_is_never_replaced(self, store, fence, outcome):
        ended = effect().evolve(state=outcome, detail="so it ended")
        await store.ledger.begin(effect(), fence)
        for entry_ in (executing(), ended, ended):
            await store.ledger.mark(entry_, fence)
        for state in LedgerState:
            if state is not outcome:
                later = effect().evolve(state=state)
                assert f"ended as {outcome}" in await refusal(store.ledger.mark(later, fence))
        assert await store.ledger.entries() == [ended]
        noted = [e.note.result for e in await store.audit.entries("i1")]
        assert noted[-3:] == ["intent", "executing", outcome.value]

    async def test_an_effect_that_was_never_begun_cannot_be_marked(self, store, fence):
        assert "never begun" in await refusal(store.ledger.mark(effect(), fence))

    async def test_another_incidents_effect_cannot_be_marked_or_begun(self, store, fence):
        await store.ledger.begin(effect(), fence)
        other = (await store.leases.claim("i2", "a", NOW, 30)).fence
        stray = effect(incident_id="i2")
        assert "incident i2 has no ledger entry k1" in await refusal(store.ledger.mark(stray, other))
        assert "incident i2 has no ledger entry k1" in await refusal(store.ledger.begin(stray, other))


class TestInbox:
    async def test_signals_wait_in_order_until_they_are_acknowledged(self, store):
        first = await store.inbox.send("i1", "decision", "{}")
        second = await store.inbox.send("i1", "alert", "[1]")
        other = await store.inbox.send("i2", "alert", "[2]")
        assert first < second < other
        assert await store.inbox.waiting("i1") == [(first, "decision", "{}"), (second, "alert", "[1]")]
        await store.inbox.acknowledge(first)
        assert await store.inbox.waiting("i1") == [(second, "alert", "[1]")]
        assert await store.inbox.waiting("i2") == [(other, "alert", "[2]")]

    async def test_acknowledging_again_or_the_unknown_is_no_error(self, store):
        number = await store.inbox.send("i1", "alert", "")
        for signal in (number, number, number + 100):
            await store.inbox.acknowledge(signal)
        assert await store.inbox.waiting("i1") == []

    async def test_a_number_is_never_used_twice(self, store):
        first = await store.inbox.send("i1", "alert", "")
        await store.inbox.acknowledge(first)
        numbers = await asyncio.gather(*(store.inbox.send("i1", "alert", str(n)) for n in range(20)))
        assert len({first, *numbers}) == 21


class TestMemory:
    def memory(self, incident_id: str, closed: float = 0, **changes) -> Memory:
        fields = {"incident_id": incident_id, "service": CHECKOUT, "closed_at": after(closed)}
        return Memory(**{**fields, "resolution": Resolution.RECOVERED, "title": incident_id, **changes})

    async def test_the_newest_of_the_service_are_recalled(self, store):
        for identifier, closed in (("a", 20), ("b", 30), ("c", 10)):
            await store.memory.remember(self.memory(identifier, closed))
        await store.memory.remember(self.memory("d", 99, service=ServiceRef(namespace="shop", name="cart")))
        await store.memory.remember(self.memory("e", 99, service=None))
        assert [found.title for found in await store.memory.recall(CHECKOUT)] == ["b", "a", "c"]
        assert [found.title for found in await store.memory.recall(CHECKOUT, limit=1)] == ["b"]

    async def test_remembering_again_replaces(self, store):
        await store.memory.remember(self.memory("a", cause="one"))
        await store.memory.remember(self.memory("a", cause="two"))
        assert await store.memory.recall(CHECKOUT) == [self.memory("a", cause="two")]
