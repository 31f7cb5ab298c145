"""What the guard looks at, as plain facts. None is "nobody could tell", and never opens a door that the truth may close."""

from enum import StrEnum

from agent.model.action import Action, Preview
from agent.model.entity import Entity, ServiceRef
from agent.model.freeze import CalendarReading
from agent.model.playbook import Playbook
from agent.model.record import Instant, Record
from agent.model.safety import SafetyCheck
from agent.model.slo import Severity


class Hand(StrEnum):
    """How somebody's touch of the target is known."""

    CHANGE = "change"  # on the timeline of changes
    KUBECTL = "kubectl"  # kubectl is among the object's field managers


class Touch(Record):
    """Somebody else wrote to the target, after whatever is blamed."""

    hand: Hand
    what: str
    at: Instant


class Attempt(Record):
    """An action somebody wants to take now; facts that nobody filled in are unknown."""

    action: Action
    playbook: Playbook
    preview: Preview
    at: Instant
    service: ServiceRef | None = None  # whose workload it is
    severity: Severity | None = None  # of the incident
    namespaces: list[str] | None = None  # those with pods that would be touched
    acted_here: int | None = None  # actions already taken in this incident, undo not counted
    acted_last_hour: int | None = None  # over all incidents
    family: list[Entity] | None = None  # the target and what is one place with it (agent.policy.family)
    busy: list[Entity] | None = None  # places where other incidents are acting or asking about it
    burn: float | None = None  # the fastest burn that both of a row's windows show
    budget_left: float | None = None  # share of the error budget, 1.0 is all of it, below 0 is overspent
    checks: list[SafetyCheck] | None = None  # is the rollback safe; [] where the action brings nothing back
    evidence_at: Instant | None = None  # when the oldest deciding evidence was asked for
    calendars: list[CalendarReading] = []  # one that is missing here is unknown
    rollouts: list[str] | None = None  # under way on the target, the blamed one left out
    touches: list[Touch] | None = None
    silences: list[str] | None = None  # of this incident's alerts, each with who made it and why
    silences_problem: str = ""  # why they cannot be told
    hands_off: list[str] | None = None  # objects marked so: the target, its namespace
