"""Changes of a Deployment's number of replicas that no rollout made.

Events say how many and when; managedFields say who, and that somebody scaled at all where the
events are gone. A patch of the Deployment itself (not `kubectl scale`, not an autoscaler) whose
event is gone is not found.
"""

from datetime import datetime, timedelta

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.record import digest
from integrations.kubernetes.fields import Json, items, moment, number, text
from integrations.kubernetes.managed import Writer, writers
from integrations.kubernetes.rollouts import Start, progressing
from integrations.kubernetes.scaled import Scaled, scaled

_SLACK = timedelta(seconds=3)  # events and managedFields are stamped to the second, by different processes
_AFTER_ROLLOUT = timedelta(seconds=5)  # the last scale-up may follow the last scale-down
Span = tuple[datetime, datetime]


def scalings(entity: Entity, found: Json, history: list[Start], events: list[Json]) -> list[Change]:
    """In no order; `events` are the Deployment's own."""
    told = [each for event in events if (each := scaled(event))]
    hands = list(writers(found, "spec", "replicas"))
    spans = _rollout_spans(found, history, told)
    changes = [
        _from_event(entity, each, hands)
        for each in told
        if each.before and each.after and not any(start <= each.times[-1] <= end for start, end in spans)
    ]
    known = [change.at for change in changes]
    return changes + _untold(entity, found, history, hands, known)


def _rollout_spans(found: Json, history: list[Start], told: list[Scaled]) -> list[Span]:
    """From a revision's start to the event that emptied another set after it: scaling then is the rollout's own."""
    spans = []
    for place, start in enumerate(history):
        if start.at is None:
            continue
        emptied = [each.times[-1] for each in told if each.after == 0 and each.replica_set != start.kept.revision.name]
        end = min((at for at in emptied if at >= start.at - _SLACK), default=start.at)
        if place == len(history) - 1 and progressing(found):
            end = datetime.max.replace(tzinfo=start.at.tzinfo) - _AFTER_ROLLOUT
        spans.append((start.at - _SLACK, end + _AFTER_ROLLOUT))
    return spans


def _from_event(entity: Entity, told: Scaled, hands: list[Writer]) -> Change:
    at = told.times[-1]
    return Change(
        id=digest("scale", entity, told.uid, told.count),
        kind=ChangeKind.SCALE,
        entity=entity,
        at=at,
        actor=_hand(hands, at),
        summary=f"{entity} was scaled from {told.before} to {told.after} replicas",
    )


def _hand(hands: list[Writer], at: datetime) -> str:
    """Who owns the number of replicas since then; the scale subresource leaves a name, but no time."""
    near = [hand for hand in hands if hand.at and abs(hand.at - at) <= _SLACK]
    timeless = [hand for hand in hands if hand.at is None and hand.subresource == "scale"]
    return next((hand.manager for hand in near + timeless), "")


def _untold(
    entity: Entity, found: Json, history: list[Start], hands: list[Writer], known: list[datetime]
) -> list[Change]:
    """A scaling no event speaks of: somebody used the scale subresource, and the current set was resized after its rollout."""
    at = history[-1].kept.scaled_at if history else None
    progress = next((each for each in items(found, "status", "conditions") if text(each, "type") == "Progressing"), {})
    settled = moment(progress, "lastUpdateTime")
    scaler = next((hand for hand in hands if hand.subresource == "scale"), None)
    if scaler is None or at is None or settled is None or at <= settled + _SLACK:
        return []
    if any(abs(at - other) <= _SLACK for other in known):
        return []
    summary = f"{entity} was scaled; it now has {number(found, 'spec', 'replicas')} replicas"
    return [
        Change(
            id=digest("scale", entity, at),
            kind=ChangeKind.SCALE,
            entity=entity,
            at=at,
            actor=scaler.manager,
            summary=summary,
        )
    ]
