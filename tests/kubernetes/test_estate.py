import pytest

from agent.model.inventory import Backend
from agent.model.template import Port, Requirement
from integrations.kubernetes.estate import estate
from tests.kubernetes.estates import named, of, owned
from tests.kubernetes.objects import at, deployment, stamp, template, writer

SECRET = "hunter2-planted"


def test_a_pod_belongs_to_the_workload_at_the_top_of_its_owners():
    jobs = [owned("report-28394000", "CronJob", "report", metadata={"uid": "uid-of-report-28394000"})]
    pods = [
        owned("web-1", "ReplicaSet", "web-hash1"),
        owned("report-x", "Job", "report-28394000"),
        owned("db-0", "StatefulSet", "db"),
        named("alone"),
    ]
    found = of(
        Deployment=[deployment()], ReplicaSet=[owned("web-hash1", "Deployment", "web", "deployment-uid",
        metadata={"uid": "uid-of-web-hash1"})], Job=jobs, CronJob=[named("report")], Pod=pods,
    )  # fmt: skip
    assert {each.pod.name: (each.owner_kind, each.owner) for each in found.pods} == {
        "alone": ("", ""),
        "db-0": ("StatefulSet", "db"),
        "report-x": ("CronJob", "report"),
        "web-1": ("Deployment", "web"),
    }


def test_where_owners_are_out_of_sight_their_names_tell():
    pods = [
        owned("web-1", "ReplicaSet", "web-5d8f", metadata={"labels": {"pod-template-hash": "5d8f"}}),
        owned("report-x", "Job", "report-28394000"),
        owned("odd", "ReplicaSet", "by-hand"),
    ]
    assert {each.pod.name: (each.owner_kind, each.owner) for each in of(Pod=pods).pods} == {
        "odd": ("ReplicaSet", "by-hand"),
        "report-x": ("CronJob", "report"),
        "web-1": ("Deployment", "web"),
    }


@pytest.mark.parametrize(
    ("kind", "found", "counts"),
    [
        ("Deployment", deployment(replicas=3), (3, 3, 3)),
        ("Deployment", {"spec": {}}, (1, 0, 0)),
        ("Deployment", {"spec": {"replicas": 0}}, (0, 0, 0)),
        ("DaemonSet", {"status": {"desiredNumberScheduled": 5, "numberReady": 4, "updatedNumberScheduled": 3}}, (5, 4, 3)),
        ("Job", {"spec": {"parallelism": 2, "completions": 5}, "status": {"succeeded": 4, "ready": 1, "active": 1}}, (1, 1, 1)),
        ("Job", {"spec": {"completions": 1}, "status": {"succeeded": 1, "conditions": [{"type": "Complete", "status": "True"}]}}, (0, 0, 0)),
        ("Job", {"spec": {}, "status": {"conditions": [{"type": "Failed", "status": "True"}]}}, (0, 0, 0)),
        ("Job", {"spec": {"suspend": True, "parallelism": 3}}, (0, 0, 0)),
        ("CronJob", {"spec": {"schedule": "* * * * *"}}, (0, 0, 0)),
    ],
)  # fmt: skip
def test_a_workload_wants_as_many_pods_as_its_kind_says(kind, found, counts):
    (workload,) = of(**{kind: [found]}).workloads
    assert (workload.replicas, workload.ready, workload.updated) == counts


def test_a_cron_jobs_template_is_two_levels_down():
    found = {"spec": {"suspend": True, "jobTemplate": {"spec": {"template": template("report:1")}}}}
    (workload,) = of(CronJob=[found]).workloads
    assert workload.template.containers[0].image == "report:1"
    assert workload.suspended


def test_a_job_knows_how_often_it_may_try_and_how_it_ended():
    spec = {
        "backoffLimit": 0,
        "activeDeadlineSeconds": 30,
        "template": {"spec": {"restartPolicy": "OnFailure"}},
        "podFailurePolicy": {
            "rules": [
                {"action": "FailJob", "onExitCodes": {"operator": "NotIn", "values": [1, 2]}},
                {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [3]}},
                {"action": "FailJob", "onPodConditions": [{"type": "DisruptionTarget"}]},
            ]
        },
    }
    ended = {"type": "Failed", "status": "True", "lastTransitionTime": stamp(9)}
    status = {"failed": 1, "startTime": stamp(1), "conditions": [ended]}
    (workload,) = of(Job=[owned("report-1", "CronJob", "report", spec=spec, status=status)]).workloads
    attempts = workload.attempts
    assert (attempts.owner, attempts.backoff_limit, attempts.deadline_seconds, attempts.failed) == ("report", 0, 30, 1)
    assert attempts.in_place
    assert attempts.gives_up_at == [Requirement(key="", operator="NotIn", values=["1", "2"])]
    assert (attempts.started_at, attempts.ended_at) == (at(1), at(9))


