"""Whose SLOs are looked at after an action."""

from agent.model.entity import ServiceRef
from agent.model.profile import Edge, Profile
from agent.policy.neighbourhood import MOST, neighbourhood
from tests.reasoning.builders import slo


def service(name: str, namespace: str = "shop") -> ServiceRef:
    return ServiceRef(namespace=namespace, name=name)


WEB, CART, MAIL, BANK = service("web"), service("cart"), service("mail"), service("pay", "bank")


def edge(caller: ServiceRef, callee: ServiceRef) -> Edge:
    return Edge(caller=caller, callee=callee, known_by="test")


def names(found) -> list[str]:
    return [str(each.service) for each in found]


def test_callees_and_callers_come_before_the_rest_of_the_namespace():
    web = Profile(service=WEB, slo=slo(WEB), edges=[edge(WEB, BANK), edge(MAIL, WEB)])
    configured = [slo(service("other")), slo(BANK), slo(MAIL), slo(WEB), slo(service("far", "elsewhere"))]
    found = neighbourhood([web, Profile(service=CART, slo=slo(CART))], configured)
    assert names(found) == ["shop/cart", "bank/pay", "shop/mail", "shop/other"]


def test_a_configured_objective_is_preferred_to_a_found_one():
    configured = slo(CART, objective=0.95)
    found = neighbourhood([Profile(service=WEB), Profile(service=CART, slo=slo(CART))], [configured])
    assert found == [configured]


def test_a_neighbour_without_an_slo_cannot_be_looked_at():
    assert neighbourhood([Profile(service=WEB, edges=[edge(WEB, CART)])], []) == []


def test_nothing_is_near_nothing():
    assert neighbourhood([], [slo(CART)]) == []


def test_a_large_namespace_is_looked_at_in_part():
    many = [slo(service(f"s{number}")) for number in range(50)]
    assert len(neighbourhood([Profile(service=WEB)], many)) == MOST
