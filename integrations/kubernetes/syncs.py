"""What Helm, Argo CD and Flux say they applied to a namespace. Called by changes.py.

Helm's own records are read by their labels only: the Secret's value holds everything a release was
given, secrets included, and is never requested.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.record import digest
from agent.redact import redact
from integrations.kubernetes.configs import release_record
from integrations.kubernetes.declared import entity
from integrations.kubernetes.fields import Json, created, flag, items, moment, number, strings, text, texts

_FLUX_REVISION = re.compile(r"(?:(?P<branch>[^@]+)@)?(?:sha1:|sha256:)?(?P<commit>[0-9a-f]{40}|[0-9a-f]{64})")
_APPLIED = re.compile(r"Applied revision: (\S+)")


def helm_releases(secrets: list[Json]) -> list[Change]:
    """One change a kept revision of a release; a release keeps ten."""
    found = []
    for each in secrets:
        labels = texts(each, "metadata", "labels")
        name, revision = labels.get("name", ""), number(labels, "version")
        if not (release_record(each) and name and revision):
            continue
        here = Entity(kind="HelmRelease", namespace=text(each, "metadata", "namespace"), name=name)
        done = "installed" if revision == 1 else f"upgraded to revision {revision}"
        status = labels.get("status", "")
        ended = f" ({status})" if status and status not in ("deployed", "superseded") else ""
        found.append(
            Change(
                id=digest("helm", here, revision, created(each)),
                kind=ChangeKind.SYNC,
                entity=here,
                at=created(each),
                actor="Helm",
                summary=f"{here} was {done}{ended}",
                from_revision=revision - 1 if revision > 1 else None,
                to_revision=revision,
            )
        )
    return found


def argo_syncs(application: Json, namespace: str) -> list[Change]:
    """The history of an Argo CD Application that deploys into the namespace."""
    if text(application, "spec", "destination", "namespace") != namespace:
        return []
    here = entity("Application", application)
    found = []
    for each in items(application, "status", "history"):
        at = moment(each, "deployedAt")
        if at is None:
            continue
        revision = text(each, "revision") or ",".join(strings(each, "revisions"))
        by = text(each, "initiatedBy", "username") or ("Argo CD" if flag(each, "initiatedBy", "automated") else "")
        chart = text(each, "source", "chart")
        found.append(_sync(here, at, by, f"{chart} {revision}".strip(), revision))
    return found


def flux_kustomization(found: Json, namespace: str) -> list[Change]:
    """What a Flux Kustomization that owns objects of the namespace applied: its history, else the last revision."""
    if not reaches(found, namespace):
        return []
    here = entity("Kustomization", found)
    kept = [
        (text(each, "metadata", "revision"), moment(each, "firstReconciled"))
        for each in items(found, "status", "history")
    ]
    told = kept or [_last_applied(found)]
    return [_sync(here, at, "Flux", revision, revision) for revision, at in told if revision and at]


def _last_applied(found: Json) -> tuple[str, datetime | None]:
    """The Ready condition turns when a new revision has been applied, and then says which."""
    for each in items(found, "status", "conditions"):
        said = _APPLIED.search(text(each, "message"))
        if text(each, "type") == "Ready" and said:
            return said[1], moment(each, "lastTransitionTime")
    return "", None


def reaches(found: Json, namespace: str) -> bool:
    """Whether a Flux Kustomization is meant for the namespace, lives there, or owns something in it."""
    named = namespace in (text(found, "spec", "targetNamespace"), text(found, "metadata", "namespace"))
    owned = (text(each, "id") for each in items(found, "status", "inventory", "entries"))
    return named or any(each.startswith(f"{namespace}_") for each in owned)


def flux_helm_release(found: Json, namespace: str) -> list[Change]:
    """The releases a Flux HelmRelease made in the namespace."""
    here = entity("HelmRelease", found)
    changes = []
    for each in items(found, "status", "history"):
        at = moment(each, "lastDeployed")
        if at is None or text(each, "namespace") != namespace:
            continue
        chart, version = text(each, "chartName"), text(each, "chartVersion")
        change = _sync(here, at, "Flux", f"{chart} {version}".strip(), version)
        changes.append(change.evolve(to_revision=number(each, "version") or None))
    return changes


def all_syncs(seen: dict[str, list[Json]], namespace: str) -> Iterator[Change]:
    """Everything of the raw objects (kind → list)."""
    yield from helm_releases(seen.get("Secret", []))
    for kind, told in (
        ("Application", argo_syncs),
        ("Kustomization", flux_kustomization),
        ("HelmRelease", flux_helm_release),
    ):
        for each in seen.get(kind, []):
            yield from told(each, namespace)


def _sync(here: Entity, at: datetime, actor: str, what: str, revision: str) -> Change:
    commit = _FLUX_REVISION.fullmatch(revision)
    return Change(
        id=digest("sync", here, revision, at.astimezone(UTC)),
        kind=ChangeKind.SYNC,
        entity=here,
        at=at,
        actor=redact(actor)[:100],
        summary=f"{here} applied {redact(what)[:200] or 'a revision'}",
        commit=commit["commit"] if commit else "",
        version="" if commit else redact(revision)[:100],
    )
