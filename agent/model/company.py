"""Who else is at an object: what keeps us away from it, and whose hands wrote it. Read by an actuator's preview."""

from agent.model.entity import Entity
from agent.model.record import Record
from agent.model.workload import FieldManager

HANDS_OFF = "steadyhand.io/hands-off"
"""An annotation of an object or its namespace; any value but "false" keeps us away."""


class Company(Record):
    """None is "could not be read"."""

    marked: list[str] | None = None  # objects with the annotation: the target, its namespace
    managers: list[FieldManager] | None = None  # of the target, its status left out
    belongs: list[Entity] | None = None  # what the target says it is of: owners, what it scales or keeps
    namespaces: list[str] | None = None  # of the pods it touches, where they are not in the target's own


def kept_away(annotations: dict[str, str]) -> bool:
    """Whether an object's annotations say hands off."""
    return annotations.get(HANDS_OFF, "false").strip().lower() != "false"
