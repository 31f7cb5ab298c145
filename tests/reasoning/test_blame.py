"""Who is suspected of degrading by itself, by what mechanism, and what the probes and detectors say of it."""

import numpy as np
import pytest

from agent.model.cluster import ServiceEndpoints
from agent.model.entity import ServiceRef
from agent.model.finding import FindingKind
from agent.model.query import Series
from agent.model.question import Services, ServicesQuestion
from agent.reasoning import calls, signals
from agent.reasoning.blame import Mechanism, blamed
from agent.reasoning.causes import named
from agent.reasoning.detectors import findings
from agent.reasoning.evaluate import answer
from agent.reasoning.facts import service_entity
from agent.reasoning.judge import settle, update
from agent.reasoning.probes import Subject, probes
from agent.reasoning.suspects import rank
from tests.reasoning.builders import ANCHOR, CHECKOUT, ONSET, Notebook, incident, profile, rollout

STEP = 15
TIMES = [ANCHOR.timestamp() - STEP * place for place in range(400)][::-1]
PROBES = {probe.name: probe for probe in probes()}


def course(before: float, since: float, seed: int, noise: float = 0.02) -> list[float]:
    wander = np.random.default_rng(seed).normal(size=len(TIMES)) * noise * before
    return [(since if moment >= ONSET.timestamp() else before) + w for moment, w in zip(TIMES, wander, strict=True)]


def measured(name: str, metric: str, before: float, since: float, **labels: str) -> Series:
    seed = sum(map(ord, name + metric))
    return Series(
        labels={"__name__": metric, "namespace": "shop", "service": name, **labels},
        times=TIMES,
        values=course(before, since, seed),
    )


def edge(client: str, server: str) -> Series:
    labels = {"__name__": "traces_service_graph_request_total", "client": client, "server": server}
    return Series(labels=labels, times=TIMES, values=[0.0] * len(TIMES))


def notebook(*stored: Series, service: ServiceRef = CHECKOUT) -> Notebook:
    book = Notebook(profile(service, workload=None, slo=None))
    book.incident = incident(service=service)
    for question in (*signals.questions("shop", ANCHOR), *calls.questions("shop", ANCHOR)):
        book.answer(question, answer(question, list(stored)))
    return book


def chain(slow: str = "db", *more: Series) -> Notebook:
    """checkout calls api calls db; the slow one and all above it got slower."""
    order = ["checkout", "api", "db"]
    guilty = order.index(slow)
    stored = [
        measured(name, "latency_average", 0.3 - 0.1 * place, 0.3 - 0.1 * place + (0.8 if place <= guilty else 0))
        for place, name in enumerate(order)
    ]
    requests = [measured(name, "requests", 20, 20) for name in order]
    return notebook(*stored, *requests, edge("checkout", "api"), edge("api", "db"), *more)


def test_the_service_at_the_end_of_the_slow_path_is_suspected_first():
    ranked = rank(chain().facts())
    assert (ranked[0].cause, ranked[0].entity.name) == ("service-degraded", "db")


def test_a_direct_callee_is_the_cause_dependency_down():
    ranked = rank(chain("api").facts())
    assert (ranked[0].cause, ranked[0].entity.name) == ("dependency-down", "api")


def test_that_the_alerting_service_is_slow_by_itself_is_no_cause_of_its_own():
    assert all(one.service.name != "checkout" for one in blamed(chain("checkout").facts()))


def test_its_own_cpu_names_the_mechanism():
    found = blamed(chain("db", measured("db", "cpu", 0.2, 3.9)).facts())
    assert (found[0].service.name, found[0].mechanism) == ("db", Mechanism.CPU)


def test_a_change_of_the_service_takes_most_of_the_suspicion():
    before = blamed(chain().facts())[0].share
    changed = blamed(chain().changed(rollout(-60, ServiceRef(namespace="shop", name="db"))).facts())
    assert next(one.share for one in changed if one.service.name == "db") < before / 2


def test_where_the_past_holds_as_large_a_change_only_a_little_is_suspected():
    stored = [
        measured(name, metric, 1, 1) for name in ("checkout", "api") for metric in ("latency_average", "requests")
    ]
    assert sum(one.share for one in blamed(notebook(*stored, edge("checkout", "api")).facts())) < 0.5


WHOLE = ServiceRef(namespace="shop", name="*")


@pytest.mark.parametrize(
    ("metric", "mechanism", "cause"),
    [
        ("cpu", Mechanism.CPU, "cpu-saturation"),
        ("mem", Mechanism.MEMORY, "memory-growth"),
        ("requests", Mechanism.TRAFFIC, "traffic-surge"),
        ("latency_p99", Mechanism.UNKNOWN, "service-degraded"),
    ],
)
def test_without_a_map_what_moved_furthest_for_the_worse_is_blamed_by_its_mechanism(metric, mechanism, cause):
    stored = [measured(name, metric, 1, 30 if name == "b" else 1) for name in ("a", "b", "c")]
    facts = notebook(*stored, service=WHOLE).facts()
    assert (blamed(facts)[0].service.name, blamed(facts)[0].mechanism) == ("b", mechanism)
    assert (rank(facts)[0].cause, rank(facts)[0].entity.name) == (cause, "b")


READINGS = {
    ("own part", "db"): "own",
    ("own part", "api"): "passed on",
    ("traffic first", "db"): "steady",
}


