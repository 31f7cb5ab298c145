"""A whole namespace and the nodes under it in one answer: one LIST a kind, side by side, none of them essential.

25 lists where each fits a page, one more where there are StatefulSets or DaemonSets, two where volumes are claimed,
more where the Gateway API, Argo CD, Flux or cert-manager are installed, and
once in ten minutes the names of the API groups. One more only while a pod waits for a node or was preempted,
another while a workload with a priority class lacks pods: the sum of what all pods of the
cluster request matters then, and is dear to ask for. At most eight requests run at a time (api.py).
Of Secrets only metadata is requested. What could not be read is named in `unseen`.
"""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from agent.model.inventory import PODS_ELSEWHERE
from agent.model.question import Inventory, InventoryQuestion
from integrations.kubernetes.api import Api, serves
from integrations.kubernetes.configs import METADATA_LIST
from integrations.kubernetes.declared import KINDS, declared
from integrations.kubernetes.estate import Seen, estate
from integrations.kubernetes.failure import Failure, Trouble, outcomes
from integrations.kubernetes.fields import Json, conditions, text
from integrations.kubernetes.route import Route
from integrations.kubernetes.sparing import listed

_BEYOND = "beyond the namespace"
_SYSTEM, _LEASES = "kube-system", "kube-node-lease"


@dataclass(frozen=True)
class _Kind:
    """Where a kind is listed; `place` is "here" for the namespace asked about, "" for the whole cluster."""

    topic: str  # what is missing without it: kinds of one topic are one hole
    api: str
    resource: str
    place: str = "here"
    optional: bool = False  # comes with a CRD: nothing is missed where there is none
    metadata: bool = False  # nothing else is requested
    only_with: tuple[str, ...] = ()  # of use only where there are objects of these kinds


_KINDS = {
    "Deployment": _Kind("workloads", "apps/v1", "deployments"),
    "StatefulSet": _Kind("workloads", "apps/v1", "statefulsets"),
    "DaemonSet": _Kind("workloads", "apps/v1", "daemonsets"),
    "ReplicaSet": _Kind(
        "workloads", "apps/v1", "replicasets"
    ),  # whole, as the timeline needs them: one request for both
    "ControllerRevision": _Kind("workloads", "apps/v1", "controllerrevisions", only_with=("StatefulSet", "DaemonSet")),
    "Job": _Kind("jobs", "batch/v1", "jobs"),
    "CronJob": _Kind("jobs", "batch/v1", "cronjobs"),
    "Pod": _Kind("pods", "v1", "pods"),
    "Service": _Kind("services", "v1", "services"),
    "EndpointSlice": _Kind("services", "discovery.k8s.io/v1", "endpointslices"),
    "Ingress": _Kind("ways in", "networking.k8s.io/v1", "ingresses"),
    "HTTPRoute": _Kind("ways in", "gateway.networking.k8s.io/v1", "httproutes", optional=True),
    "Gateway": _Kind(_BEYOND, "gateway.networking.k8s.io/v1", "gateways", "", optional=True),
    "NetworkPolicy": _Kind("ways in", "networking.k8s.io/v1", "networkpolicies"),
    "PersistentVolumeClaim": _Kind("storage", "v1", "persistentvolumeclaims"),
    "PersistentVolume": _Kind(_BEYOND, "v1", "persistentvolumes", "", only_with=("PersistentVolumeClaim",)),
    "StorageClass": _Kind(
        _BEYOND, "storage.k8s.io/v1", "storageclasses", "", metadata=True, only_with=("PersistentVolumeClaim",)
    ),
    "ResourceQuota": _Kind("bounds", "v1", "resourcequotas"),
    "LimitRange": _Kind("bounds", "v1", "limitranges"),
    "HorizontalPodAutoscaler": _Kind("bounds", "autoscaling/v2", "horizontalpodautoscalers"),
    "PodDisruptionBudget": _Kind("bounds", "policy/v1", "poddisruptionbudgets"),
    "ConfigMap": _Kind("configuration", "v1", "configmaps"),
    "Secret": _Kind("configuration", "v1", "secrets", metadata=True),
    "ServiceAccount": _Kind("configuration", "v1", "serviceaccounts"),
    "Certificate": _Kind("certificates", "cert-manager.io/v1", "certificates", optional=True),
    "Role": _Kind("rights", "rbac.authorization.k8s.io/v1", "roles"),
    "RoleBinding": _Kind("rights", "rbac.authorization.k8s.io/v1", "rolebindings"),
    "Event": _Kind("events", "v1", "events"),
    "Node": _Kind(_BEYOND, "v1", "nodes", ""),
    "node Lease": _Kind(_BEYOND, "coordination.k8s.io/v1", "leases", _LEASES),
    "system Lease": _Kind(_BEYOND, "coordination.k8s.io/v1", "leases", _SYSTEM),
    "Application": _Kind(_BEYOND, "argoproj.io/v1alpha1", "applications", "", optional=True),
    "Kustomization": _Kind(_BEYOND, "kustomize.toolkit.fluxcd.io/v1", "kustomizations", "", optional=True),
    "HelmRelease": _Kind(_BEYOND, "helm.toolkit.fluxcd.io/v2", "helmreleases", "", optional=True),
    "system Pod": _Kind(_BEYOND, "v1", "pods", _SYSTEM),
}
_NOT_ENDED = "status.phase!=Succeeded,status.phase!=Failed"


