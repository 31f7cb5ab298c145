import pytest

from agent.model.inventory import Backend, Component
from agent.model.template import Port
from integrations.kubernetes.estate import estate
from tests.kubernetes.objects import at, deployment, stamp, template, writer

SECRET = "hunter2-planted"


def named(name: str, **rest) -> dict:
    return {"metadata": {"name": name, "namespace": "shop", **rest.pop("metadata", {})}, **rest}


def owned(name: str, kind: str, owner: str, uid: str = "", **rest) -> dict:
    reference = {"controller": True, "kind": kind, "name": owner, "uid": uid or f"uid-of-{owner}"}
    return named(name, metadata={"ownerReferences": [reference], **rest.pop("metadata", {})}, **rest)


def of(**seen):
    """The estate of these raw objects; an underscore stands for a space."""
    return estate("shop", {kind.replace("_", " "): found for kind, found in seen.items()}, at(60))[0]


def component(found, name: str, node: str = "") -> Component:
    return next(each for each in found.components if (each.name, each.node) == (name, node))


def node(name: str = "n1", ready: str = "True", message: str = "", **rest) -> dict:
    condition = {"type": "Ready", "status": ready, "reason": "Said", "message": message}
    return {
        "metadata": {"name": name},
        "status": {"conditions": [condition], "allocatable": {"cpu": "2", "memory": "4Gi", "pods": "110"}},
        **rest,
    }


def lease(name: str, minutes: float, **spec) -> dict:
    return {"metadata": {"name": name}, "spec": {"renewTime": stamp(minutes), "leaseDurationSeconds": 40, **spec}}


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
            "podSelector": {"matchLabels": {"app": "web"}},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "front"}}}], "ports": [{"port": 80}]}],
            "egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}, {"namespaceSelector": {}}]}, {}],
        },
    )
    first, second = of(NetworkPolicy=[both, closed]).network_rules
    assert (first.ingress, first.egress, first.selector) == (True, True, {"app": "web"})
    assert first.allows == ["from pods app=front on TCP 80", "to 10.0.0.0/8 or all namespaces", "to anyone"]
    assert (second.ingress, second.egress, second.allows) == (True, False, [])


def test_a_node_is_as_full_as_the_requests_of_all_pods_on_it():
    def pod(node_name: str, phase: str = "Running", **spec) -> dict:
        return {"spec": {"nodeName": node_name, **spec}, "status": {"phase": phase}}

    def asks(cpu: str, **rest) -> dict:
        return {"resources": {"requests": {"cpu": cpu}}, **rest}

    everybody = [
        pod("n1", containers=[asks("500m"), asks("250m")]),
        pod("n1", containers=[asks("100m")], initContainers=[asks("1")]),
        pod(
            "n1",
            containers=[asks("100m")],
            initContainers=[asks("100m", restartPolicy="Always")],
            overhead={"cpu": "50m"},
        ),
        pod("n1", "Succeeded", containers=[asks("9")]),
        pod("n2", containers=[asks("9")]),
    ]
    (machine,) = of(Node=[node()], every_Pod=everybody).machines
    assert machine.requested == {"pods": 3.0, "cpu": pytest.approx(2.0)}
    assert machine.allocatable == {"cpu": 2.0, "memory": 4 * 2**30, "pods": 110.0}
    assert of(Node=[node()]).machines[0].requested == {}, "what was not seen is not said to be free"


def test_taints_are_written_as_kubectl_does():
    taints = [{"key": "dedicated", "value": "db", "effect": "NoSchedule"}, {"key": "x", "effect": "NoExecute"}]
    (machine,) = of(Node=[node(spec={"taints": taints, "unschedulable": True})]).machines
    assert (machine.taints, machine.unschedulable) == (["dedicated=db:NoSchedule", "x:NoExecute"], True)


@pytest.mark.parametrize(
    ("found", "kubelet", "runtime", "network"),
    [
        (node(), True, True, True),
        (node(ready="Unknown", message="Kubelet stopped posting node status."), False, None, None),
        (node(ready="False", message="container runtime is down"), True, False, True),
        (node(ready="False", message="PLEG is not healthy: pleg was last seen active 3m0s ago"), True, False, True),
        (
            node(
                ready="False",
                message="container runtime network not ready: NetworkReady=false message:cni plugin not initialized",
            ),
            True,
            True,
            False,
        ),
        (node(ready="False", message="node is shutting down"), False, True, True),
    ],
)
def test_a_node_that_is_not_ready_blames_the_part_that_is_at_fault(found, kubelet, runtime, network):
    said = {each.name: each.healthy for each in of(Node=[found]).components if each.node == "n1"}
    assert said["kubelet"] is kubelet
    assert said.get("container runtime") is runtime
    assert said.get("network plugin") is network


def test_a_kubelet_whose_lease_lags_behind_the_others_is_silent_whatever_its_condition_says():
    found = of(Node=[node("n1"), node("n2")], node_Lease=[lease("n1", 57), lease("n2", 60)])
    assert not component(found, "kubelet", "n1").healthy
    assert "11:57" in component(found, "kubelet", "n1").detail or "12:57" in component(found, "kubelet", "n1").detail
    assert component(found, "kubelet", "n2").healthy


@pytest.mark.parametrize(("minutes", "healthy"), [(62, True), (59, True), (50, False)])
def test_leases_that_all_stopped_are_noticed_but_a_clock_that_is_off_is_forgiven(minutes, healthy):
    found = of(Node=[node("n1")], node_Lease=[lease("n1", minutes)])
    assert component(found, "kubelet", "n1").healthy is healthy


def test_the_parts_of_the_system_are_judged_by_their_pods_and_leases():
    def pod(name: str, ready: str, kind: str = "ReplicaSet", **labels) -> dict:
        found = owned(name, kind, "x", metadata={"labels": labels}, spec={"nodeName": "n1"})
        return {**found, "status": {"conditions": [{"type": "Ready", "status": ready}]}}

    pods = [
        pod("coredns-1", "False", **{"k8s-app": "kube-dns"}),
        pod("coredns-2", "True", **{"k8s-app": "kube-dns"}),
        pod("proxy", "False", "DaemonSet", **{"k8s-app": "kube-proxy"}),
        pod("scheduler", "True", "Node", component="kube-scheduler"),
        pod("somebody's", "False", app="dashboard"),
    ]
    leases = [lease("kube-scheduler", 40, holderIdentity="a"), lease("kube-controller-manager", 60, holderIdentity="a")]
    found, unjudged = estate("shop", {"system Pod": pods, "system Lease": leases}, at(60))
    assert {(each.name, each.node): each.healthy for each in found.components} == {
        ("controller-manager", ""): True,
        ("dns", ""): True,
        ("kube-proxy", "n1"): False,
        ("scheduler", ""): False,
    }
    assert component(found, "dns").detail == "1 of 2 pods ready"
    assert unjudged == []


def test_parts_nobody_could_look_at_are_named_and_not_called_healthy():
    found, unjudged = estate("shop", {}, at(60))
    assert found.components == []
    ((topic, what),) = unjudged
    assert topic == "Kubernetes itself"
    assert all(part in what for part in ("dns", "scheduler", "controller-manager"))


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