@pytest.mark.parametrize(("probe", "service"), READINGS)
def test_a_probe_reads(probe, service):
    subject = Subject(entity=service_entity(ServiceRef(namespace="shop", name=service)))
    facts = chain().facts()
    assert PROBES[probe].applies(facts, subject)
    reading = PROBES[probe].read(facts, subject)
    assert reading.outcome == READINGS[probe, service]
    assert reading.evidence


@pytest.mark.parametrize(("dead", "untold"), [("db", {"db", "api"}), ("api", {"api", "checkout"}), ("other", set())])
def test_nothing_is_said_of_the_part_of_who_cannot_answer_or_calls_who_cannot(dead, untold):
    book = chain()
    down = ServiceEndpoints(entity=service_entity(ServiceRef(namespace="shop", name=dead)), selector={"a": "b"})
    book.answer(ServicesQuestion(namespace="shop"), Services(items=[down]))
    facts, said = book.facts(), set()
    for name in ("checkout", "api", "db"):
        subject = Subject(entity=service_entity(ServiceRef(namespace="shop", name=name)))
        said |= {name} if PROBES["own part"].read(facts, subject) else set()
    assert said == {"checkout", "api", "db"} - untold


def test_nothing_is_said_of_anybodys_part_within_one_bad_bin():
    facts = chain().facts()
    facts.__dict__["origins"] = [origin.evolve(bad=1) for origin in facts.origins]
    subject = Subject(entity=service_entity(ServiceRef(namespace="shop", name="db")))
    assert PROBES["own part"].read(facts, subject) is None


@pytest.mark.parametrize(("since", "outcome"), [(60, "rose"), (5, "fell"), (20, "steady")])
def test_traffic_is_read_in_both_directions(since, outcome):
    facts = notebook(measured("a", "requests", 20, since), service=WHOLE).facts()
    subject = Subject(entity=service_entity(ServiceRef(namespace="shop", name="a")))
    assert PROBES["traffic first"].read(facts, subject).outcome == outcome


@pytest.mark.parametrize(("metric", "outcome"), [("cpu", "cpu"), ("mem", "memory"), ("pool_in_use", "bounded")])
def test_its_own_resources_are_read_where_nobody_elses_moved_further(metric, outcome):
    stored = [measured("a", metric, 1, 30), measured("b", metric, 1, 1.3)]
    facts = notebook(*stored, service=WHOLE).facts()
    read = {
        n: PROBES["own resources"].read(facts, Subject(entity=service_entity(ServiceRef(namespace="shop", name=n))))
        for n in "ab"
    }
    assert (read["a"].outcome, read["b"].outcome) == (outcome, "none")


def test_the_tests_confirm_the_guilty_and_clear_the_rest():
    facts = chain().facts()
    hypotheses = rank(facts)
    for name in ("db", "api"):
        subject = Subject(entity=service_entity(ServiceRef(namespace="shop", name=name)))
        hypotheses = update(hypotheses, PROBES["own part"], subject, PROBES["own part"].read(facts, subject))
    first = settle(hypotheses, 1.0)[0]
    assert (first.verdict, first.entity.name) == ("confirmed", "db")
    assert named(first.cause).advice


FOUND = {
    "the part of the trouble that starts there": (FindingKind.ORIGIN, chain(), "db"),
    "what got slower": (FindingKind.SLOWER, chain(), "db"),
    "what moved": (FindingKind.SHIFTED, chain(), "db"),
    "more traffic": (FindingKind.TRAFFIC_SHIFTED, notebook(measured("a", "requests", 20, 90), service=WHOLE), "a"),
    "a limit that is near": (
        FindingKind.SATURATED,
        notebook(measured("a", "disk_used_ratio", 0.96, 0.96), service=WHOLE),
        "a",
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_detector_tells(name):
    kind, book, service = FOUND[name]
    told = [finding for finding in findings(book.facts()) if finding.kind is kind]
    assert service in {finding.entity.name for finding in told}
    assert all(finding.evidence for finding in told)


def counted(code: str, before: float, since: float) -> Series:
    total, values = 0.0, []
    for moment in TIMES:
        total += STEP * (since if moment >= ONSET.timestamp() else before)
        values.append(total)
    labels = {"__name__": "http_requests_total", "namespace": "shop", "service": "a", "code": code}
    return Series(labels=labels, times=TIMES, values=values)


MIXES = {
    "500": FindingKind.SERVER_FAULTS,
    "404": FindingKind.CLIENTS_CHANGED,
    "401": FindingKind.NOT_ALLOWED,
    "PermissionDenied": FindingKind.NOT_ALLOWED,
    "Unavailable": FindingKind.SERVER_FAULTS,
}


@pytest.mark.parametrize("code", MIXES)
def test_the_code_says_whose_fault_it_is(code):
    facts = notebook(counted("200", 50, 40), counted(code, 0.1, 10), service=WHOLE).facts()
    faults = {FindingKind.SERVER_FAULTS, FindingKind.CLIENTS_CHANGED, FindingKind.NOT_ALLOWED}
    assert {finding.kind for finding in findings(facts)} & faults == {MIXES[code]}


def test_gaps_and_nothing_at_all_are_no_trouble():
    assert blamed(Notebook(profile(WHOLE, workload=None, slo=None)).facts()) == []