async def read(api: Api, question: InventoryQuestion) -> Inventory:
    """Everything that can be read. Raises Failure(EMPTY) where the namespace holds nothing, and if nothing was allowed."""
    _ = Route("v1", "pods", question.namespace).path  # a namespace that cannot exist costs no request
    replies = await outcomes(*(_listed(api, kind, question.namespace) for kind in _KINDS.values()))
    answered = dict(zip(_KINDS, replies, strict=True))
    seen: Seen = {name: reply for name, reply in answered.items() if not isinstance(reply, Failure)}
    failed = {name: reply for name, reply in answered.items() if isinstance(reply, Failure)}
    _refuse_nothing(question.namespace, seen, failed)
    failed = {name: each for name, each in failed.items() if not _no_such_kind(name, each)}
    holes = [(_KINDS[name].topic, str(each)) for name, each in failed.items()]
    elsewhere = await _everybody(api, seen)
    holes += [(_BEYOND, each) for each in [*elsewhere, *await _classes(api, seen)]]
    found, unjudged = await asyncio.to_thread(estate, question.namespace, seen, datetime.now(UTC))
    unread = _unread(list(failed), [PODS_ELSEWHERE] if elsewhere else [])
    return Inventory(estate=found.evolve(unread=unread), unseen=_by_topic([*holes, *unjudged]))


def _unread(failed: list[str], others: list[str]) -> list[str]:
    """Kinds of which the estate's lists are not whole: Services are not told of without the addresses behind them."""
    return sorted({*failed, *others, *(["Service"] if "EndpointSlice" in failed else [])})


def _by_topic(holes: list[tuple[str, str]]) -> list[str]:
    """One sentence a topic: coverage takes each for a hole, and who may read one namespace only has one hole beyond it."""
    told: dict[str, list[str]] = {}
    for topic, why in holes:
        told.setdefault(topic, []).append(why)
    return [f"{topic}: {'; '.join(whys)}" for topic, whys in told.items()]


async def _listed(api: Api, kind: _Kind, namespace: str) -> list[Json]:
    if kind.optional and not serves(await api.groups(), kind.api):
        return []
    accept = METADATA_LIST if kind.metadata else "application/json"
    return await listed(api, _route(kind, namespace), accept, [_route(_KINDS[n], namespace) for n in kind.only_with])


def _route(kind: _Kind, namespace: str) -> Route:
    return Route(kind.api, kind.resource, namespace if kind.place == "here" else kind.place)


def _refuse_nothing(namespace: str, seen: Seen, failed: dict[str, Failure]) -> None:
    here = [name for name, kind in _KINDS.items() if kind.place == "here" and not kind.optional]
    if any(seen.get(name) for name in here):
        return
    refused = [failed[name] for name in here if name in failed]
    if refused:
        raise refused[0]  # whether there is anything cannot be told
    raise Failure(Trouble.EMPTY, f"there is nothing in namespace {namespace}, not even a service account")


def _no_such_kind(name: str, failure: Failure) -> bool:
    return _KINDS[name].optional and failure.trouble is Trouble.EMPTY


async def _everybody(api: Api, seen: Seen) -> list[str]:
    """All pods of the cluster into `seen`, if one of ours waits for a node or had to go; or why they could not be read."""
    waiting = any(_unplaced(pod) for pod in seen.get("Pod", []))
    preempted = any(text(event, "reason") == "Preempted" for event in seen.get("Event", []))
    if "Node" not in seen or not (waiting or preempted):
        return []
    try:
        seen["every Pod"] = await api.collect(Route("v1", "pods"), {"fieldSelector": _NOT_ENDED})
    except Failure as failure:
        return [f"what pods request of the nodes: {failure}"]
    return []


def _unplaced(pod: Json) -> bool:
    waits = conditions(pod).get("PodScheduled", "").startswith("False")
    return waits and not text(pod, "metadata", "deletionTimestamp")


async def _classes(api: Api, seen: Seen) -> list[str]:
    """The names of the priority classes into `seen`, if a workload that lacks pods asks for one; or why they could not be read."""
    lacking = (each for kind in KINDS for each in seen.get(kind, []) if _lacks_pods(kind, each))
    if not any(text(each, "spec", "template", "spec", "priorityClassName") for each in lacking):
        return []
    try:
        route = Route("scheduling.k8s.io/v1", "priorityclasses")
        seen["PriorityClass"] = await api.recent(route, METADATA_LIST)
    except Failure as failure:
        return [f"whether priority classes exist: {failure}"]
    return []


def _lacks_pods(kind: str, found: Json) -> bool:
    workload = declared(kind, found)
    return workload.ready < workload.replicas
