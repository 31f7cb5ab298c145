"""The smallest condition that separates failing from healthy pods."""

import pytest

from agent.model.cluster import Node
from agent.model.profile import Profile
from agent.model.question import Nodes, NodesQuestion
from agent.reasoning.pin import pin
from tests.reasoning.builders import (
    CHECKOUT,
    PAYMENTS,
    Load,
    Notebook,
    after,
    deployment,
    hypothesis,
    pod,
    profile,
    revision,
    rollout,
    sli,
    slo,
)

ROLLOUT = rollout()
RELEASE = hypothesis("bad-release", change=ROLLOUT.id)
CONFIG = hypothesis("config-change", change="c")


def shop(*pods: tuple[str, int, str, float], rps: float = 20) -> Notebook:
    """Pods as (name, revision, node, error ratio since the onset); node nA is in zone zA."""
    notebook = Notebook(profile()).counted([Load(name, failing=bad, rps=rps) for name, _, _, bad in pods])
    notebook.pods(*(pod(name, number, node=node) for name, number, node, _ in pods)).revisions(revision(4), revision(7))
    nodes = sorted({node for _, _, node, _ in pods})
    items = [Node(name=node, ready=True, zone=f"z{node[1]}", created_at=after(-9000)) for node in nodes]
    return notebook.answer(NodesQuestion(), Nodes(items=items))


def pinned(notebook: Notebook, of=RELEASE):
    return pin(notebook.facts(), of)


def test_the_revision_that_fails_is_named_with_support_and_evidence():
    found = pinned(shop(("a", 7, "nA", 0.3), ("b", 7, "nB", 0.3), ("c", 4, "nA", 0), ("d", 4, "nB", 0)))
    assert found.dimensions == {"revision": "7"}
    assert (found.support, found.counter_examples) == (2, 0)
    assert found.statement == "pods of revision 7: 2 of 2 fail; elsewhere 0 of 2"
    assert found.evidence == ["E3", "E4", "E6", "E5"]


def test_a_node_that_fails_is_named_whatever_the_revision():
    found = pinned(shop(("a", 7, "nA", 0.3), ("b", 7, "nB", 0), ("c", 4, "nA", 0.3), ("d", 4, "nB", 0)), CONFIG)
    assert found.dimensions == {"node": "nA"}


def test_a_zone_of_several_nodes_is_named():
    found = pinned(shop(("a", 7, "nA1", 0.3), ("b", 4, "nA2", 0.3), ("c", 4, "nB1", 0), ("d", 7, "nB2", 0)), CONFIG)
    assert found.dimensions == {"zone": "zA"}


def test_of_two_that_separate_alike_the_one_that_was_blamed_is_named():
    rows = [("a", 7, "nA", 0.3), ("b", 7, "nA", 0.3), ("c", 4, "nB", 0), ("d", 4, "nB", 0)]
    assert pinned(shop(*rows).changed(ROLLOUT)).dimensions == {"revision": "7"}
    assert pinned(shop(*rows).changed(ROLLOUT), CONFIG).dimensions == {"node": "nA"}


def test_one_healthy_pod_alone_on_its_node_separates_no_nodes():
    assert pinned(shop(("a", 7, "nA", 0.3), ("b", 4, "nA", 0.3), ("c", 4, "nB", 0)), CONFIG) is None


def test_counter_examples_are_counted_on_both_sides():
    rows = [("a", 7, "nA", 0.3), ("b", 7, "nB", 0.3), ("c", 7, "nC", 0.3), ("d", 7, "nD", 0), ("e", 4, "nE", 0.3)]
    found = pinned(shop(*rows, ("f", 4, "nF", 0), ("g", 4, "nG", 0)))
    assert found.dimensions == {"revision": "7"}
    assert (found.support, found.counter_examples) == (3, 2)


def test_every_pod_failing_is_the_whole_service():
    found = pinned(shop(("a", 7, "nA", 0.3), ("b", 4, "nB", 0.3)))
    assert found.dimensions == {"service": "shop/checkout"}
    assert (found.support, found.counter_examples) == (2, 0)


def test_nothing_that_separates_is_no_condition():
    rows = [("a", 7, "nA", 0.3), ("b", 4, "nB", 0.3), ("c", 7, "nA", 0), ("d", 4, "nB", 0)]
    assert pinned(shop(*rows)) is None


def test_as_many_counter_examples_as_support_are_no_condition():
    rows = [("a", 7, "nA", 0.3), ("b", 7, "nB", 0), ("c", 4, "nC", 0), ("d", 4, "nD", 0.3)]
    nodeless = Notebook(profile()).counted([Load(name, failing=bad) for name, _, _, bad in rows])
    nodeless.pods(*(pod(name, number) for name, number, _, _ in rows)).revisions(revision(4), revision(7))
    assert pinned(nodeless) is None


def test_pods_with_too_little_traffic_do_not_speak():
    notebook = shop(("a", 7, "nA", 0.3), ("b", 4, "nB", 0))
    notebook.evidence = []
    notebook.counted([Load("a", failing=0.3), Load("b"), Load("quiet", rps=0.01, failing=1.0)])
    notebook.pods(pod("a", 7), pod("b", 4), pod("quiet", 4)).revisions(revision(4), revision(7))
    assert pinned(notebook).counter_examples == 0


def test_pods_that_are_gone_are_told_by_their_names():
    notebook = Notebook(profile()).counted(
        [Load("checkout-hash7-abcde", failing=0.3), Load("checkout-hash7-fghij", failing=0.3), Load("checkout-hash4-x")]
    )
    found = pinned(notebook.revisions(revision(4), revision(7)))
    assert (found.dimensions, found.support) == ({"revision": "7"}, 2)


@pytest.mark.parametrize(
    "unsliced",
    [profile(slo=slo(sli=sli(pod_label=""))), profile(slo=None), Profile(service=PAYMENTS, workload=deployment())],
)
def test_without_pods_in_the_indicator_there_is_no_condition(unsliced):
    assert pin(Notebook(unsliced).facts(), RELEASE) is None


def test_without_an_onset_or_with_no_failing_pod_there_is_no_condition():
    assert pinned(shop(("a", 7, "nA", 0.0), ("b", 4, "nB", 0.0))) is None


def test_the_failing_pods_of_a_blamed_dependency_are_pinned():
    notebook = Notebook(profile(), profile(PAYMENTS)).counted([Load("checkout-a", failing=0.3)])
    notebook.counted([Load("p1", failing=0.3), Load("p2")], place=1)
    notebook.pods(pod("p1", 7, PAYMENTS), pod("p2", 4, PAYMENTS), service=PAYMENTS)
    notebook.revisions(revision(4, PAYMENTS), revision(7, PAYMENTS), service=PAYMENTS)
    found = pin(notebook.facts(), hypothesis("bad-dependency-release", service=PAYMENTS, change="x"))
    assert found.dimensions == {"revision": "7"}
    assert CHECKOUT.name not in found.statement
