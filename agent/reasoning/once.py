"""What is worked out from facts once, for as long as they live: causes, detectors and probes ask for the same again and again.

A daemon works on many incidents: what was concluded must not keep the evidence of a closed one in memory.
"""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from agent.reasoning.facts import Facts

Others = ParamSpec("Others")
Result = TypeVar("Result")


def once(work: Callable[Concatenate[Facts, Others], Result]) -> Callable[Concatenate[Facts, Others], Result]:
    """Remembers the result for these facts and these other arguments (hashable) until the facts are gone.

    Facts do not change. The result must not hold them, or they would keep themselves alive.
    """
    known: WeakKeyDictionary[Facts, dict[object, Result]] = WeakKeyDictionary()

    @wraps(work)
    def remembered(facts: Facts, /, *others: Others.args, **named: Others.kwargs) -> Result:
        mine = known.setdefault(facts, {})
        key = others, tuple(sorted(named.items()))
        if key not in mine:
            mine[key] = work(facts, *others, **named)
        return mine[key]

    return remembered
