import json
from datetime import UTC, datetime

import pytest

from agent.model.pod import ContainerPhase
from integrations.kubernetes import configs, events, fields, inventory, nodes, pods, services, workloads
from integrations.kubernetes.estate import estate
from integrations.kubernetes.ownership import steering
from tests.kubernetes.objects import at, deployment, stamp, template, writer

SECRET = "hunter2-planted"
AWKWARD = [
    {},
    {"metadata": None, "spec": None, "status": None},
    {"metadata": [], "spec": "x", "status": 3},
    {
        "metadata": {
            "name": None,
            "labels": {"a": None, "b": 1},
            "managedFields": [None, {"fieldsV1": None}, {"time": "never"}],
        }
    },
    {"metadata": {"creationTimestamp": "yesterday", "ownerReferences": [None, {}]}, "spec": {"containers": [None, {}]}},
    {"spec": {"replicas": "many", "template": {"spec": {"containers": None, "volumes": [None, {"secret": None}]}}}},
    {
        "status": {
            "conditions": [{}, {"type": "Ready"}],
            "containerStatuses": [{"state": None}, {"state": {"running": None}}],
        }
    },
    {"status": {"containerStatuses": [{"name": "a", "state": {"terminated": {"exitCode": None, "finishedAt": 5}}}]}},
    {"involvedObject": None, "series": None, "count": None, "eventTime": None, "firstTimestamp": None},
    {"endpoints": [None, {"conditions": None, "targetRef": None}], "data": None, "binaryData": []},
    {
        "spec": {
            "rules": [None, {"http": None}, {"matches": [None], "backendRefs": [{"name": "x"}, None]}],
            "ports": [{"port": "x", "targetPort": None}],
            "ingress": [None, {"from": [None, {}], "ports": [{"port": []}]}],
            "egress": "all",
            "limits": [{"type": None, "max": {"cpu": None}}],
            "containers": [{"name": 3, "env": [{"name": None}], "livenessProbe": {"httpGet": {"port": {}}}}],
            "volumes": [{"name": "v", "configMap": {"name": "c", "items": [None]}}, {"x": []}],
            "affinity": {"nodeAffinity": [], "podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [{}]}},
            "taints": [{}],
            "renewTime": "soon",
        }
    },
]
EVERY_KIND = [*inventory._KINDS, "every Pod"]
CONVERTERS = {
    "estate": lambda found: estate("shop", {kind: [found] for kind in EVERY_KIND}, at(0))[0],
    "workload": lambda found: workloads.converted("Deployment", found),
    "daemon set": lambda found: workloads.converted("DaemonSet", found),
    "pod": pods.converted,
    "event": events.converted,
    "node": nodes.converted,
    "service": lambda found: services.converted(found, [found]),
    "config map": lambda found: configs.converted("ConfigMap", found),
    "secret": lambda found: configs.converted("Secret", found),
}


@pytest.mark.parametrize("converter", CONVERTERS)
@pytest.mark.parametrize("found", AWKWARD, ids=range(len(AWKWARD)))
def test_no_object_is_too_odd_to_convert(converter, found):
    record = CONVERTERS[converter](json.loads(json.dumps(found)))
    assert type(record).model_validate_json(record.model_dump_json()) == record


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (3, 3),
        ("4", 4),
        (None, 0),
        ("x", 0),
        (float("nan"), 0),
        (float("inf"), 0),
        (2.9, 2),
        ("9" * 40, int("9" * 18)),
        ([], 0),
    ],
)
def test_a_number_is_read_from_anything(value, read):
    assert fields.number({"n": value}, "n") == read


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("2026-11-01T12:00:00Z", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        ("2026-11-01T12:00:00.123456Z", datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)),
        ("2026-11-01T14:00:00+02:00", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        ("2026-11-01T12:00:00", datetime(2026, 11, 1, 12, tzinfo=UTC)),
        ("", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_time_is_aware_or_none(value, read):
    assert fields.moment({"t": value}, "t") == read


def test_a_workload_counts_by_its_kind():
    found = deployment(replicas=3)
    assert workloads.converted("Deployment", found).replicas == 3
    daemon = {
        "status": {"desiredNumberScheduled": 5, "numberReady": 4, "updatedNumberScheduled": 3, "numberAvailable": 2}
    }
    record = workloads.converted("DaemonSet", daemon)
    assert (record.replicas, record.ready, record.updated, record.available) == (5, 4, 3, 2)


def test_the_spec_hash_ignores_replicas_and_nothing_else():
    base = workloads.spec_hash(deployment(replicas=2))
    assert workloads.spec_hash(deployment(replicas=9)) == base
    assert workloads.spec_hash(deployment("web:2")) != base
    assert workloads.spec_hash(deployment(spec={"paused": True})) != base


@pytest.mark.parametrize(
    ("quantity", "size"),
    [
        ("128Mi", 128 * 2**20),
        ("1.5Gi", 3 * 2**29),
        ("64M", 64 * 10**6),
        ("1000", 1000),
        ("1e3", 1000),
        ("", 0),
        ("-1Mi", 0),
    ],
)
def test_memory_limits_are_bytes(quantity, size):
    pod = template("web:1")
    pod["spec"]["containers"][0]["resources"] = {"limits": {"memory": quantity}}
    assert workloads.memory_limits(pod) == ({"app": size} if size else {})


def test_managers_of_the_object_are_told_from_those_of_its_status():
    found = deployment(
        managed=[
            writer("kubectl", 1, "spec", "template", "spec"),
            writer("kubectl", 2, "spec", "replicas", subresource="scale"),
            writer("kube-controller-manager", 3, "status", "replicas", subresource="status"),
        ]
    )
    assert [(each.manager, each.template, each.at) for each in workloads.managers(found)] == [
        ("kubectl", True, at(1)),
        ("kubectl", False, at(2)),
    ]


def test_selectors_become_what_a_list_request_takes():
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
        {"key": "new", "operator": "Exists"},
        {"key": "zone", "operator": "NotIn", "values": ["z"]},
    ]
    found = {"spec": {"selector": {"matchLabels": {"app": "web"}, "matchExpressions": expressions}}}
    assert workloads.label_selector(found) == "app=web,tier in (a,b),!old,new,zone notin (z)"


def test_a_crashing_container_tells_both_its_ends():
    status = {
        "name": "app",
        "restartCount": 4,
        "state": {"waiting": {"reason": "CrashLoopBackOff", "message": f"token={SECRET}"}},
        "lastState": {"terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": stamp(3)}},
    }
    (container,) = pods.containers({"status": {"containerStatuses": [status]}})
    assert (container.phase, container.reason, container.restarts) == (ContainerPhase.WAITING, "CrashLoopBackOff", 4)
    assert (container.last_ended.reason, container.last_ended.exit_code, container.last_ended.at) == (
        "OOMKilled",
        137,
        at(3),
    )
    assert SECRET not in container.message


