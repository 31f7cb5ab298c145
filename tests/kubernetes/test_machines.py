import pytest

from agent.model.inventory import Component
from integrations.kubernetes.estate import estate
from tests.kubernetes.estates import of, owned
from tests.kubernetes.objects import at, stamp


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
    assert machine.requested == {"pods": 3.0, "cpu": pytest.approx(2.0), "memory": 0.0}
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
    assert topic == "beyond the namespace"
    assert all(part in what for part in ("dns", "scheduler", "controller-manager"))
