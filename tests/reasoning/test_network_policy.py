"""A NetworkPolicy written shortly before the trouble: whom it selects, in which direction, and what other callers see."""

import pytest

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.inventory import NetworkRule
from agent.model.question import Inventory, InventoryQuestion
from agent.model.template import Requirement
from agent.reasoning.suspects import rank
from tests.reasoning.builders import after
from tests.reasoning.estates import route, shop, workload
from tests.reasoning.measured import Measured, called, served

POLICY = Entity(kind="NetworkPolicy", namespace="shop", name="walls")


def rule(selects: str = "payments", **changes) -> NetworkRule:
    whole = NetworkRule(entity=POLICY, selector={"app": selects} if selects else {}, ingress=True)
    return whole.evolve(**changes)


def measured(one: NetworkRule, *others, seconds: float = -60) -> Measured:
    names = ("checkout", "payments", "refunds")
    estate = shop(
        workloads=[workload(n) for n in names], pods=[], routes=[route(n) for n in names], network_rules=[one]
    )
    change = Change(
        id="walls", kind=ChangeKind.POLICY, entity=POLICY, at=after(seconds), summary=f"{POLICY} was edited"
    )
    made = Measured(served("checkout", 0.3), called("checkout", failing=0.3, code=""), served("payments"), *others)
    made.notebook.answer(InventoryQuestion(namespace="shop"), Inventory(estate=estate)).changed(change)
    return made


def suspects(made: Measured) -> set[str]:
    return {h.entity.name for h in rank(made.notebook.facts()) if h.cause == "network-policy-cuts-off"}


@pytest.mark.parametrize(
    ("one", "named"),
    [
        (rule("payments"), {"payments"}),
        (rule("checkout"), set()),  # what arrives at the alerting service is none of its own errors
        (rule("refunds"), set()),
        (rule("checkout", ingress=False, egress=True), {"checkout"}),
        (rule("payments", ingress=False, egress=True), set()),
        (rule(""), {"payments"}),
        (rule("", requirements=[Requirement(key="app", operator="NotIn", values=["payments"])]), set()),
    ],
)
def test_the_service_it_selects_in_that_direction_is_suspected(one, named):
    assert suspects(measured(one)) == named


def test_a_policy_of_after_the_onset_is_no_suspect():
    assert suspects(measured(rule(), seconds=300)) == set()


@pytest.mark.parametrize("one", [rule("payments"), rule("checkout", ingress=False, egress=True)])
def test_a_dependency_that_answers_others_is_not_down_but_walled_off(one):
    best = measured(one, called("refunds")).concluded()[0]
    assert (best.cause, best.change) == ("network-policy-cuts-off", "walls")
    assert best.probability >= 0.8
