"""Nobody gets an approval through that was not theirs to give: every kind of attack, and a random mix of them.

Each attack asks a question of its own and returns how many of its answers were accepted that must not be; `HONEST` is
the control group, that must all be accepted, so that a door that refuses everything does not pass. The number of
attacks is STEADYHAND_APPROVAL_ATTACKS, the seed STEADYHAND_SEED; both are printed and repeat the run exactly.
"""

import asyncio
import base64
import json
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from agent.model.action import Scale
from agent.model.proposal import Decision, DecisionKind, Narrowed, Proposal
from agent.policy.narrow import narrower
from tests.torture.approvals import MAY_ALL, MINUTES, TOKENS, House, a_house
from tests.torture.seeds import SEED

ATTACKS = int(os.environ.get("STEADYHAND_APPROVAL_ATTACKS", "1200"))

Attack = Callable[[House], Awaitable[int]]


async def accepted(house: House, question: Proposal, *answers: Awaitable) -> int:
    """How many of the answers were taken, as the door said or as the store shows."""
    told = [(await answer).status_code for answer in answers]
    stored = await house.recorded(question)
    pending = await house.ports.store.approvals.pending(question.incident_id)
    counted = sum(len(each.approvals) for each in pending)
    return max(sum(status == 200 for status in told), int(stored is not None), counted)


async def forged_digest(house: House) -> int:
    question = await house.question()
    place, digit = house.dice.randrange(16), house.dice.choice("0123456789abcdef")
    near = question.digest[:place] + digit + question.digest[place + 1 :]
    wider = question.evolve(action=Scale(target=question.action.target, replicas=99)).digest
    forged = house.dice.choice([f"{house.dice.getrandbits(64):016x}", near, wider, question.digest.upper() + "0", "%"])
    if forged == question.digest:
        return 0
    return await accepted(house, question, house.answers(question, "ana", digest=forged))


async def replayed(house: House) -> int:
    question = await house.question()
    assert (await house.answers(question, "ana")).status_code == 200
    first = await house.recorded(question)
    again = await house.answers(question, house.dice.choice(MAY_ALL), house.dice.choice(["approved", "denied"]))
    return int(again.status_code == 200 or await house.recorded(question) != first)


async def stale(house: House) -> int:
    older = await house.question()
    await house.question(incident=older.incident_id)
    return int((await house.answers(older, "ana")).status_code == 200 or await house.recorded(older) is not None)


async def widened(house: House) -> int:
    question = await house.question(scale=True)
    now, asked = question.before.replicas, question.action.replicas
    wider = house.dice.choice([asked + house.dice.randint(1, 500), now, now - 1, 0, -1, 2**40, "all", "1e3"])
    narrow = house.dice.choice([{"replicas": wider}, {"replicas": now + 1, "target": "x"}, {"kind": "restart"}])
    return await accepted(house, question, house.answers(question, "ana", narrow=narrow))


async def narrowed_what_has_no_less(house: House) -> int:
    question = await house.question(scale=False)
    narrow = house.dice.choice([{"to_revision": 1}, {"replicas": 1}, {"template_hash": "evil"}, {"kind": "scale"}])
    return await accepted(house, question, house.answers(question, "ana", narrow=narrow))


async def of_another_incident(house: House) -> int:
    question, other = await house.question(), await house.question()
    stolen = house.answers(question, "ana", incident=other.incident_id)
    return await accepted(house, question, stolen) + int(await house.recorded(other) is not None)


async def expired(house: House) -> int:
    question = await house.question()
    house.clock.advance(MINUTES * 60 + house.dice.choice([0, 1, 3600]))
    return await accepted(house, question, house.answers(question, "ana", house.dice.choice(["approved", "denied"])))


async def raced(house: House) -> int:
    """Of any number of approvers at once one is let through; every further one is a hole."""
    question = await house.question()
    racers = [
        house.answers(question, house.dice.choice(MAY_ALL), house.dice.choice(["approved", "denied"]))
        for _ in range(house.dice.randint(2, 6))
    ]
    told = await asyncio.gather(*racers)
    won = [answer.json() for answer in told if answer.status_code == 200]
    stored = await house.recorded(question)
    assert stored is not None, "of racers one must win"
    return len(won) - 1 + int((won[0]["by"], won[0]["kind"]) != (stored.by, stored.kind))


async def raced_for_two(house: House) -> int:
    """One person at many doors is still one person."""
    question = await house.question(people=2)
    told = await asyncio.gather(*(house.answers(question, who) for who in ("ana", "ana-phone", "ana", "ana-phone")))
    return sum(answer.status_code == 200 for answer in told) - 1 + int(await house.recorded(question) is not None)


async def without_the_role(house: House) -> int:
    question = await house.question(scale=False)
    who = house.dice.choice(["eve", "payer", "denier", "scaler", None, "guessed", ""])
    return await accepted(house, question, house.answers(question, who))


