"""From an estate with one thing wrong to the cause that is named: what is said and the specs together.

Each row is a small shop; the columns are what is wrong, and the cause and entity that must lead clearly.
"""

import pytest

from agent.model.entity import Entity
from agent.model.inventory import Backend
from agent.model.pod import ContainerPhase
from agent.model.template import Handler, Port, Reference, Volume
from agent.reasoning.detectors import findings
from tests.reasoning.estates import (
    check,
    concluded,
    container,
    crashed,
    disk,
    holder,
    line,
    machine,
    pod,
    quota,
    route,
    running,
    said,
    seen,
    shop,
    state,
    template,
    workload,
)
from tests.reasoning.placements import PLACEMENTS
from tests.reasoning.wrongs import checked, crashing, misrouted, pulling, refused, unbound, unscheduled

SURE = 0.8

CASES = {
    **PLACEMENTS,
    "an image that is not there": (
        pulling("rpc error: code = NotFound desc = manifest unknown: registry.example/shop/cart:1.4: not found"),
        ("image-not-found", "cart"),
    ),
    "a registry that wants a login": (
        pulling("failed to authorize: 401 Unauthorized", pull_with=["shop-registry"]),
        ("registry-denied", "cart"),
    ),
    "a registry without an address": (
        pulling("dial tcp: lookup registry.example on 10.96.0.10:53: no such host"),
        ("registry-unresolved", "cart"),
    ),
    "liveness at another port": (
        checked("Liveness", "dial tcp 10.0.0.7:8081: connect: connection refused", liveness=check("8081")),
        ("liveness-wrong-port", "cart"),
    ),
    "readiness at another port": (
        checked("Readiness", "dial tcp 10.0.0.7:8081: connect: connection refused", readiness=check("8081")),
        ("readiness-wrong-port", "cart"),
    ),
    "readiness in another protocol": (
        checked(
            "Readiness",
            'Get "http://10.0.0.7:8080/": net/http: HTTP/1.x transport connection broken: malformed HTTP response',
            liveness=check(handler=Handler.GRPC),
            readiness=check(handler=Handler.HTTP),
        ),
        ("readiness-wrong-protocol", "cart"),
    ),
    "liveness that does not wait": (
        checked(
            "Liveness",
            "dial tcp 10.0.0.7:8080: connect: connection refused",
            liveness=check(initial_delay_seconds=1, period_seconds=1, timeout_seconds=1, failure_threshold=1),
        ),
        ("liveness-too-strict", "cart"),
    ),
    "a port that the sidecar has": (
        crashing("Web server failed to start. Port 8080 is already in use", template("cart", annotations={"mesh/config": '{"statusPort": 8080}'})),
        ("port-taken", "cart"),
    ),
    "a volume that belongs to root": (
        crashing(
            "can't open /data/dump.rdb for reading: Permission denied",
            template("cart", volumes=[Volume(name="data", kind="hostPath", source="/srv/cart")]),
        ),
        ("volume-denied", "cart"),
    ),
    "a Secret that is not there": (
        seen(
            shop(
                workloads=[
                    workload("web"),
                    workload("cart", ready=0, template=template("cart", container(references=[Reference(kind="Secret", name="cart-login")]))),
                ],
                pods=[
                    running("web"),
                    running("cart", pod=pod("cart", phase="Pending", ready=False, containers=[state(phase=ContainerPhase.WAITING, ready=False, reason="CreateContainerConfigError")])),
                ],
                holders=[holder("Secret", "web-login", "user")],
                events=[said("Failed", 'Error: secret "cart-login" not found')],
            )
        ),
        ("reference-missing", "cart"),
    ),
    "a limit of five megabytes": (
        seen(
            shop(
                workloads=[workload("web"), workload("cart", ready=0, template=template("cart", container(limits={"memory": 5 * 2**20})))],
                pods=[running("web"), running("cart", pod=pod("cart", ready=False, containers=[crashed(137, "OOMKilled")]))],
            )
        ),
        ("resource-exhaustion", "cart"),
    ),
    "a service account that does not exist": (
        refused(
            'Error creating: pods "cart-7d9f-" is forbidden: error looking up service account shop/cart: serviceaccount "cart" not found',
            workloads=[workload("web"), workload("cart", ready=0, template=template("cart", service_account="cart"))],
        ),
        ("service-account-missing", "cart"),
    ),
    "a quota of pods that is used up": (
        refused(
            'Error creating: pods "cart-7d9f-x2" is forbidden: exceeded quota: limits, requested: pods=1, used: pods=10, limited: pods=10',
            quotas=[quota("pods", 10, 10)],
        ),
        ("quota-pods", "shop"),
    ),
    "a quota of memory that is used up": (
        refused(
            'Error creating: pods "cart-7d9f-x2" is forbidden: exceeded quota: limits, requested: requests.memory=64Mi, used: requests.memory=1Gi, limited: requests.memory=1Gi',
            quotas=[quota("requests.memory", 2**30, 2**30)],
        ),
        ("quota-memory", "shop"),
    ),
    "a storage class that does not exist": (unbound(disk(), storage_class="fast"), ("storage-class-missing", "cart")),
    "an access mode no volume offers": (unbound(disk(), access_modes=["RWX"]), ("access-mode-not-offered", "cart")),
    "more storage than any volume has": (unbound(disk(), requested=2**31), ("volume-too-small", "cart")),
    "labels no volume has": (unbound(disk(), selector={"tier": "gold"}), ("volume-selector-unsatisfied", "cart")),
    "a volume another claim has": (unbound(disk(phase="Bound", claim="shop/other")), ("volume-taken", "cart")),
    "nobody to run it": (
        seen(
            shop(workloads=[workload("web"), workload("cart", replicas=0, ready=0)], pods=[running("web")], routes=[route("web"), route("cart", ready=[])]),
            refused=("cart",),
        ),
        ("scaled-to-zero", "cart"),
    ),
    "a Service that selects nobody": (
        misrouted(selector={"app": "carts"}, ready=[]),
        ("service-selector-wrong", "cart"),
    ),
    "a Service that sends to another port": (
        misrouted(ports=[Port(number=80, target="9090")], ready=["10.0.0.7:9090"]),
        ("service-port-wrong", "cart"),
    ),
    "a Service that speaks UDP": (
        misrouted(ports=[Port(number=80, target="8080", protocol="UDP")]),
        ("service-protocol-wrong", "cart"),
    ),
    "a caller with a letter too many": (
        seen(
            shop(workloads=[workload("web", template=template("web", container(environment={"CART_ADDR": "carts:80"}))), workload("cart")]),
            line("dial tcp: lookup carts on 10.96.0.10:53: no such host"),
        ),
        ("address-wrong", "web"),
    ),
    "a caller that asks another DNS": (
        seen(
            shop(
                workloads=[workload("web", ready=0, template=template("web", dns_policy="None", dns_servers=["192.0.2.9"])), workload("cart")],
                pods=[running("web", pod=pod("web", ready=False, containers=[crashed()])), running("cart")],
            ),
            line("java.net.UnknownHostException: cart: Temporary failure in name resolution"),
        ),
        ("dns-not-answering", "web"),
    ),
    "a path that leads elsewhere": (
        seen(
            shop(
                workloads=[workload("web", template=template("web", volumes=[Volume(name="c", kind="configMap", source="paths")])), workload("cart"), workload("pay")],
                pods=[running("web"), running("cart"), running("pay")],
                routes=[route("web"), route("cart"), route("pay")],
                backends=[
                    Backend(entity=Entity(kind="ConfigMap", namespace="shop", name="paths"), path="/api/cart/**", service="pay"),
                    Backend(entity=Entity(kind="ConfigMap", namespace="shop", name="paths"), path="/api/pay/**", service="pay"),
                ],
            ),
            edges=(("web", "cart"), ("web", "pay")),
        ),
        ("gateway-sends-elsewhere", "cart"),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_what_is_said_and_the_specs_together_name_the_cause(facts, expected):
    best = concluded(facts)[0]
    assert best[:2] == expected
    assert best[2] >= SURE


@pytest.mark.parametrize(("facts", "expected"), CASES.values(), ids=CASES)
def test_a_finding_that_speaks_for_a_cause_cites_evidence_and_blames_its_entity(facts, expected):
    mine = [finding for finding in findings(facts) if finding.cause == expected[0]]
    assert expected[1] in {finding.entity.name for finding in mine}
    assert all(finding.evidence and finding.statement and finding.trust > 0 for finding in mine)


def test_a_shop_that_is_well_raises_no_suspicion():
    facts = seen(shop())
    assert not [finding for finding in findings(facts) if finding.trust > 0.1]
    assert concluded(facts)[0][0] == "nothing-visible"


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(unscheduled("2 Insufficient cpu"), id="the nodes have room by now"),
        pytest.param(pulling("something nobody knows"), id="an answer nobody knows"),
        pytest.param(crashing("panic: something"), id="last words that say nothing"),
        pytest.param(
            checked("Readiness", "HTTP probe failed with statuscode: 503"), id="a check that is right to fail"
        ),
    ],
)
def test_a_message_alone_is_no_verdict(facts):
    assert concluded(facts)[0][2] < SURE or concluded(facts)[0][0] == "nothing-visible"


def test_what_was_said_of_a_pod_that_has_its_node_by_now_is_past():
    events = [said("FailedScheduling", "0/2 nodes are available: 2 Insufficient cpu.")]
    assert not [finding for finding in findings(seen(shop(events=events))) if finding.cause]


def test_a_placement_is_not_worked_out_over_nodes_that_are_out_of_sight():
    facts = unscheduled(
        "1 node(s) were unschedulable, 4 node(s) had untolerated taint {a: b}",
        [machine("worker-a", unschedulable=True)],
    )
    facts = seen(facts.estate.evolve(events=[said("FailedScheduling", "0/5 nodes are available: 1 node(s) were unschedulable, 4 node(s) had untolerated taint {a: b}.")]))  # fmt: skip
    assert {cause: p for cause, _, p in concluded(facts)}.get("node-cordoned", 0.0) < SURE
