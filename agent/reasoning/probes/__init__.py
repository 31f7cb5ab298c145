"""The discriminating tests, one a file. A probe asks what would differ if a hypothesis were false.

Each module defines PROBE. `probes()` finds them: adding one is adding a file.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from agent.model.change import Change
from agent.model.entity import Entity
from agent.model.hypothesis import Hypothesis
from agent.model.inventory import Declared, Estate
from agent.model.picture import Side
from agent.model.question import Question
from agent.model.record import Record
from agent.reasoning.facts import Facts
from agent.reasoning.owners import workload_of


class Subject(Record):
    """What a probe is run on: a change of a service, or a service."""

    entity: Entity
    change: Change | None = None

    @property
    def key(self) -> str:
        """Identity within an investigation."""
        return self.change.id if self.change else str(self.entity)

    def __str__(self) -> str:
        return self.change.title if self.change else str(self.entity)

    def concerns(self, hypothesis: Hypothesis) -> bool:
        """Whether this hypothesis is about the subject itself."""
        if self.change:
            return hypothesis.change == self.change.id
        return hypothesis.entity == self.entity


class Reading(Record):
    """What a probe saw: one of its closed set of outcomes, in numbers, with evidence."""

    outcome: str
    statement: str
    evidence: list[str]
    sides: list[Side] = []  # the groups it compared, for the report's picture


@dataclass(frozen=True, eq=False)
class Probe:
    """One test.

    `otherwise` gives the probability of each outcome for a hypothesis that says nothing about the
    subject; causes override it in their own tables. A `whole` probe reads the incident and not the subject:
    it is run once, and what a cause predicts of it is in its `own` table, wherever it sits. `needs` are the questions to ask first; `read` is
    None when the answers do not settle it.
    """

    name: str
    question: str
    otherwise: dict[str, float]
    cost: float
    applies: Callable[[Facts, Subject], bool]
    needs: Callable[[Facts, Subject], list[Question]]
    read: Callable[[Facts, Subject], Reading | None]
    whole: bool = False


class Outcomes(StrEnum):
    """Outcome names that several probes share."""

    YES = "yes"
    NO = "no"


def evenly(calm: str, *outcomes: str, share: float = 0.10) -> dict[str, float]:
    """`Probe.otherwise` of a family of mechanisms: all is well, or any of the others by chance."""
    return {**{name: share / len(outcomes) for name in outcomes}, calm: 1 - share}


def needs_nothing(facts: Facts, subject: Subject) -> list[Question]:
    """What probes of specs ask: the survey has asked for them."""
    del facts, subject
    return []


def workload(facts: Facts, subject: Subject) -> tuple[Estate, Declared] | None:
    """The workload behind a service that is the subject, with the objects around it; None for a change, and where none is known."""
    estate = facts.estate
    declared = workload_of(estate, subject.entity) if estate and not subject.change else None
    return (estate, declared) if estate and declared else None


def has_workload(facts: Facts, subject: Subject) -> bool:
    """What probes of specs apply to."""
    return workload(facts, subject) is not None


def has_pods(facts: Facts, subject: Subject) -> bool:
    """Whether the subject is a service whose pods can be asked for: what probes of pods apply to."""
    return subject.change is None and facts.pods_question(subject.entity) is not None


def needs_pods(facts: Facts, subject: Subject) -> list[Question]:
    """What probes of pods ask."""
    question = facts.pods_question(subject.entity)
    return [question] if question else []


@cache
def probes() -> list[Probe]:
    """All probes, in file-name order."""
    names = sorted(module.name for module in iter_modules(__path__))
    return [import_module(f"{__name__}.{name}").PROBE for name in names]
