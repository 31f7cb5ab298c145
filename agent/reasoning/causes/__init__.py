"""The catalogue of causes, one file a family.

Each module defines CAUSES. A cause says when it is suspected and how strongly, and what it predicts of
each probe; `catalogue()` finds the modules: adding a cause is adding a file (docs/causes.md).

All likelihoods are judgements so far, written down so that labelled incidents can correct them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from agent.model.entity import Entity
from agent.model.record import Record
from agent.reasoning.facts import Facts


class Suspicion(Record):
    """A cause applied to a service and, where one is blamed, a change; `weight` is an unnormalised prior."""

    entity: Entity
    change: str = ""
    claim: str
    weight: float
    evidence: list[str] = []


@dataclass(frozen=True, eq=False)
class Cause:
    """One mechanism.

    `own` holds, by probe, the probability of each outcome when the probe's subject is what this
    hypothesis blames; `elsewhere` when it is something else. A probe in neither table is neutral.
    `advice` tells a person what to do about it where no playbook may act. `settled_by` names the sources
    (agent.model.coverage.WEIGHTS) that show both the trouble and its mechanism by themselves: a pod that
    cannot be scheduled needs no error ratio to be believed. None: the errors themselves must be in sight.
    A `broad` cause says where and not what: any mechanism at the same entity that no change brought is a
    kind of it, and no rival.
    """

    name: str
    title: str
    suspect: Callable[[Facts], list[Suspicion]]
    advice: str
    own: dict[str, dict[str, float]] = field(default_factory=dict)
    elsewhere: dict[str, dict[str, float]] = field(default_factory=dict)
    settled_by: frozenset[str] | None = None
    broad: bool = False
    testable: bool = True  # False: a rest class that is never confirmed, only left over


ANY = {
    "own part": {"own": 0.74, "some": 0.16, "passed on": 0.05, "quiet": 0.05},
    "own resources": {"cpu": 0.16, "memory": 0.14, "bounded": 0.14, "none": 0.56},
    "failing edge": {"explains": 0.82, "some": 0.12, "quiet": 0.06},
    "dependency failing": {"failing": 0.76, "silent": 0.12, "healthy": 0.12},
    # a fault that only one caller's requests, routes or credentials meet is not rare
    "other callers": {"everybody": 0.70, "alone": 0.08, "only others": 0.06, "nobody": 0.16},
}
"""What every cause predicts of the service it is about unless it says otherwise: whatever is wrong with it, the trouble is its own."""


@cache
def catalogue() -> list[Cause]:
    """All causes, in file-name order."""
    names = sorted(module.name for module in iter_modules(__path__))
    found = [cause for name in names for cause in import_module(f"{__name__}.{name}").CAUSES]
    return [replace(cause, own={**ANY, **cause.own}) if cause.testable else cause for cause in found]


def names() -> set[str]:
    """Of all causes: what a playbook may treat."""
    return set(_by_name())


def named(name: str) -> Cause:
    """The cause of this name, which must be in the catalogue."""
    return _by_name()[name]


@cache
def _by_name() -> dict[str, Cause]:
    return {cause.name: cause for cause in catalogue()}
