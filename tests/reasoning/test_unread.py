"""Where we could not look, nothing follows from what we did not see: kinds of objects that the inventory could not read."""

import pytest

from agent.model.entity import Entity
from agent.model.inventory import PLACES_OF_COMPONENTS, PODS_ELSEWHERE, SERVING, Backend, Component
from agent.model.question import Inventory, InventoryQuestion
from agent.model.template import Reference, Volume
from agent.reasoning.detectors import findings
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Subject, probes
from tests.reasoning.estates import (
    check,
    claim,
    container,
    disk,
    holder,
    machine,
    quota,
    route,
    running,
    seen,
    shop,
    template,
    waiting,
    workload,
)
from tests.reasoning.test_states import CASES

CART = Subject(entity=Entity(kind="Service", namespace="shop", name="cart"))
WEB = Subject(entity=Entity(kind="Service", namespace="shop", name="web"))
SHOP = Subject(entity=Entity(kind="Namespace", name="shop"))
NODE = Subject(entity=Entity(kind="Node", name="worker-a"))

LISTS = {
    "Deployment": "workloads",
    "Pod": "pods",
    "Service": "routes",
    "Ingress": "backends",
    "ConfigMap": "holders",
    "Secret": "holders",
    "Node": "machines",
    "PersistentVolumeClaim": "claims",
    "PersistentVolume": "disks",
    "StorageClass": "storage_classes",
    "ResourceQuota": "quotas",
    "ServiceAccount": "service_accounts",
    "Event": "events",
    **dict.fromkeys(PLACES_OF_COMPONENTS, "components"),
}

DATA = [Volume(name="data", kind="persistentVolumeClaim", source="cart-data")]
MOUNTING = {
    "workloads": [workload("cart", template=template("cart", volumes=DATA))],
    "pods": [running("cart", template=template("cart", volumes=DATA))],
}
LOGIN = [
    workload(
        "cart", template=template("cart", container(references=[Reference(kind="Secret", name="login", key="user")]))
    )
]
CALLING = [workload("web", template=template("web", container(environment={"CART_ADDR": "carts:80"})))]
ALONE = [workload("cart", template=template("cart", service_account="cart"))]
PATH = Backend(entity=Entity(kind="Ingress", namespace="shop", name="in"), path="/pay", service="pay")
OTHER_PORT = [workload("cart", template=template("cart", container(liveness=check("8081"), readiness=None)))]

# probe, subject, what there is, what it reads where all of it could be read, kinds of which any one makes it silent
ABSENT = [
    ("account there", CART, {"workloads": ALONE}, "no", ["ServiceAccount"]),
    ("service there", CART, {"routes": [route("web")]}, "no", ["Service"]),
    ("service spec", CART, {"routes": [route("cart", selector={"app": "carts"}, ready=[])]}, "selector", SERVING),
    ("called address", WEB, {"workloads": CALLING}, "replaced", ["Service"]),
    ("liveness check", CART, {"workloads": OTHER_PORT, "routes": []}, "sound", ["Service"]),
    ("references there", CART, {"workloads": LOGIN, "holders": [holder("ConfigMap", "x")]}, "object", ["Secret"]),
    ("volume fit", CART, MOUNTING, "absent", ["PersistentVolumeClaim"]),
    ("volume fit", CART, {**MOUNTING, "claims": [claim()]}, "absent", ["PersistentVolumeClaim", "PersistentVolume"]),
    ("gateway paths", CART, {"backends": [PATH]}, "not called", ["Ingress", "HTTPRoute", "ConfigMap"]),
    ("pods admitted", CART, {"pods": []}, "lacking", ["Pod"]),
    ("memory limit", CART, {"pods": []}, "usual", ["Pod"]),
    ("quota room", SHOP, {"quotas": []}, "room", ["ResourceQuota", "Pod", "PersistentVolumeClaim"]),
    ("quota room", SHOP, {"quotas": [quota("storage", 1, 9)], **MOUNTING}, "quota-storage", ["PersistentVolumeClaim"]),
    ("placement", CART, {"pods": [waiting("cart")]}, "fits", ["Node", "PersistentVolumeClaim", PODS_ELSEWHERE]),
    ("placement", CART, {"pods": [waiting("cart", node_selector={"disk": "ssd"})]}, "selector", ["Node"]),
    ("component", NODE, {"components": [Component(name="kubelet", node="worker-a", healthy=True)]}, "all run", PLACES_OF_COMPONENTS),
]  # fmt: skip


