"""One place under many names: what an action is on, and what it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.company import Company
from agent.model.delivery import Delivered, Delivery
from agent.model.entity import Entity
from agent.model.inventory import Autoscaler, Declared, Estate, Running
from agent.model.pod import Pod
from agent.model.proposal import PermissionKind
from agent.model.template import ContainerTemplate, PodTemplate, Reference, Volume
from agent.policy.caps import lock
from agent.policy.family import busy, family
from agent.policy.guard import guard
from agent.policy.situation import Situation
from tests.policy.attempts import FREE, attempt
from tests.reasoning.builders import after

SHOP = "shop"


def at(kind: str, name: str, namespace: str = SHOP) -> Entity:
    return Entity(kind=kind, namespace=namespace, name=name)


CHECKOUT, SEARCH = at("Deployment", "checkout"), at("Deployment", "search")
SCALER, SETTINGS, CA = at("HorizontalPodAutoscaler", "checkout"), at("ConfigMap", "settings"), at("ConfigMap", "ca")
POD, SET = at("Pod", "checkout-7f-x"), at("ReplicaSet", "checkout-7f")
APP = at("Application", "the-shop", "argocd")
NODE, QUOTA = Entity(kind="Node", name="n1"), at("ResourceQuota", "compute")


def reading(*names: str, volume: str = "") -> PodTemplate:
    container = ContainerTemplate(name="app", references=[Reference(kind="ConfigMap", name=name) for name in names])
    volumes = [Volume(name="v", kind="configMap", source=volume)] if volume else []
    return PodTemplate(containers=[container], volumes=volumes)


def running(name: str, owner: str) -> Running:
    pod = Pod(namespace=SHOP, name=name, created_at=after(0))
    return Running(pod=pod, template=PodTemplate(), owner_kind="Deployment", owner=owner)


ESTATE = Estate(
    namespace=SHOP,
    workloads=[
        Declared(entity=CHECKOUT, template=reading("settings", "ca")),
        Declared(entity=SEARCH, template=reading(volume="ca")),
    ],
    pods=[running(POD.name, "checkout")],
    autoscalers=[Autoscaler(entity=SCALER, target=CHECKOUT)],
    deliveries=[
        Delivery(entity=APP, tool="Argo CD", objects=[Delivered(entity=CHECKOUT), Delivered(entity=at("Service", "x"))])
    ],
)
SEEN = Situation(workload=None, estate=ESTATE)
DARK = Situation(workload=None)

FAMILIES = {
    "a Deployment is itself": (CHECKOUT, SEEN, None, {CHECKOUT}),
    "a Deployment is itself in the dark, too": (CHECKOUT, DARK, None, {CHECKOUT}),
    "a node is itself": (NODE, DARK, None, {NODE}),
    "a quota is itself": (QUOTA, DARK, None, {QUOTA}),
    "an autoscaler is at what it scales": (SCALER, SEEN, None, {SCALER, CHECKOUT}),
    "an autoscaler says itself what it scales": (SCALER, DARK, Company(belongs=[CHECKOUT]), {SCALER, CHECKOUT}),
    "an autoscaler nobody looked at": (SCALER, DARK, Company(), None),
    "a ConfigMap is at its reader": (SETTINGS, SEEN, None, {SETTINGS, CHECKOUT}),
    "a ConfigMap is at all its readers": (CA, SEEN, None, {CA, CHECKOUT, SEARCH}),
    "a ConfigMap whose readers nobody saw": (SETTINGS, DARK, Company(belongs=[]), None),
    "a ConfigMap some of whose readers nobody saw": (
        SETTINGS,
        SEEN.evolve(estate=ESTATE.evolve(unread=["StatefulSet"])),
        None,
        None,
    ),
    "a ConfigMap of another namespace": (at("ConfigMap", "settings", "other"), SEEN, None, None),
    "a ConfigMap that nobody reads": (at("ConfigMap", "free"), SEEN, None, {at("ConfigMap", "free")}),
    "a pod is at its workload": (POD, SEEN, None, {POD, CHECKOUT}),
    "a pod is at its set and its workload": (POD, SEEN, Company(belongs=[SET]), {POD, SET, CHECKOUT}),
    "a pod of a set whose owner nobody saw": (POD, DARK, Company(belongs=[SET]), None),
    "a pod that belongs to nobody": (at("Pod", "lone"), SEEN, Company(belongs=[]), {at("Pod", "lone")}),
    "a Job is at its CronJob": (
        at("Job", "nightly-1"),
        DARK,
        Company(belongs=[at("CronJob", "nightly")]),
        {at("Job", "nightly-1"), at("CronJob", "nightly")},
    ),
    "an Application is at the workloads it keeps": (APP, SEEN, None, {APP, CHECKOUT}),
    "an Application says itself what it keeps": (APP, DARK, Company(belongs=[SEARCH, SCALER]), {APP, SEARCH, SCALER}),
    "an Application that keeps a ConfigMap is at its readers": (
        APP,
        SEEN,
        Company(belongs=[CA]),
        {APP, CA, CHECKOUT, SEARCH},
    ),
}


@pytest.mark.parametrize("name", FAMILIES)
def test_the_place_of_a_target(name):
    target, place, company, expected = FAMILIES[name]
    found = family(target, place, company)
    assert (None if found is None else set(found)) == expected


SAME = {
    "an autoscaler and its Deployment": (SCALER, CHECKOUT, True),
    "a ConfigMap and its reader": (SETTINGS, CHECKOUT, True),
    "two ConfigMaps of one reader": (SETTINGS, CA, True),
    "a pod and its Deployment": (POD, CHECKOUT, True),
    "a pod and the autoscaler above it": (POD, SCALER, True),
    "an Application and what it keeps": (APP, CHECKOUT, True),
    "an Application and the autoscaler of what it keeps": (APP, SCALER, True),
    "two readers of one ConfigMap": (CHECKOUT, SEARCH, False),
    "a ConfigMap and a workload that does not read it": (SETTINGS, SEARCH, False),
    "a node and a Deployment": (NODE, CHECKOUT, False),
}


@pytest.mark.parametrize("name", SAME)
def test_two_incidents_at_one_place_exclude_each_other_either_way(name):
    for mine, theirs in (SAME[name][:2], SAME[name][1::-1]):
        wanted = attempt(target=mine, family=family(mine, SEEN, None), busy=busy([(theirs, [])], ESTATE))
        assert (lock(wanted, FREE).kind is PermissionKind.REFUSED) is SAME[name][2]


def test_it_says_whose_place_it_is():
    told = lock(attempt(target=SCALER, family=[CHECKOUT, SCALER], busy=[CHECKOUT]), FREE).reason
    assert told == f"another incident is acting at the place of {SCALER} ({CHECKOUT})"


def test_whose_place_is_not_known_waits_while_anybody_acts_and_not_else():
    assert lock(attempt(target=SCALER, family=None, busy=[NODE]), FREE).kind is PermissionKind.REFUSED
    assert lock(attempt(target=SCALER, family=None, busy=[]), FREE).kind is PermissionKind.ALLOWED
    assert guard(attempt(target=SCALER, family=None, busy=[]), FREE).kind is PermissionKind.ALLOWED


def test_what_others_kept_of_their_place_counts_beside_what_we_see():
    assert set(busy([(POD, [POD, SEARCH]), (NODE, [])], ESTATE)) == {POD, SEARCH, CHECKOUT, NODE}
    assert busy([(POD, [POD, SEARCH])], None) == [POD, POD, SEARCH]


def test_while_it_cannot_be_told_where_another_acts_nobody_else_does():
    assert busy([(NODE, []), (SCALER, [])], None) is None
    assert lock(attempt(busy=None), FREE).kind is PermissionKind.REFUSED


EVERY = [CHECKOUT, SEARCH, SCALER, SETTINGS, CA, POD, SET, APP, NODE, QUOTA, at("Job", "j"), at("Widget", "w")]
entities = st.sampled_from(EVERY)
places = st.sampled_from([SEEN, DARK, SEEN.evolve(estate=ESTATE.evolve(unread=["Deployment"]))])
companies = st.none() | st.builds(Company, belongs=st.none() | st.lists(entities, max_size=3))


@given(entities, places, companies, entities, places)
def test_never_narrower_than_the_same_object(target, place, company, other, beside):
    found = family(target, place, company)
    assert found is None or target in found
    taken = busy([(other, [])], beside.estate)
    assert taken is None or other in taken
    if target == other:
        wanted = attempt(target=target, family=found, busy=taken)
        assert lock(wanted, FREE).kind is PermissionKind.REFUSED


@given(entities, places, companies, st.lists(entities, max_size=3))
def test_seeing_less_never_frees_a_place(target, place, company, busy):
    with_all = lock(attempt(target=target, family=family(target, place, company), busy=busy), FREE)
    blind = lock(attempt(target=target, family=None, busy=busy), FREE)
    assert blind.kind is PermissionKind.REFUSED or with_all.kind is PermissionKind.ALLOWED
