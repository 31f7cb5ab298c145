"""Is a dependency ill for everybody, or for one caller only: from counters of clients, from traces, in whole examinations."""

import pytest

from agent.model.entity import ServiceRef
from agent.model.message import Span
from agent.model.profile import Profile
from agent.model.question import Spans, SpansQuestion
from agent.model.record import Window
from agent.reasoning.promql import render
from tests.reasoning.builders import ANCHOR, PAYMENTS, Notebook, about, after, config_change, rollout
from tests.reasoning.measured import Measured, called, served
from tests.reasoning.readings import PROBES

PROBE = PROBES["other callers"]
SUFFERS = served("checkout", 0.3)
FAILS = called("checkout", failing=0.3)
HEALTHY = served("payments")


def seen(measured: Measured):
    found = measured.read(PROBE, about(PAYMENTS))
    return found.outcome if found else None


@pytest.mark.parametrize(
    ("others", "outcome"),
    [
        ([called("refunds"), called("billing")], "alone"),
        ([called("refunds", failing=0.3), called("billing", failing=0.2)], "everybody"),
        ([called("refunds", failing=0.3), called("billing"), called("audit")], None),  # neither nor
        ([], None),  # nobody to compare with
        ([called("refunds", rps=0.01)], None),  # too few calls
        ([called("refunds", host="payments.shop.svc.cluster.local"), called("billing", host="payments:8080")], "alone"),
        ([called("refunds", failing=0.3, code="403")], "everybody"),  # refused is as bad as failed
    ],
)
def test_calls_of_others_tell_whether_the_callee_is_ill(others, outcome):
    assert seen(Measured(SUFFERS, FAILS, HEALTHY, *others)) == outcome


@pytest.mark.parametrize(("failing", "outcome"), [(0.0, "nobody"), (0.3, "only others")])
def test_where_our_calls_are_fine_the_trouble_is_elsewhere(failing, outcome):
    assert seen(Measured(SUFFERS, called("checkout"), HEALTHY, called("refunds", failing=failing))) == outcome


def test_callers_are_told_by_workload_with_numbers():
    found = Measured(SUFFERS, FAILS, HEALTHY, called("refunds")).read(PROBE, about(PAYMENTS))
    assert found.statement == (
        "since 14:00:00 1800 of 6000 calls of checkout to payments failed (30.0%); "
        "the 1 other caller is fine (0.0% of 6000 calls: refunds)"
    )
    assert [side.label for side in found.sides] == ["calls of checkout", "calls of others"]


def test_another_service_of_a_like_name_is_no_caller_of_it():
    others = called("refunds", callee="payments-old", failing=0.3)
    assert seen(Measured(SUFFERS, FAILS, HEALTHY, others)) is None


def test_production_is_asked_for_errors_of_the_callee_by_caller():
    facts = Measured(SUFFERS, FAILS, HEALTHY, called("refunds")).notebook.facts()
    total, bad = (render(question.query) for question in PROBE.needs(facts, about(PAYMENTS)))
    assert total == (
        'sum by (pod) (http_client_request_duration_seconds_count{namespace="shop",'
        'server_address=~"payments(\\\\.shop(\\\\.svc(\\\\.[a-z0-9.-]+)?)?)?(:[0-9]+)?"})'
    )
    assert 'http_response_status_code=~"4..|5..|"' in bad


# what follows from it


def ranked(others, *changes):
    measured = Measured(SUFFERS, FAILS, HEALTHY, *others)
    measured.notebook.changed(*changes)
    return {(h.cause, h.entity.name): h.probability for h in measured.concluded()}


def test_a_dependency_that_is_healthy_for_everybody_else_is_cleared():
    alone = ranked([called("refunds"), called("billing")])
    with_others = ranked([called("refunds", failing=0.3), called("billing", failing=0.3)])
    down = ("dependency-down", "payments")
    assert alone[down] < 0.05
    assert with_others[down] > 0.3


def test_a_release_of_the_caller_gains_when_its_calls_fail_alone():
    release, key = rollout(), ("bad-release", "checkout")
    alone, with_others = (ranked([called("refunds", failing=share)], release)[key] for share in (0.0, 0.3))
    assert alone > with_others


# by traces


def spans(caller: str, failed: int, of: int = 40, seconds: float = 60):
    """Calls to payments, as a client span and the server's around which it is."""
    found = []
    for number in range(of):
        trace, bad = f"{caller}{seconds:g}-{number}", number < failed
        at = after(seconds + number)
        found.append(Span(trace=trace, id="a", service=caller, at=at, failed=bad))
        found.append(Span(trace=trace, id="b", parent="a", service="payments", at=at, failed=bad))
    return found


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("failed", "outcome"), [(0, "alone"), (20, "everybody")])
def test_traces_tell_the_same_where_no_metric_names_both_ends(whole, failed, outcome):
    service = ServiceRef(namespace="shop", name="*" if whole else "checkout")
    notebook = Notebook(Profile(service=service))
    some = [*spans("checkout", 0, seconds=-600), *spans("checkout", 20), *spans("refunds", failed)]
    notebook.answer(SpansQuestion(namespace="shop", window=Window(start=after(-5400), end=ANCHOR)), Spans(items=some))
    facts = notebook.facts()
    assert PROBE.applies(facts, about(PAYMENTS))
    assert PROBE.read(facts, about(PAYMENTS)).outcome == outcome


def test_a_change_is_no_callee():
    measured = Measured(SUFFERS, FAILS, HEALTHY, called("refunds"))
    assert not PROBE.applies(measured.notebook.facts(), about(PAYMENTS, config_change()))


REFUSED = called("checkout", failing=0.3, code="403")


def by_service(some):
    """The same with the label that says whose client it is."""
    return [one.evolve(labels={**one.labels, "service": one.labels["pod"].split("-")[0]}) for one in some]


@pytest.mark.parametrize(
    ("others", "culprit"),
    [
        (called("refunds"), ("credentials-refused", "checkout")),
        (called("refunds", failing=0.3, code="403"), ("authorization-broken", "payments")),
    ],
)
def test_who_lost_a_credential_is_told_by_metrics_alone(others, culprit):
    answers = served("payments", 0.15, rps=40, code="403")
    measured = Measured(SUFFERS, by_service(REFUSED), answers, by_service(others))
    best = measured.concluded()[0]
    assert (best.cause, best.entity.name) == culprit