def outcome(facts: Facts, name: str, subject: Subject) -> str | None:
    probe = next(each for each in probes() if each.name == name)
    reading = probe.read(facts, subject) if probe.applies(facts, subject) else None
    return reading.outcome if reading else None


@pytest.mark.parametrize(
    ("name", "subject", "what", "read", "kind"),
    [(*row[:4], kind) for row in ABSENT for kind in row[4]],
    ids=[f"{row[0]}, {row[3]}, without {kind}" for row in ABSENT for kind in row[4]],
)
def test_a_probe_concludes_from_absence_only_where_the_list_is_whole(name, subject, what, read, kind):
    assert outcome(seen(shop(**what)), name, subject) == read
    assert outcome(seen(shop(**what, unread=[kind])), name, subject) is None


# probe, subject, what there is, what it reads all the same: what was seen is there, whatever else is not
PRESENT = [
    ("account there", CART, {"service_accounts": ["default"]}, None, "ServiceAccount"),
    ("references there", CART, {"workloads": LOGIN, "holders": [holder("Secret", "login", "user")]}, "all there", "Secret"),
    ("references there", CART, {"workloads": LOGIN, "holders": [holder("Secret", "login", "key")]}, "key", "ConfigMap"),
    ("references there", CART, {"workloads": LOGIN, "holders": [holder("Secret", "login")]}, None, "Event"),
    ("volume fit", CART, {**MOUNTING, "claims": [claim()], "disks": [disk(access_modes=["ROX"])]}, "mode", "StorageClass"),
    ("gateway paths", CART, {"backends": [PATH.evolve(service="cart")]}, "routed", "Ingress"),
    ("quota room", SHOP, {"quotas": [quota("pods", 9, 9)]}, "quota-pods", "Pod"),
    ("memory limit", CART, {"workloads": [workload("cart", template=template("cart", container(limits={"memory": 2**20})))]}, "too small", "Pod"),
    ("component", NODE, {"components": [Component(name="kubelet", node="worker-a", healthy=False)]}, "kubelet", "system Pod"),
    ("placement", CART, {"pods": [waiting("cart")], "machines": [machine("worker-a", unschedulable=True)]}, "cordon", "PersistentVolumeClaim"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "subject", "what", "read", "kind"), PRESENT)
def test_what_was_seen_still_counts(name, subject, what, read, kind):
    assert outcome(seen(shop(**what, unread=[kind])), name, subject) == read


def without(facts: Facts, kind: str, *, all_of_it: bool) -> Facts:
    """The same, but that a kind could not be read: not at all, or the first of it is missing."""
    name = LISTS[kind]
    items = getattr(facts.estate, name)
    mine = [one for one in items if getattr(getattr(one, "entity", None), "kind", kind) == kind]
    lost = mine if all_of_it else mine[:1]
    changed = facts.estate.evolve(**{name: [one for one in items if one not in lost]}, unread=[kind])
    told = [
        each.evolve(answer=Inventory(estate=changed, unseen=[f"{kind}: refused"]))
        if isinstance(each.question, InventoryQuestion)
        else each
        for each in facts._by_question.values()
    ]
    return Facts(facts.incident, facts.profiles, told, facts.anchor)


def blamed(facts: Facts) -> dict[str, float]:
    """By cause, the trust of the finding that speaks for it most."""
    found: dict[str, float] = {}
    for one in findings(facts):
        found[one.cause] = max(found.get(one.cause, 0.0), one.trust)
    return found


@pytest.mark.parametrize("kind", LISTS)
def test_what_cannot_be_read_takes_outcomes_and_findings_away_and_adds_none(kind):
    for case, (whole, _) in CASES.items():
        known = blamed(whole)
        for all_of_it in (True, False):
            less = without(whole, kind, all_of_it=all_of_it)
            for probe in probes():
                for subject in (CART, WEB, SHOP, NODE):
                    now = outcome(less, probe.name, subject)
                    assert now in (None, outcome(whole, probe.name, subject)), (case, probe.name, str(subject))
            for blame, trust in blamed(less).items():
                assert trust <= known.get(blame, 0.0), (case, blame)