def test_a_pod_without_statuses_still_names_its_containers():
    (container,) = pods.containers({"spec": {"containers": [{"name": "app", "image": "web:1"}]}})
    assert (container.name, container.image, container.phase) == ("app", "web:1", ContainerPhase.WAITING)


def test_init_containers_are_shown_only_while_they_matter():
    done = {"name": "a", "state": {"terminated": {"exitCode": 0}}}
    stuck = {"name": "b", "state": {"waiting": {"reason": "ImagePullBackOff"}}}
    found = {"status": {"initContainerStatuses": [done, stuck]}}
    assert [(each.name, each.reason) for each in pods.containers(found)] == [("b", "ImagePullBackOff")]


def test_every_way_to_refer_to_configuration_is_found():
    spec = {
        "initContainers": [{"envFrom": [{"configMapRef": {"name": "a"}}, {"secretRef": {"name": "b"}}]}],
        "containers": [
            {
                "env": [
                    {"name": "X", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
                    {"name": "Y", "valueFrom": {"secretKeyRef": {"name": "d", "key": "k"}}},
                ]
            }
        ],
        "volumes": [
            {"configMap": {"name": "e"}},
            {"secret": {"secretName": "f"}},
            {"projected": {"sources": [{"configMap": {"name": "g"}}, {"secret": {"name": "h"}}]}},
        ],
    }
    found = sorted(configs.referred(spec), key=lambda pair: pair[1])
    assert [name for _, name in found] == list("abcdefgh")
    assert [kind for kind, _ in found] == ["ConfigMap", "Secret"] * 4


def test_a_config_map_is_known_by_digest_and_keys_never_by_value():
    found = {
        "metadata": {"name": "c", "creationTimestamp": stamp(0)},
        "data": {"b": SECRET, "a": "1"},
        "binaryData": {"z": "eA=="},
    }
    record = configs.converted("ConfigMap", found)
    assert record.keys == ["a", "b", "z"]
    assert SECRET not in record.model_dump_json()
    assert record.digest != configs.converted("ConfigMap", {**found, "data": {"b": "other", "a": "1"}}).digest
    assert record.changed_at is None


def test_who_edited_the_data_last_is_told_with_the_keys_they_own():
    managed = [
        writer("helm", 0, "data", "a"),
        writer("alice", 5, "data", "index-url"),
        writer("bob", 9, "metadata", "labels"),
    ]
    found = {"metadata": {"name": "c", "creationTimestamp": stamp(0), "managedFields": managed}, "data": {"a": "1"}}
    edit = configs.last_edit(found)
    assert (edit.manager, edit.at, edit.keys) == ("alice", at(5), ["index-url"])


def test_a_secrets_digest_is_that_of_its_version_and_its_keys_come_from_its_managers():
    metadata = {
        "name": "s",
        "resourceVersion": "7",
        "creationTimestamp": stamp(0),
        "managedFields": [writer("x", 0, "data", "password")],
    }
    record = configs.converted("Secret", {"metadata": metadata})
    assert record.keys == ["password"]
    assert record.digest != configs.converted("Secret", {"metadata": {**metadata, "resourceVersion": "8"}}).digest


def test_endpoints_are_counted_once_per_pod_and_null_means_ready():
    def endpoint(pod: str, ready: object) -> dict:
        return {"conditions": {"ready": ready}, "targetRef": {"kind": "Pod", "name": pod}, "addresses": ["10.0.0.1"]}

    labels = {"kubernetes.io/service-name": "web"}
    slices = [
        {"metadata": {"labels": labels}, "endpoints": [endpoint("a", True), endpoint("b", None), endpoint("c", False)]},
        {"metadata": {"labels": labels}, "endpoints": [endpoint("a", True)]},
        {"metadata": {"labels": {"kubernetes.io/service-name": "other"}}, "endpoints": [endpoint("d", True)]},
    ]
    record = services.converted({"metadata": {"name": "web", "namespace": "shop"}}, slices)
    assert (record.ready, record.not_ready, record.pods) == (2, 1, ["a", "b", "c"])


def test_an_event_may_carry_its_times_in_five_places():
    assert events.converted({"eventTime": stamp(1)}).last_at == at(1)
    assert events.converted({"metadata": {"creationTimestamp": stamp(2)}}).first_at == at(2)
    both = events.converted({"firstTimestamp": stamp(1), "lastTimestamp": stamp(4)})
    assert (both.first_at, both.last_at) == (at(1), at(4))
    series = events.converted({"eventTime": stamp(1), "series": {"count": 9, "lastObservedTime": stamp(6)}})
    assert (series.count, series.last_at) == (9, at(6))


def test_a_node_without_labels_has_no_zone():
    assert nodes.converted({"metadata": {"name": "n"}}).zone == ""
    labelled = {
        "metadata": {"labels": {"failure-domain.beta.kubernetes.io/zone": "old"}},
        "spec": {"unschedulable": True},
    }
    assert (nodes.converted(labelled).zone, nodes.converted(labelled).unschedulable) == ("old", True)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (deployment(labels={"argocd.argoproj.io/instance": "shop"}), "Argo CD application shop"),
        (deployment(labels={"kustomize.toolkit.fluxcd.io/name": "apps"}), "Flux Kustomization apps"),
        (deployment(annotations={"meta.helm.sh/release-name": "web"}), "Helm release web"),
        (deployment(annotations={"meta.helm.sh/release-name": "web"}), "its next upgrade puts the old state back"),
        (deployment(managed=[writer("argocd-controller", 1, "spec", "template")]), "Argo CD"),
        (deployment(managed=[writer("kustomize-controller", 1, "data")]), "Flux also manages it: it may put"),
        (deployment(owners=[{"kind": "Shop", "name": "web", "controller": True}]), "Shop web owns it"),
        (deployment(spec={"paused": True}), "paused"),
    ],
)
def test_a_preview_warns_of_who_else_steers_the_deployment(found, says):
    (warning,) = steering(found)
    assert says in warning


def test_a_deployment_nobody_steers_has_no_warning():
    assert steering(deployment(managed=[writer("kubectl", 1, "spec", "template")])) == []