def test_an_indexed_jobs_limit_is_that_of_each_index():
    spec = {"backoffLimit": 2**31 - 1, "backoffLimitPerIndex": 1}
    (workload,) = of(Job=[named("sweep", spec=spec)]).workloads
    assert workload.attempts.backoff_limit == 1


@pytest.mark.parametrize(("selector", "everything"), [({}, True), ({"matchLabels": {}}, True), (None, False), ({"matchLabels": {"app": "web"}}, False)])  # fmt: skip
def test_a_budget_with_an_empty_selector_is_over_every_pod(selector, everything):
    spec = {"minAvailable": "50%"} | ({} if selector is None else {"selector": selector})
    (budget,) = of(PodDisruptionBudget=[named("b", spec=spec)]).budgets
    assert (budget.everything, budget.minimum, budget.maximum) == (everything, "50%", "")


def test_a_service_knows_the_addresses_and_ports_behind_it():
    labels = {"kubernetes.io/service-name": "web"}
    endpoints = [
        {"addresses": ["10.0.0.1"], "conditions": {"ready": True}},
        {"addresses": ["10.0.0.2"], "conditions": {"ready": None}},
        {"addresses": ["10.0.0.3"], "conditions": {"ready": False}},
    ]
    slices = [
        {"metadata": {"labels": labels}, "ports": [{"port": 8080}], "endpoints": endpoints},
        {"metadata": {"labels": labels}, "ports": [{"port": 8080}], "endpoints": [{"addresses": ["fd00::1"]}]},
        {"metadata": {"labels": {}}, "ports": [{"port": 1}], "endpoints": endpoints},
    ]
    service = named(
        "web",
        spec={
            "clusterIP": "None",
            "selector": {"app": "web"},
            "ports": [{"port": 80, "targetPort": "http"}, {"port": 81, "targetPort": 8081, "protocol": "UDP"}],
        },
    )
    (route,) = of(Service=[service], EndpointSlice=slices).routes
    assert route.ready == ["10.0.0.1:8080", "10.0.0.2:8080", "[fd00::1]:8080"]
    assert route.not_ready == ["10.0.0.3:8080"]
    assert route.ports == [Port(number=80, target="http"), Port(number=81, target="8081", protocol="UDP")]
    assert (route.type, route.cluster_address) == ("ClusterIP", "")


def test_services_without_their_endpoints_in_sight_are_left_out():
    assert of(Service=[named("web", spec={"selector": {"app": "web"}})]).routes == []


def test_every_path_of_an_ingress_and_a_route_leads_to_a_service():
    backend = {"service": {"name": "web", "port": {"number": 80}}}
    ingress = named(
        "front",
        spec={
            "defaultBackend": {"service": {"name": "sorry", "port": {"name": "http"}}},
            "rules": [
                {
                    "host": "shop.example",
                    "http": {"paths": [{"path": "/", "backend": backend}, {"backend": {"resource": {}}}]},
                }
            ],
        },
    )
    route = named(
        "gate",
        spec={
            "hostnames": ["a.example"],
            "rules": [
                {
                    "matches": [{"path": {"value": "/api"}}],
                    "backendRefs": [
                        {"name": "api", "port": 8080},
                        {"name": "far", "namespace": "other"},
                        {"kind": "Bucket", "name": "b"},
                    ],
                }
            ],
        },
    )
    found = of(Ingress=[ingress], HTTPRoute=[route])
    assert [(each.host, each.path, each.service, each.port) for each in found.backends] == [
        ("", "", "sorry", "http"),
        ("shop.example", "/", "web", "80"),
        ("a.example", "/api", "api", "8080"),
    ]
    assert isinstance(found.backends[2], Backend)
    assert found.backends[2].entity.kind == "HTTPRoute"


