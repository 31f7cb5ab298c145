"""What a question that is asked again says about the one before."""

import pytest

from agent.model.action import Scale
from agent.policy.changed import changed, differences
from tests.policy.test_narrow import CART, OUT

BEFORE = OUT.before

TABLE = {
    "another spec": ({"spec_hash": "0123456789"}, "its spec was changed (s → 01234567)"),
    "made anew": ({"uid": "other"}, "Deployment shop/cart was deleted and made anew"),
    "scaled": ({"replicas": 5}, "replicas 4 → 5"),
    "another revision": ({"revision": 8}, "revision None → 8"),
    "only written": ({"generation": 2}, "generation 1 → 2"),
}


@pytest.mark.parametrize("case", TABLE)
def test_a_change_of_the_target_is_named(case):
    change, told = TABLE[case]
    now = OUT.evolve(before=BEFORE.evolve(**change))
    assert differences(OUT, now) == [told]
    assert changed(OUT, now, "refused") == f"asked again: {told} (refused)"
    assert now.digest != OUT.digest


def test_another_action_and_undo_are_named_and_a_narrowed_one_is_not_compared():
    now = OUT.evolve(action=Scale(target=CART, replicas=6), undo=None)
    assert differences(OUT, now) == [f"now {now.action}, before: {OUT.action}", "the undo is now: none"]
    assert differences(now.evolve(narrowed_from=OUT.digest), OUT) == []


def test_where_nothing_changed_that_is_said():
    assert changed(OUT, OUT, "") == "asked again: the target is as it was"