async def after_denial(house: House) -> int:
    question = await house.question(people=house.dice.choice([1, 2]))
    assert (await house.answers(question, "denier", "denied")).status_code == 200
    late = [(await house.answers(question, who)).status_code for who in MAY_ALL]
    stored = await house.recorded(question)
    return late.count(200) + int(stored is None or stored.kind is not DecisionKind.DENIED)


async def edited_payload(house: House) -> int:
    question = await house.question(people=house.dice.choice([1, 2]))
    extra = house.dice.choice(
        [
            {"identity": "api:ana"},
            {"person": "person:ana"},
            {"channel": "policy"},
            {"narrowed": {"action": {"kind": "restart"}}},
            {"awaits": 0},
            {"decision": "expired"},
            {"decision": ["approved"]},
            {"digest": None},
            {"narrow": [1]},
            {"action": {"kind": "scale", "replicas": 99}},
            {"approvals_needed": 1},
            {"reason": "x" * 2001},
        ]
    )
    return await accepted(house, question, house.answers(question, house.dice.choice(["ana", "eve"]), **extra))


async def forged_name(house: House) -> int:
    question = await house.question()
    name = house.dice.choice(["ana", "api:ana", "policy: autonomy", "oidc:1", "ana\u202e(api:ana)"])
    headers = {"X-Forwarded-User": "ana", "X-Remote-User": "ana", "X-Forwarded-For": "127.0.0.1"}
    return await accepted(house, question, house.answers(question, "eve", by=name, headers=headers))


async def forged_jwt(house: House) -> int:
    question = await house.question()
    claims = {**house.provider.claims(groups=["sre"]), "sub": "eve"}
    good = house.provider.token("k1", "ES256", groups=["guests"])
    head, _, signature = good.split(".")
    edited = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    unsigned = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    token = house.dice.choice(
        [
            good,
            f"{head}.{edited}.{signature}",
            f"{unsigned}.{edited}.",
            house.provider.token("k1", "ES256", groups=["sre"], exp=1),
            house.provider.token("k1", "ES256", groups=["sre"], aud="grafana"),
            house.provider.token("k1", "ES256", groups=["sre"], iss="https://evil.example"),
            house.provider.token("k1", "ES256", groups=["sre"], headers={"kid": "k2"}),
            house.provider.token("k1", "ES256", groups="SRE"),
            house.provider.token("k1", "ES256", groups={"sre": True}),
            house.provider.token("k1", "ES256", sub="sre", name="ana", email="ana@example.com"),
        ]
    )
    return await accepted(house, question, house.answers(question, token))


async def same_person_twice(house: House) -> int:
    question = await house.question(people=2)
    one, other = house.dice.choice([("bo", "bo"), ("ana", "ana-phone"), ("ana-phone", "ana")])
    assert (await house.answers(question, one)).json()["awaits"] == 1
    twice = await house.answers(question, other, by="somebody else")
    return int(twice.status_code == 200 or await house.recorded(question) is not None)


async def second_approves_more(house: House) -> int:
    question = await house.question(people=2, scale=True)
    less = {"replicas": question.before.replicas + 1}
    first, second = house.dice.choice([(less, {}), ({}, less), (less, {"replicas": less["replicas"] + 1})])
    assert (await house.answers(question, "ana", narrow=first)).status_code == 200
    told = await house.answers(question, "bo", narrow=second)
    return int(told.status_code == 200 or await house.recorded(question) is not None)


async def target_changed_before_narrowing(house: House) -> int:
    question = await house.question(scale=True)
    change = house.dice.choice([{"replicas": question.before.replicas + 1}, {"uid": "other"}, {"spec_hash": "other"}])
    house.actuator.states[str(question.action.target)] = question.before.evolve(**change)
    narrow = {"replicas": question.action.replicas - 1}
    return await accepted(house, question, house.answers(question, "ana", narrow=narrow))


async def while_somebody_is_on_it(house: House) -> int:
    question = await house.question()
    taken = {"Authorization": f"Bearer {TOKENS['bo']}"}
    assert (await house.client.post(f"/api/v1/incidents/{question.incident_id}/take", headers=taken)).is_success
    return await accepted(house, question, house.answers(question, house.dice.choice(MAY_ALL)))


async def taken_by_whoever(house: House) -> int:
    question = await house.question()
    what = house.dice.choice(["take", "hand-back"])
    headers = {"Authorization": f"Bearer {TOKENS['eve']}"}
    told = await house.client.post(f"/api/v1/incidents/{question.incident_id}/{what}", headers=headers)
    return int(told.is_success)