def test_a_network_policy_closes_what_its_types_say():
    closed = named("closed", spec={"podSelector": {}})
    both = named(
        "both",
        spec={
            "podSelector": {"matchLabels": {"app": "web"}, "matchExpressions": [{"key": "tier", "operator": "Exists"}]},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "front"}}}], "ports": [{"port": 80}]}],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"namespaceSelector": {}}]}, {}],
        },
    )
    first, second = of(NetworkPolicy=[both, closed]).network_rules
    assert (first.ingress, first.egress, first.selector) == (True, True, {"app": "web"})
    assert first.requirements == [Requirement(key="tier", operator="Exists")]
    assert first.allows == ["from pods app=front on TCP 80", "to 10.0.0.0/8 or all namespaces", "to anyone"]
    assert (second.ingress, second.egress, second.allows) == (True, False, [])


def test_claims_and_disks_have_sizes_and_a_missing_class_is_not_an_empty_one():
    def claim(name: str, **spec) -> dict:
        return named(name, spec={"resources": {"requests": {"storage": "1Gi"}}, **spec}, status={"phase": "Pending"})

    terms = [{"matchExpressions": [{"key": "zone", "operator": "In", "values": ["a", "b"]}]}]
    disk = {
        "metadata": {"name": "pv"},
        "spec": {
            "capacity": {"storage": "5Gi"},
            "claimRef": {"namespace": "shop", "name": "data"},
            "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
        },
    }
    default = {"storageclass.kubernetes.io/is-default-class": "true"}
    classes = [{"metadata": {"name": "a"}}, {"metadata": {"name": "z", "annotations": default}}]
    found = of(
        PersistentVolumeClaim=[claim("a"), claim("b", storageClassName=""), claim("c", storageClassName="fast")],
        PersistentVolume=[disk],
        StorageClass=classes,
    )
    assert [each.storage_class for each in found.claims] == [None, "", "fast"]
    assert found.claims[0].requested == 2**30
    assert (found.disks[0].capacity, found.disks[0].claim) == (5 * 2**30, "shop/data")
    assert found.disks[0].node_affinity == ["zone In a,b"]
    assert found.storage_classes == ["z", "a"], "the default class first"


def test_bounds_are_numbers_or_words():
    quota = named(
        "q",
        spec={"hard": {"pods": "5"}},
        status={"hard": {"pods": "4", "requests.cpu": "1500m"}, "used": {"pods": "4"}},
    )
    limits = named("l", spec={"limits": [{"type": "Container", "max": {"memory": "128Mi"}, "default": {"cpu": "1"}}]})
    scaler = named(
        "h",
        spec={"scaleTargetRef": {"kind": "Deployment", "name": "web"}, "maxReplicas": 5},
        status={
            "currentReplicas": 5,
            "desiredReplicas": 5,
            "conditions": [{"type": "ScalingLimited", "status": "True"}],
        },
    )
    found = of(ResourceQuota=[quota], LimitRange=[limits], HorizontalPodAutoscaler=[scaler])
    assert found.quotas[0].hard == {"pods": 4.0, "requests.cpu": 1.5}
    assert found.quotas[0].used == {"pods": 4.0}
    assert found.limits == ["l: Container max memory 128Mi", "l: Container default limit cpu 1"]
    (autoscaler,) = found.autoscalers
    assert (autoscaler.minimum, autoscaler.maximum, autoscaler.target.namespace) == (1, 5, "shop")
    assert autoscaler.conditions == {"ScalingLimited": "True"}


def test_holders_have_keys_and_no_values_and_helms_records_are_none():
    secrets = [
        named("db", metadata={"creationTimestamp": stamp(0), "managedFields": [writer("x", 5, "data", "password")]}),
        named("unmanaged"),
        named("sh.helm.release.v1.web.v1", metadata={"labels": {"owner": "helm"}}),
    ]
    maps = [named("settings", data={"mode": SECRET})]
    found, unjudged = estate("shop", {"Secret": secrets, "ConfigMap": maps}, at(60))
    assert [(each.entity.name, each.keys) for each in found.holders] == [
        ("settings", ["mode"]),
        ("db", ["password"]),
        ("unmanaged", []),
    ]
    assert found.holders[1].changed_at == at(5)
    assert SECRET not in found.model_dump_json()
    assert unjudged[-1] == ("configuration", "the keys of Secrets unmanaged")
