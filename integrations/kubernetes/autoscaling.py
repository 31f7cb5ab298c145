"""Tells an autoscaler's moves from people's: both end in the same field of the same Deployment.

An autoscaler writes through the scale subresource as the controller manager, and says why in an
Event on itself. Called by changes.py.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.model.change import Change
from agent.redact import redact
from integrations.kubernetes.fields import Json, moment, name_of, text

_SLACK = timedelta(seconds=5)  # its Event, the Deployment's Event and managedFields are stamped by different processes
_CONTROLLER = "kube-controller-manager"  # nothing else of it writes a Deployment's replicas


@dataclass(frozen=True)
class Rescaling:
    """That an autoscaler wanted another number; `at` is None where only its existence is known."""

    autoscaler: str
    target: tuple[str, str]  # kind and name
    at: datetime | None = None
    reason: str = ""


def rescalings(autoscalers: list[Json], events: list[Json]) -> list[Rescaling]:
    """Every autoscaler, and every move that its events still tell of."""
    targets = {
        name_of(each): (text(each, "spec", "scaleTargetRef", "kind"), text(each, "spec", "scaleTargetRef", "name"))
        for each in autoscalers
    }
    told = [Rescaling(name, target) for name, target in targets.items()]
    for event in events:
        name = text(event, "involvedObject", "name")
        if text(event, "reason") == "SuccessfulRescale" and name in targets:
            reason = redact(text(event, "message").partition("reason: ")[2])[:200]
            at = moment(event, "lastTimestamp") or moment(event, "eventTime")
            told.append(Rescaling(name, targets[name], at, reason))
    return told


def attributed(change: Change, known: list[Rescaling]) -> Change:
    """The change, by its autoscaler if one made it: it said so at that time, or nobody else can have."""
    own = [each for each in known if each.target == (change.entity.kind, change.entity.name)]
    said = next((each for each in own if each.at and abs(each.at - change.at) <= _SLACK), None)
    if said is None and change.actor != _CONTROLLER:
        return change
    who = said or next(iter(own), None)
    name = f"HorizontalPodAutoscaler {who.autoscaler}" if who else "an autoscaler"
    why = f": {said.reason}" if said and said.reason else ""
    return change.evolve(actor=name, summary=f"{change.summary} by {name}{why}")