async def edited_decision(house: House) -> int:
    """A decision changed on its way to the action covers nothing: what is done is compared with what was approved."""
    question = await house.question(scale=True)
    assert (await house.answers(question, "ana", narrow={"replicas": question.before.replicas + 1})).is_success
    honest = await house.recorded(question)
    assert honest is not None
    assert question.allowed_by(honest).covered_by(honest)
    wide = Scale(target=question.action.target, replicas=question.action.replicas + 5)
    wider = Narrowed(action=wide, undo=question.undo, diff="", blast_radius="")
    edits: list[tuple[Proposal, Decision]] = [
        (question, honest),
        (question.allowed_by(honest).evolve(action=wide), honest),
        (question.allowed_by(honest).evolve(undo=None), honest),
        (question.allowed_by(honest), honest.evolve(digest="0" * 16)),
        (question.allowed_by(honest), honest.evolve(incident_id="inc-0")),
        (question.allowed_by(honest), honest.evolve(kind=DecisionKind.DENIED)),
        (question.evolve(expires_at=question.expires_at + timedelta(days=1), undo_on_failure=False), honest),
    ]
    covered = sum(proposal.covered_by(decision) for proposal, decision in edits)
    return covered + int(narrower(question, wider.action) == "")


EVERY: list[Attack] = [
    forged_digest,
    replayed,
    stale,
    widened,
    narrowed_what_has_no_less,
    of_another_incident,
    expired,
    raced,
    raced_for_two,
    without_the_role,
    after_denial,
    edited_payload,
    forged_name,
    forged_jwt,
    same_person_twice,
    second_approves_more,
    target_changed_before_narrowing,
    while_somebody_is_on_it,
    taken_by_whoever,
    edited_decision,
]


async def one_approves(house: House) -> bool:
    question = await house.question()
    return (await house.answers(question, house.dice.choice(MAY_ALL))).is_success


async def one_denies(house: House) -> bool:
    question = await house.question(people=house.dice.choice([1, 2]))
    return (await house.answers(question, house.dice.choice([*MAY_ALL, "denier"]), "denied")).is_success


async def a_group_approves(house: House) -> bool:
    question = await house.question()
    return (await house.answers(question, house.provider.token("k1", "ES256", groups=["sre"]))).is_success


async def two_approve(house: House) -> bool:
    question = await house.question(people=2)
    first, second = house.dice.sample(MAY_ALL, 2)
    return (await house.answers(question, first)).is_success and (await house.answers(question, second)).is_success


async def less_is_allowed(house: House) -> bool:
    question = await house.question(scale=True)
    less = house.dice.randint(question.before.replicas + 1, question.action.replicas - 1)
    return (await house.answers(question, "scaler", narrow={"replicas": less})).is_success


async def just_in_time(house: House) -> bool:
    question = await house.question()
    house.clock.advance(MINUTES * 60 - 0.001)
    return (await house.answers(question, "ana")).is_success


async def handed_back(house: House) -> bool:
    question = await house.question()
    headers = {"Authorization": f"Bearer {TOKENS['bo']}"}
    for what in ("take", "hand-back"):
        await house.client.post(f"/api/v1/incidents/{question.incident_id}/{what}", headers=headers)
    return (await house.answers(question, "ana")).is_success


HONEST: list[Callable[[House], Awaitable[bool]]] = [
    one_approves,
    one_denies,
    a_group_approves,
    two_approve,
    less_is_allowed,
    just_in_time,
    handed_back,
]


async def honest(house: House, way: Callable[[House], Awaitable[bool]]) -> bool:
    """Whether an honest answer was taken and ended its question."""
    taken = await way(house)
    pending = await house.ports.store.approvals.pending(f"inc-{house.asked}")
    return taken and pending == []


@pytest.fixture
async def house(tmp_path):
    async with a_house(tmp_path, SEED) as made:
        yield made


@pytest.mark.parametrize("attack", EVERY, ids=lambda attack: attack.__name__)
async def test_every_kind_of_attack_is_refused(house, attack):
    assert [await attack(house) for _ in range(5)] == [0] * 5, f"repeat with STEADYHAND_SEED={SEED}"


@pytest.mark.parametrize("way", HONEST, ids=lambda way: way.__name__)
async def test_every_honest_answer_is_accepted(house, way):
    assert all([await honest(house, way) for _ in range(5)]), f"repeat with STEADYHAND_SEED={SEED}"


async def test_of_a_random_mix_of_attacks_none_is_accepted_and_of_the_honest_answers_all(house, capsys):
    through, tried, refused_honest, answered = Counter(), Counter(), Counter(), 0
    for _ in range(ATTACKS):
        attack = house.dice.choice(EVERY)
        tried[attack.__name__] += 1
        through[attack.__name__] += await attack(house)
        if house.dice.random() < 0.1:
            way = house.dice.choice(HONEST)
            answered += 1
            refused_honest[way.__name__] += not await honest(house, way)
    with capsys.disabled():
        told = ", ".join(f"{name} {count}" for name, count in sorted(tried.items()))
        print(
            f"\napprovals: {sum(tried.values())} attacks of {len(tried)} kinds, {sum(through.values())} accepted;"
            f" {answered} honest answers, {sum(refused_honest.values())} refused; STEADYHAND_SEED={SEED}\n  {told}"
        )
    assert +through == Counter(), f"repeat with STEADYHAND_SEED={SEED}"
    assert +refused_honest == Counter(), f"repeat with STEADYHAND_SEED={SEED}"
    assert answered > 0
