"""Ways in that lead nowhere: what Gateways say and specs show."""

import pytest

from agent.model.entity import Entity
from agent.model.inventory import Backend
from agent.model.question import Inventory, InventoryQuestion
from agent.model.template import Port
from agent.model.way import Gateway, Listener, Parent, Way
from agent.reasoning.detectors import findings
from tests.reasoning.builders import Notebook
from tests.reasoning.estates import concluded, line, route, seen, shop

GATE = Entity(kind="Gateway", namespace="edge", name="public")
ROUTE = Entity(kind="HTTPRoute", namespace="shop", name="front")
NOT_FOUND = 'ResolvedRefs: BackendNotFound: service "crat" not found'


def to(service: str, port: str = "80", path: str = "/cart", kind: str = "Ingress") -> Backend:
    entity = ROUTE if kind == "HTTPRoute" else Entity(kind=kind, namespace="shop", name="front")
    return Backend(entity=entity, host="shop.example", path=path, service=service, port=port)


def hung(refusal: str, listener: Listener, **changes):
    way = Way(
        entity=ROUTE, hosts=["shop.example"], parents=[Parent(entity=GATE)], refusals=[refusal] if refusal else []
    ).evolve(**changes)
    gateway = Gateway(entity=GATE, listeners=[listener])
    return seen(
        shop(
            backends=[to("web", path="/", kind="Ingress"), to("cart", kind="HTTPRoute")], ways=[way], gateways=[gateway]
        )
    )


def fronted(*backends: Backend, lines=(), **changes):
    return seen(shop(backends=[to("web", path="/"), *backends], **changes), *lines)


ALL = Listener(name="web", port=80, takes_from="All")
MISSED = 'GET /cart/items HTTP/1.1" 404 0 NR route_not_found'
LED = {
    "an Ingress that names a Service that is not there": (fronted(to("orders")), "backend-service-missing", "orders"),
    "one letter off": (fronted(to("crat")), "backend-service-missing", "cart"),
    "a port the Service does not have": (fronted(to("cart", "8081")), "backend-port-missing", "cart"),
    "a port's name the Service does not have": (fronted(to("cart", "http")), "backend-port-missing", "cart"),
    "an HTTPRoute whose backend its Gateway does not find": (
        seen(
            shop(
                backends=[to("web", path="/", kind="HTTPRoute"), to("crat", kind="HTTPRoute")],
                ways=[Way(entity=ROUTE, refusals=[NOT_FOUND])],
            )
        ),
        "backend-service-missing",
        "cart",
    ),
    "a parent that is not there": (
        hung("Accepted: NoMatchingParent", ALL, parents=[Parent(entity=GATE.evolve(name="pubic"))]),
        "route-not-attached",
        "cart",
    ),
    "a listener that is not there": (
        hung("Accepted: NoMatchingParent", ALL, parents=[Parent(entity=GATE, section="tls")]),
        "route-not-attached",
        "cart",
    ),
    "a listener of another host": (
        hung("Accepted: NoMatchingListenerHostname", ALL.evolve(hostname="*.other.example")),
        "route-not-attached",
        "cart",
    ),
    "a Gateway that takes its own namespace only": (
        hung("Accepted: NotAllowedByListeners", ALL.evolve(takes_from="Same")),
        "route-not-attached",
        "cart",
    ),
    "a path that goes to another, by a 404": (fronted(lines=[line(f'"{MISSED}')]), "path-not-routed", "cart"),
}


@pytest.mark.parametrize(("facts", "cause", "name"), LED.values(), ids=LED)
def test_a_way_that_leads_nowhere_leads_the_suspects(facts, cause, name):
    assert concluded(facts)[0][:2] == (cause, name)


def test_a_refusal_that_the_specs_deny_does_not_lead():
    facts = hung("Accepted: NoMatchingListenerHostname", ALL.evolve(hostname="*.example"))
    assert concluded(facts)[0][0] != "route-not-attached"


def test_a_404_on_a_path_that_leads_there_is_the_services_own():
    facts = fronted(to("cart"), lines=[line(f'"{MISSED}')])
    assert concluded(facts)[0][0] != "path-not-routed"


named_port = route("cart", ports=[Port(number=80, name="http", target="8080")])
CALM = {
    "by number": fronted(to("cart")),
    "by name": fronted(to("cart", "http"), routes=[route("web"), named_port]),
    "without a port": fronted(to("cart", "")),
    "routes that are no object of the API": fronted(to("gone", kind="ConfigMap")),
    "hung on a Gateway that takes it": hung("", ALL.evolve(hostname="*.example")),
}


@pytest.mark.parametrize("facts", CALM.values(), ids=CALM)
def test_a_way_that_leads_there_is_no_finding(facts):
    assert not [f for f in findings(facts) if f.kind == "a way in leads nowhere"]


def test_where_services_could_not_be_read_none_is_missing():
    answer = Inventory(estate=shop(backends=[to("cart")], routes=[]), unseen=["services: not allowed"])
    facts = Notebook().answer(InventoryQuestion(namespace="shop"), answer).facts()
    assert not [f for f in findings(facts) if f.kind == "a way in leads nowhere"]


def test_a_forgotten_route_to_nobody_hardly_weighs_where_another_service_alerts():
    answer = Inventory(estate=shop(backends=[to("gone")]))
    facts = Notebook().answer(InventoryQuestion(namespace="shop"), answer).facts()
    assert [f.trust for f in findings(facts) if f.cause == "backend-service-missing"] == [0.05]
