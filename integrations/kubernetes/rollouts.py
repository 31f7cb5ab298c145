"""When which revision of a workload went live, told from the revisions that still exist.

Each revision went live once under every number it has had: under its first when it was created,
under a later one when it was used again. Sorted by number that is the workload's history, with
gaps where a revision was pruned or the time of a reuse cannot be known any more.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.record import digest
from integrations.kubernetes.fields import Json, items, section, text
from integrations.kubernetes.managed import writers
from integrations.kubernetes.masking import plain_template, unified
from integrations.kubernetes.revisions import Kept
from integrations.kubernetes.scaled import scaled

RESTARTED = "kubectl.kubernetes.io/restartedAt"
# kubectl's and others' restart times, and checksums of configuration, whose edit is a change of its own
_STAMP = re.compile(
    r"restarted-?at$|(^|[/._-])(checksum|config-?hash|rollme|redeployed-?at|timestamp)([/._-]|$)", re.IGNORECASE
)
_BEFORE_START = timedelta(
    minutes=1
)  # the controller makes the new ReplicaSet within seconds, a busy one may need longer


@dataclass(frozen=True)
class Start:
    """A revision going live under a number; `at` is None where nobody can tell any more."""

    number: int
    kept: Kept
    at: datetime | None
    reused: bool


def starts(found: Json, kept: list[Kept], events: list[Json]) -> list[Start]:
    """The history of a raw workload in order of numbers; `events` are its own and may fill in times."""
    history = sorted((start for each in kept for start in _starts_of(each)), key=lambda start: start.number)
    return [
        start
        if start.at
        else Start(start.number, start.kept, _pieced_together(found, history, place, events), start.reused)
        for place, start in enumerate(history)
    ]


def _starts_of(kept: Kept) -> Iterator[Start]:
    revision = kept.revision
    numbers = [*kept.earlier, revision.number]
    for number in numbers:
        reused = number != numbers[0]
        at = None if reused else revision.created_at
        if reused and number == revision.number:
            at = revision.active_since
        yield Start(number, kept, at, reused)


def _pieced_together(found: Json, history: list[Start], place: int, events: list[Json]) -> datetime | None:
    """The earliest time between the neighbours' at which somebody wrote the template or this set was scaled up from 0."""
    name = history[place].kept.revision.name
    after = max((start.at for start in history[:place] if start.at), default=None)
    before = min((start.at for start in history[place + 1 :] if start.at), default=None)
    times = [writer.at for writer in writers(found, "spec", "template") if writer.at]
    times += [
        time
        for event in events
        if (scaling := scaled(event)) and scaling.replica_set == name and scaling.before == 0
        for time in scaling.times
    ]
    return min(
        (time for time in times if (after is None or time > after) and (before is None or time < before)), default=None
    )


def rollouts(entity: Entity, found: Json, history: list[Start]) -> list[Change]:
    """One change for every start whose time is known. Numbers are those the revisions have now."""
    changes = []
    for place, start in enumerate(history):
        if start.at is None:
            continue
        before = history[place - 1] if place else None
        if before and before.kept is start.kept:  # what was live between its two starts has been pruned
            before = None
        actor = _author(found, start.at) if place == len(history) - 1 else ""
        changes.append(_change(entity, start, before, start.at, actor))
    return changes


def _author(found: Json, started: datetime) -> str:
    """Who wrote the newest template: of those whose last write was not long before it went live, the nearest."""
    likely = [
        (abs(writer.at - started), writer.manager)
        for writer in writers(found, "spec", "template")
        if writer.at and writer.at >= started - _BEFORE_START
    ]
    return min(likely)[1] if likely else ""


def _change(entity: Entity, start: Start, before: Start | None, at: datetime, actor: str) -> Change:
    revision = start.kept.revision
    old = before.kept.revision if before else None
    kind = _kind(start, before)
    diff = (
        unified(old.template, revision.template, f"revision {old.number}", f"revision {revision.number}") if old else ""
    )
    return Change(
        id=digest("rollout", entity, start.kept.uid, start.number),
        kind=kind,
        entity=entity,
        at=at,
        actor=actor,
        summary=_summary(entity, kind, start, before),
        from_revision=old.number if old else None,
        to_revision=revision.number,
        diff=diff,
    )


def _kind(start: Start, before: Start | None) -> ChangeKind:
    """A restart is whatever runs the same: also a rollout of nothing new, and a rollback to the same."""
    if before and _without_stamps(start.kept.template) == _without_stamps(before.kept.template):
        return ChangeKind.RESTART
    return ChangeKind.ROLLBACK if start.reused else ChangeKind.ROLLOUT


def _without_stamps(template: Json) -> Json:
    """The template without the annotations that are only there to replace pods: their values tell pods nothing."""
    plain = plain_template(template)
    metadata = dict(section(plain, "metadata"))
    annotations = {key: value for key, value in section(metadata, "annotations").items() if not _STAMP.search(key)}
    metadata["annotations"] = annotations
    return {**plain, "metadata": {key: value for key, value in metadata.items() if value}}


def _summary(entity: Entity, kind: ChangeKind, start: Start, before: Start | None) -> str:
    revision = start.kept.revision
    if kind is ChangeKind.RESTART:
        return f"{entity} was restarted (revision {revision.number}, same template)"
    if before is None:
        first = "created with" if start.number == 1 else "rolled back to" if start.reused else "moved to"
        return f"{entity} was {first} revision {_numbered(start)} ({_images(revision.images)})"
    done = "rolled back" if kind is ChangeKind.ROLLBACK else "rolled out"
    old = before.kept.revision
    changed = _image_changes(old.images, revision.images) or "same images, other template"
    cause = f"; {revision.change_cause}" if revision.change_cause else ""
    return f"{entity} was {done} from revision {_numbered(before)} to {_numbered(start)} ({changed}{cause})"


def _numbered(start: Start) -> str:
    now = start.kept.revision.number
    return str(now) if now == start.number else f"{start.number} (now {now})"


def _images(images: dict[str, str]) -> str:
    return ", ".join(images.values()) or "no images"


def _image_changes(old: dict[str, str], new: dict[str, str]) -> str:
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    return ", ".join(f"{old.get(name, 'nothing')} → {new.get(name, 'nothing')}" for name in names)


def progressing(found: Json) -> bool:
    """Whether a rollout is under way: not every pod is of the newest template yet."""
    status, replicas = section(found, "status"), section(found, "spec").get("replicas")
    behind = status.get("observedGeneration") != section(found, "metadata").get("generation")
    unfinished = status.get("updatedReplicas", 0) != replicas or status.get("replicas", 0) != replicas
    stuck = any(
        text(each, "type") == "Progressing" and text(each, "status") == "False"
        for each in items(found, "status", "conditions")
    )
    return bool(replicas) and (behind or unfinished or stuck)
