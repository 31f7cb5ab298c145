"""What is worked out from facts is worked out once, and forgotten with them."""

import gc
import weakref

from agent.reasoning.detectors import findings
from agent.reasoning.once import once
from agent.reasoning.symptoms import began, symptoms
from tests.reasoning.estates import line, seen, shop


def test_the_same_arguments_are_worked_out_once_and_others_by_themselves():
    asked = []

    @once
    def told(facts, what, *, loud=False):
        asked.append((what, loud))
        return f"{what} {loud}"

    one, other = seen(shop()), seen(shop())
    assert [told(one, "a"), told(one, "a"), told(one, "a", loud=True), told(other, "a")] == [
        "a False",
        "a False",
        "a True",
        "a False",
    ]
    assert asked == [("a", False), ("a", True), ("a", False)]


def test_facts_that_nobody_holds_are_gone_with_what_was_concluded_from_them():
    facts = seen(shop(), line("panic: something"))
    findings(facts), symptoms(facts), began(facts)
    gone = weakref.ref(facts)
    del facts
    gc.collect()
    assert gone() is None
