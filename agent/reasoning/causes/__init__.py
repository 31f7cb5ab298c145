"""The catalogue of causes, one file a family.

Each module defines CAUSES. A cause says when it is suspected and how strongly, and what it predicts of
each probe; `catalogue()` finds the modules: adding a cause is adding a file (docs/causes.md).

All likelihoods are judgements so far, written down so that labelled incidents can correct them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
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
    """

    name: str
    title: str
    suspect: Callable[[Facts], list[Suspicion]]
    advice: str
    own: dict[str, dict[str, float]] = field(default_factory=dict)
    elsewhere: dict[str, dict[str, float]] = field(default_factory=dict)
    settled_by: frozenset[str] | None = None
    testable: bool = True  # False: a rest class that is never confirmed, only left over


@cache
def catalogue() -> list[Cause]:
    """All causes, in file-name order."""
    names = sorted(module.name for module in iter_modules(__path__))
    return [cause for name in names for cause in import_module(f"{__name__}.{name}").CAUSES]


def named(name: str) -> Cause:
    """The cause of this name, which must be in the catalogue."""
    return _by_name()[name]


@cache
def _by_name() -> dict[str, Cause]:
    return {cause.name: cause for cause in catalogue()}
