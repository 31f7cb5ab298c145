"""Reads the deployment controller's ScalingReplicaSet events.

They are the only trace of how many replicas there were when. They live about an hour, and after ten
of a Deployment in ten minutes the controller keeps overwriting one "combined" event.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from agent.model.entity import Entity
from integrations.kubernetes.fields import Json, moment, number, text

_SCALED = re.compile(r"Scaled (?:up|down) replica set (\S+) from (\d{1,9}) to (\d{1,9})$")
_COMBINED = "(combined from similar events): "


@dataclass(frozen=True)
class Scaled:
    """A ReplicaSet was given another size; `times` are the first and the last time it was this scaling."""

    replica_set: str
    before: int
    after: int
    times: list[datetime]
    uid: str
    count: int


def scaled(event: Json) -> Scaled | None:
    """What the event says, None if it says something else."""
    message = text(event, "message")
    said = _SCALED.search(message)
    last = moment(event, "lastTimestamp") or moment(event, "eventTime")
    if said is None or last is None:
        return None
    first = None if message.startswith(_COMBINED) else moment(event, "firstTimestamp")
    times = sorted({time for time in (first, last) if time})
    return Scaled(said[1], int(said[2]), int(said[3]), times, text(event, "metadata", "uid"), number(event, "count"))


def own_events(entity: Entity, events: list[Json]) -> list[Json]:
    """The scaling events of one Deployment, in the order they were first seen."""
    found = [
        event
        for event in events
        if text(event, "reason") == "ScalingReplicaSet"
        and text(event, "involvedObject", "kind") == entity.kind
        and text(event, "involvedObject", "name") == entity.name
    ]
    return sorted(found, key=lambda event: (text(event, "firstTimestamp"), text(event, "metadata", "name")))
