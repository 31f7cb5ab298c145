"""One field of an object is not what the API promises: the rest of the namespace must still be told."""

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.model.inventory import Estate
from integrations.kubernetes.changes import all_changes
from integrations.kubernetes.estate import estate
from tests.kubernetes.estates import named, owned
from tests.kubernetes.objects import at, deployment, replica_set, scaling, stamp, writer

REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
CONTAINER = {
    "name": "app",
    "image": "web:1",
    "command": ["run", "--password", "x"],
    "ports": [{"containerPort": 80, "name": "http"}],
    "env": [
        {"name": "URL", "value": "http://db"},
        {"name": "K", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
    ],
    "envFrom": [{"configMapRef": {"name": "c"}}],
    "resources": {"requests": {"cpu": "100m"}, "limits": {"memory": "1Gi"}},
    "livenessProbe": {"httpGet": {"port": 80, "path": "/"}, "periodSeconds": 5},
    "volumeMounts": [{"name": "v"}],
    "securityContext": {"runAsUser": 1},
}
POD_SPEC = {
    "containers": [CONTAINER],
    "initContainers": [CONTAINER],
    "volumes": [{"name": "v", "configMap": {"name": "c", "items": [{"key": "k"}]}}],
    "affinity": {
        "nodeAffinity": {
            REQUIRED: {"nodeSelectorTerms": [{"matchExpressions": [{"key": "a", "operator": "In", "values": ["b"]}]}]}
        },
        "podAffinity": {REQUIRED: [{"labelSelector": {"matchLabels": {"a": "b"}}, "topologyKey": "zone"}]},
    },
    "tolerations": [{"key": "x", "effect": "NoSchedule"}],
    "imagePullSecrets": [{"name": "pull"}],
    "nodeName": "n1",
    "priority": 1,
}
FATAL = {"rules": [{"action": "FailJob", "onExitCodes": {"containerName": "c", "operator": "In", "values": [42]}}]}
READY = {"type": "Ready", "status": "False", "reason": "r", "message": "m", "lastTransitionTime": stamp(1)}
SEEN: dict[str, list[dict[str, Any]]] = {
    "Deployment": [deployment(managed=[writer("a", 1, "spec", "template"), writer("b", 2, "spec", "replicas")])],
    "ReplicaSet": [replica_set("web:1", 1, 0, history="2,3")],
    "CronJob": [
        named(
            "nightly",
            spec={"schedule": "0 3 * * *", "startingDeadlineSeconds": 60, "jobTemplate": {"spec": {"template": {"spec": POD_SPEC}}}},
            status={"lastScheduleTime": stamp(1), "active": [{"name": "nightly-1"}]},
        )
    ],
    "Job": [
        owned(
            "once",
            "CronJob",
            "nightly",
            spec={"parallelism": 1, "completions": 2, "template": {"spec": POD_SPEC}, "podFailurePolicy": FATAL},
            status={"succeeded": 1, "startTime": stamp(1), "conditions": [READY | {"type": "Failed", "status": "True"}]},
        )
    ],
    "Pod": [owned("web-1", "ReplicaSet", "web-hash1", spec=POD_SPEC, status={"phase": "Running", "conditions": [READY]})],
    "every Pod": [owned("web-1", "ReplicaSet", "web-hash1", spec=POD_SPEC, status={"phase": "Running"})],
    "Service": [named("web", spec={"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "http"}]})],
    "EndpointSlice": [
        named(
            "web-1",
            metadata={"labels": {"kubernetes.io/service-name": "web"}},
            ports=[{"port": 80}],
            endpoints=[{"addresses": ["10.0.0.1"], "conditions": {"ready": True}, "targetRef": {"kind": "Pod", "name": "a"}}],
        )
    ],
    "Ingress": [named("i", spec={"rules": [{"http": {"paths": [{"backend": {"service": {"name": "w", "port": {"number": 1}}}}]}}]})],
    "HTTPRoute": [named("h", spec={"hostnames": ["a"], "rules": [{"matches": [{"path": {"value": "/"}}], "backendRefs": [{"name": "w"}]}], "parentRefs": [{"name": "g"}]},
              status={"parents": [{"conditions": [{"type": "Accepted", "status": "False", "reason": "r", "message": "m"}]}]})],
    "Gateway": [named("g", spec={"listeners": [{"name": "web", "port": 80, "allowedRoutes": {"namespaces": {"from": "All"}}}]})],
    "NetworkPolicy": [
        named("p", spec={"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "1.0.0.0/8"}}], "ports": [{"port": 1}]}]})
    ],
    "Node": [
        named(
            "n1",
            spec={"taints": [{"key": "k", "effect": "e", "timeAdded": stamp(1)}], "unschedulable": True},
            status={"conditions": [READY], "allocatable": {"cpu": "1"}},
        )
    ],
    "node Lease": [named("n1", spec={"renewTime": stamp(1), "leaseDurationSeconds": 40})],
    "system Lease": [named("kube-scheduler", spec={"renewTime": stamp(1), "holderIdentity": "x"})],
    "system Pod": [owned("dns", "ReplicaSet", "d", metadata={"labels": {"k8s-app": "kube-dns"}}, status={"conditions": [READY]})],
    "PersistentVolumeClaim": [named("c", spec={"resources": {"requests": {"storage": "1Gi"}}, "accessModes": ["a"]})],
    "PersistentVolume": [named("v", spec={"capacity": {"storage": "1Gi"}, "claimRef": {"name": "c", "namespace": "shop"}})],
    "StorageClass": [named("s", metadata={"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}})],
    "ResourceQuota": [named("q", status={"hard": {"pods": "1"}, "used": {"pods": "1"}})],
    "LimitRange": [named("l", spec={"limits": [{"type": "Container", "max": {"cpu": "1"}}]})],
    "HorizontalPodAutoscaler": [
        named("g", spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "minReplicas": 1, "maxReplicas": 2})
    ],
    "PodDisruptionBudget": [
        named(
            "b",
            spec={"selector": {"matchLabels": {"a": "b"}}, "minAvailable": "50%", "maxUnavailable": 1},
            status={"currentHealthy": 1, "desiredHealthy": 1, "expectedPods": 1, "conditions": [READY]},
        )
    ],
    "PriorityClass": [named("p")],
    "ConfigMap": [
        named(
            "c",
            data={"k": "v"},
            metadata={"managedFields": [writer("a", 1, "data", "k")], "labels": {"argocd.argoproj.io/instance": "a"}},
        )
    ],
    "Secret": [named("s", metadata={"labels": {"owner": "helm", "name": "w", "version": "2", "status": "deployed"}})],
    "ServiceAccount": [{**named("default"), "automountServiceAccountToken": False}],
    "Certificate": [
        {
            **named("web"),
            "spec": {"secretName": "web-tls", "dnsNames": ["web.example"]},
            "status": {"notAfter": "2026-11-12T14:00:00Z", "conditions": [{"type": "Ready", "status": "False", "reason": "Expired"}]},
        }
    ],
    "Role": [{**named("reader"), "rules": [{"verbs": ["get"], "apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["settings"]}]}],
    "RoleBinding": [
        {
            **named("readers"),
            "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "shop"}, {"kind": "User", "name": "kim"}],
            "roleRef": {"kind": "Role", "name": "reader"},
        }
    ],
    "Event": [scaling("web-hash1", 1, 2, 3)],
    "Application": [named("a", spec={"destination": {"namespace": "shop"}}, status={
        "history": [{"deployedAt": stamp(1), "revision": "r"}],
        "sync": {"status": "OutOfSync", "revision": "s"},
        "conditions": [{"type": "SyncError", "message": "m"}],
        "operationState": {"phase": "Failed", "syncResult": {"resources": [{"kind": "Deployment", "name": "web", "namespace": "shop", "status": "SyncFailed", "message": "m"}]}},
        "resources": [{"kind": "Deployment", "name": "web", "namespace": "shop", "status": "OutOfSync", "health": {"status": "Missing"}}],
    })],
    "Kustomization": [named("k", spec={"dependsOn": [{"name": "h"}]}, status={"conditions": [READY], "inventory": {"entries": [{"id": "shop_web_apps_Deployment", "v": "v1"}]}, "history": [{"metadata": {"revision": "r"}, "firstReconciled": stamp(1)}]})],
    "HelmRelease": [named("h", status={"conditions": [READY], "history": [{"status": "failed", "chartVersion": "1", "namespace": "shop", "lastDeployed": stamp(1), "version": 1}]})],
    "Rollout": [deployment()],
}  # fmt: skip
ODD = [None, True, 0, -1, 1.5, float("nan"), "", "x", [], {}, [None], {"": None}, "9" * 400, [[[]]]]


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to everything within a value."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else []
    for key, each in inner:
        yield from places(each, (*path, key))


PLACES = [path for path in places(SEEN) if len(path) > 1]  # the lists themselves are ours


def spoiled(path: tuple[str | int, ...], odd: Any) -> dict[str, list[dict[str, Any]]]:
    found = copy.deepcopy(SEEN)
    place: Any = found
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = {} if len(path) == 2 and not isinstance(odd, dict) else odd  # api.py keeps objects only
    return found


@settings(max_examples=600)
@given(st.sampled_from(PLACES), st.sampled_from(ODD))
def test_no_single_field_costs_the_namespace(path, odd):
    seen = spoiled(path, odd)
    found, _ = estate("shop", seen, at(60))
    assert Estate.model_validate_json(found.model_dump_json()) == found
    assert found.workloads
    assert found.pods
    for change in all_changes(seen, "shop"):
        assert change.summary


def test_what_is_spoiled_there_is_all_read_when_it_is_whole():
    found, _ = estate("shop", SEEN, at(60))
    filled = {name for name, value in found.model_dump().items() if value}
    assert filled == set(Estate.model_fields) - {"unread"}  # told by who asked, not by what came
