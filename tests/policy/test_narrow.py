"""Less of the same, and nothing else: what an approval may narrow."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.errors import Refused
from agent.model.action import Action, Rollback, Scale, SetBounds, TargetState, action_kinds
from agent.model.entity import Entity
from agent.model.playbook import VerificationPlan
from agent.model.proposal import Proposal
from agent.policy.narrow import FIELDS, NARROWER, narrowed, narrower

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
CART = Entity(kind="Deployment", namespace="shop", name="cart")
SCALER = Entity(kind="HorizontalPodAutoscaler", namespace="shop", name="cart")


def question(action: Action, undo: Action | None = None, replicas: int = 4) -> Proposal:
    return Proposal(
        incident_id="inc-1",
        hypothesis="h1",
        playbook="p",
        action=action,
        undo=undo,
        before=TargetState(entity=action.target, uid="u", generation=1, spec_hash="s", replicas=replicas),
        diff="",
        blast_radius="",
        reason="",
        verification=VerificationPlan(),
        asked_at=NOW,
        expires_at=NOW + timedelta(minutes=30),
    )


OUT = question(Scale(target=CART, replicas=8), Scale(target=CART, replicas=4))
IN = question(Scale(target=CART, replicas=2), Scale(target=CART, replicas=4))
WIDEN = question(
    SetBounds(target=SCALER, minimum=4, maximum=20), SetBounds(target=SCALER, minimum=2, maximum=10), replicas=0
)

TABLE = {
    "fewer replicas added": (OUT, {"replicas": 6}, ""),
    "one replica added": (OUT, {"replicas": 5}, ""),
    "all of them": (OUT, {"replicas": 8}, "approve it without narrowing"),
    "one more than asked": (OUT, {"replicas": 9}, "wider than asked"),
    "as many as there are": (OUT, {"replicas": 4}, "nothing would be done"),
    "fewer than there are, when more were asked for": (OUT, {"replicas": 3}, "wider than asked"),
    "fewer replicas taken away": (IN, {"replicas": 3}, ""),
    "more taken away": (IN, {"replicas": 1}, "wider than asked"),
    "none at all": (OUT, {"replicas": 0}, "no such narrowing"),
    "another target": (OUT, {"target": SCALER.model_dump()}, "question of its own"),
    "another action": (OUT, {"kind": "restart"}, "no such narrowing"),
    "an unknown field": (OUT, {"image": "evil"}, "may be narrowed here: replicas"),
    "words for a number": (OUT, {"replicas": "all"}, "no such narrowing"),
    "only the maximum of an autoscaler": (WIDEN, {"minimum": 2}, ""),
    "a maximum between": (WIDEN, {"maximum": 15}, ""),
    "bounds as they are": (WIDEN, {"minimum": 2, "maximum": 10}, "nothing would be done"),
    "a maximum beyond": (WIDEN, {"maximum": 21}, "maximum 21 is wider"),
    "a minimum below what it is": (WIDEN, {"minimum": 1}, "minimum 1 is wider"),
    "bounds nobody knows": (WIDEN.evolve(undo=None), {"maximum": 15}, "not known"),
    "another revision": (
        question(Rollback(target=CART, to_revision=3, template_hash="h")),
        {"to_revision": 2},
        "rollback cannot be narrowed",
    ),
}


@pytest.mark.parametrize("case", TABLE)
def test_an_approval_narrows_and_never_widens(case):
    proposal, changes, expected = TABLE[case]
    if not expected:
        assert narrower(proposal, narrowed(proposal, changes)) == ""
        return
    with pytest.raises(Refused, match=expected):
        narrowed(proposal, changes)


def test_what_is_not_in_the_table_cannot_be_narrowed():
    assert set(NARROWER) == set(FIELDS) <= set(action_kinds())
    assert len(action_kinds()) == len(get_args(get_args(Action)[0]))


@given(now=st.integers(1, 50), asked=st.integers(1, 50), wanted=st.integers(-5, 100))
def test_a_narrowed_scaling_always_lies_strictly_between_now_and_what_was_asked(now, asked, wanted):
    proposal = question(Scale(target=CART, replicas=asked), replicas=now)
    try:
        action = narrowed(proposal, {"replicas": wanted})
    except Refused:
        between = min(now, asked) < wanted < max(now, asked)
        assert not between
    else:
        assert min(now, asked) < action.replicas < max(now, asked)
