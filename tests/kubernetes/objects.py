"""Raw JSON as the API server would give it, in the few shapes the conversion tests need."""

from datetime import UTC, datetime, timedelta

BEGUN = datetime(2026, 11, 1, 12, tzinfo=UTC)


def stamp(minutes: float) -> str:
    """That many minutes after BEGUN, as Kubernetes writes it."""
    return (BEGUN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def at(minutes: float) -> datetime:
    return BEGUN + timedelta(minutes=minutes)


def writer(manager: str, minutes: float | None, *path: str, subresource: str = "") -> dict:
    """A managedFields entry that owns one path; without minutes it has no time."""
    fields: dict = {}
    inner = fields
    for part in path:
        inner = inner.setdefault(f"f:{part}", {})
    entry = {"manager": manager, "operation": "Update", "fieldsV1": fields}
    entry |= {"time": stamp(minutes)} if minutes is not None else {}
    return entry | ({"subresource": subresource} if subresource else {})


def template(image: str, env: dict[str, str] | None = None, annotations: dict[str, str] | None = None) -> dict:
    variables = [{"name": name, "value": value} for name, value in (env or {}).items()]
    metadata: dict = {"labels": {"app": "web"}}
    if annotations:
        metadata["annotations"] = annotations
    return {"metadata": metadata, "spec": {"containers": [{"name": "app", "image": image, "env": variables}]}}


def deployment(image: str = "web:1", *, revision: int = 1, replicas: int = 2, **parts) -> dict:
    """`parts`: template, managed (entries), conditions, annotations, labels, status, spec."""
    status = {"observedGeneration": 1, "replicas": replicas, "updatedReplicas": replicas, "readyReplicas": replicas}
    return {
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "deployment-uid",
            "generation": 1,
            "resourceVersion": "100",
            "creationTimestamp": stamp(0),
            "labels": parts.get("labels", {}),
            "annotations": {"deployment.kubernetes.io/revision": str(revision), **parts.get("annotations", {})},
            "managedFields": parts.get("managed", []),
            "ownerReferences": parts.get("owners", []),
        },
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": "web"}},
            "template": parts.get("template") or template(image),
            **parts.get("spec", {}),
        },
        "status": {**status, "conditions": parts.get("conditions", []), **parts.get("status", {})},
    }


def replica_set(image: str, revision: int, minutes: float, *, history: str = "", replicas: int = 0, **parts) -> dict:
    pod = parts.get("template") or template(image)
    labels = {**pod["metadata"]["labels"], "pod-template-hash": f"hash{image[-1]}"}
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    if history:
        annotations["deployment.kubernetes.io/revision-history"] = history
    name = parts.get("name", f"web-hash{image[-1]}")
    return {
        "metadata": {
            "name": name,
            "namespace": "shop",
            "uid": f"uid-of-{name}",
            "creationTimestamp": stamp(minutes),
            "labels": labels,
            "annotations": annotations,
            "managedFields": parts.get("managed", []),
            "ownerReferences": [
                {"controller": True, "kind": "Deployment", "uid": parts.get("owner", "deployment-uid")}
            ],
        },
        "spec": {"replicas": replicas, "template": {**pod, "metadata": {**pod["metadata"], "labels": labels}}},
        "status": {"readyReplicas": replicas},
    }


def scaling(
    name: str, before: int, after: int, minutes: float, *, last: float | None = None, combined: bool = False
) -> dict:
    said = f"Scaled {'up' if after > before else 'down'} replica set {name} from {before} to {after}"
    return {
        "metadata": {"name": f"web.{minutes:010.3f}", "namespace": "shop", "uid": f"event-{name}-{minutes}"},
        "involvedObject": {"kind": "Deployment", "namespace": "shop", "name": "web"},
        "reason": "ScalingReplicaSet",
        "message": f"(combined from similar events): {said}" if combined else said,
        "firstTimestamp": stamp(minutes),
        "lastTimestamp": stamp(minutes if last is None else last),
        "count": 1,
    }
