"""What happened in the simulated world: Kubernetes Events and the change timeline.

Everything that alters the world writes here; the cluster view reads it. Events live an hour, as real ones do.
"""

from datetime import datetime, timedelta

from agent.model.change import Change, ChangeKind
from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.model.record import digest
from integrations.simulation.deployment import Deployment, ReplicaSet
from integrations.simulation.template import image_of, unified_diff

EVENT_LIFE = timedelta(hours=1)


class Chronicle:
    """Two lists, oldest first."""

    def __init__(self, namespace: str) -> None:
        self._namespace = namespace
        self._events: list[KubeEvent] = []
        self._changes: list[tuple[Change, tuple[ReplicaSet, ReplicaSet] | None]] = []

    def event(self, at: datetime, kind: str, name: str, said: tuple[str, str, str]) -> None:
        """Note (type, reason, message) about an object; the same again only counts up."""
        type_, reason, message = said
        entity = Entity(kind=kind, namespace=self._namespace, name=name)
        for index in range(len(self._events) - 1, -1, -1):
            old = self._events[index]
            if old.entity == entity and old.reason == reason and old.message == message:
                del self._events[index]
                self._events.append(old.evolve(count=old.count + 1, last_at=at))
                return
        self._events.append(
            KubeEvent(entity=entity, type=type_, reason=reason, message=message, first_at=at, last_at=at)
        )

    def events(self, now: datetime) -> list[KubeEvent]:
        """Those younger than an hour, oldest first."""
        self._events = [e for e in self._events if e.last_at is not None and e.last_at > now - EVENT_LIFE]
        return list(self._events)

    def change(self, change: Change, sets: tuple[ReplicaSet, ReplicaSet] | None = None) -> Change:
        """Note a change, with the revisions it led from and to where it has some; returns it."""
        self._changes.append((change, sets))
        return change

    def changes(self, start: datetime, end: datetime) -> list[Change]:
        """Those of a closed interval, oldest first. Revisions go by the numbers they have now, as in a cluster."""
        found = [_renumbered(change, sets) for change, sets in self._changes if start <= change.at <= end]
        return sorted(found, key=lambda change: change.at)


def _renumbered(change: Change, sets: tuple[ReplicaSet, ReplicaSet] | None) -> Change:
    if sets is None:
        return change
    return change.model_copy(update={"from_revision": sets[0].number, "to_revision": sets[1].number})


def template_change(deployment: Deployment, before: ReplicaSet, actor: str, *, reused: bool) -> Change:
    """The change from one pod template to the current one: a rollout, a rollback or a mere restart."""
    after, entity = deployment.current, deployment.entity
    images = f"{image_of(before.template)} → {image_of(after.template)}"
    between = f"from revision {before.number} to {after.number}"
    if reused:
        kind, summary = ChangeKind.ROLLBACK, f"{entity} was rolled back {between} ({images})"
    elif deployment.build_of(before) == deployment.build:
        kind, summary = ChangeKind.RESTART, f"{entity} was restarted (revision {after.number}, same template)"
    else:
        kind, summary = ChangeKind.ROLLOUT, f"{entity} was rolled out {between} ({images})"
    return Change(
        id=f"{kind}-{digest(kind, entity, after.number)}",
        kind=kind,
        entity=entity,
        at=after.active_since,
        actor=actor,
        summary=summary,
        from_revision=before.number,
        to_revision=after.number,
        diff=unified_diff(before.template, after.template, f"revision {before.number}", f"revision {after.number}"),
    )
