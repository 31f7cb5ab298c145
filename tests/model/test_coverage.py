"""The ledger of what could be seen: tallies by source, the cap on confidence, blindness."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.cluster import LogExcerpt
from agent.model.coverage import CEILING, WEIGHTS, Coverage
from agent.model.entity import Entity
from agent.model.evidence import Evidence
from agent.model.inventory import Estate
from agent.model.query import Select, Series
from agent.model.question import (
    Changes,
    ChangesQuestion,
    Events,
    EventsQuestion,
    Gap,
    GapReason,
    InstantQuestion,
    Inventory,
    Logs,
    LogsQuestion,
    MetricAnswer,
    Pods,
    PodsQuestion,
    Spans,
    SpansQuestion,
)
from agent.model.record import Window
from tests.reasoning.builders import ANCHOR, ONSET

ASKED = {
    "metrics": InstantQuestion(query=Select(metric="up"), at=ANCHOR),
    "changes": ChangesQuestion(namespace="shop", window=Window(start=ONSET, end=ANCHOR)),
    "cluster": PodsQuestion(entity=Entity(kind="Deployment", namespace="shop", name="checkout")),
    "logs": LogsQuestion(namespace="shop", pod="checkout-1"),
    "events": EventsQuestion(namespace="shop"),
    "traces": SpansQuestion(namespace="shop", window=Window(start=ONSET, end=ANCHOR)),
}
ANSWERED = {
    "metrics": MetricAnswer(series=[Series(times=[1.0], values=[1.0])]),
    "changes": Changes(items=[]),
    "cluster": Pods(items=[]),
    "logs": Logs(excerpt=LogExcerpt(pod="checkout-1", container="app", lines=[])),
    "events": Events(items=[]),
    "traces": Spans(items=[]),
}


def told(source: str, gap: GapReason | None = None) -> Evidence:
    answer = Gap(reason=gap, detail="a test says so") if gap else ANSWERED[source]
    return Evidence(id="E1", question=ASKED[source], answer=answer, asked_at=ANCHOR)


def seen(**gaps: GapReason | None) -> Coverage:
    """One question to each source; those named came back as gaps."""
    return Coverage.of([told(source, gaps.get(source)) for source in ASKED])


def item(coverage: Coverage, source: str):
    return next(item for item in coverage.items if item.source == source)


def test_every_question_belongs_to_the_source_that_is_asked():
    assert {source: told(source).source for source in ASKED} == {source: source for source in ASKED}


def test_everything_answered_caps_at_the_ceiling():
    assert seen().cap == CEILING
    assert not seen().blind


@pytest.mark.parametrize("source", WEIGHTS)
def test_a_source_that_fails_costs_its_weight(source):
    assert seen(**{source: GapReason.FAILED}).cap == pytest.approx(CEILING * (1 - WEIGHTS[source]), abs=0.001)


def test_half_of_the_questions_unanswered_costs_half_of_the_weight():
    coverage = Coverage.of([*(told(s) for s in ASKED), told("changes", GapReason.TIMED_OUT)])
    assert item(coverage, "changes").missing == 0.5
    assert coverage.cap == pytest.approx(CEILING * (1 - 0.4 / 2), abs=0.001)


@pytest.mark.parametrize("source", ["changes", "cluster", "logs", "events"])
def test_no_such_object_is_an_answer(source):
    coverage = seen(**{source: GapReason.EMPTY})
    assert (item(coverage, source).missing, item(coverage, source).empty, item(coverage, source).gaps) == (0.0, 1, [])
    assert coverage.cap == CEILING


def test_a_metric_that_does_not_exist_is_missing_but_no_complaint():
    metrics = item(seen(metrics=GapReason.EMPTY), "metrics")
    assert (metrics.missing, metrics.empty, metrics.gaps) == (1.0, 1, [])


def test_optional_sources_that_nobody_needed_are_not_missing():
    coverage = Coverage.of([told("metrics"), told("changes"), told("cluster")])
    assert (item(coverage, "logs").missing, item(coverage, "events").missing) == (0.0, 0.0)
    assert coverage.cap == CEILING


def test_metrics_changes_and_cluster_that_nobody_asked_are_missing():
    coverage = Coverage.of([])
    assert [item(coverage, source).missing for source in ("metrics", "changes", "cluster")] == [1.0, 1.0, 1.0]


def test_a_repeated_reason_is_listed_once():
    coverage = Coverage.of([told("metrics", GapReason.FAILED), told("metrics", GapReason.FAILED)])
    assert item(coverage, "metrics").gaps == ["failed: a test says so"]
    assert (item(coverage, "metrics").asked, item(coverage, "metrics").answered) == (2, 0)


def test_an_answer_with_holes_costs_a_little_and_says_where():
    holed = told("changes").evolve(answer=Changes(items=[], unseen=["secrets: refused"]))
    more = told("changes").evolve(answer=Changes(items=[], unseen=["secrets: refused", "nodes: timed out"]))
    rest = [told(source) for source in ASKED if source != "changes"]
    one, two = Coverage.of([*rest, holed]), Coverage.of([*rest, more])
    assert item(one, "changes").gaps == ["secrets: refused"]
    assert 0 < item(one, "changes").missing < item(two, "changes").missing < 1
    assert CEILING > one.cap > two.cap > seen(changes=GapReason.REFUSED).cap


def test_a_metrics_source_that_says_it_did_not_see_all_is_quoted_and_what_it_says_of_the_query_is_not():
    remarks = ["PromQL info: metric might not be a counter", "PromQL warning: quantile value should be between 0 and 1"]
    whole = told("metrics").evolve(answer=MetricAnswer(series=[], warnings=remarks))
    holed = told("metrics").evolve(answer=MetricAnswer(series=[], warnings=[*remarks, "store b is down"]))
    assert item(Coverage.of([whole]), "metrics").gaps == []
    assert item(Coverage.of([holed]), "metrics").gaps == ["store b is down"]
    assert Coverage.of([holed]).cap < Coverage.of([whole]).cap


def test_a_kind_of_object_that_could_not_be_read_is_named_in_the_coverage():
    estate = Estate(namespace="shop", unread=["Secret"])
    holed = told("cluster").evolve(answer=Inventory(estate=estate, unseen=["configuration: secrets: refused"]))
    assert item(Coverage.of([holed]), "cluster").gaps == ["configuration: secrets: refused"]
    assert not estate.knows("ConfigMap", "Secret")
    assert estate.knows("ConfigMap")


def test_many_holes_cost_no_more_than_no_answer():
    holed = told("changes").evolve(answer=Changes(items=[], unseen=[f"part {n}" for n in range(40)]))
    assert item(Coverage.of([holed]), "changes").missing == 1.0


@pytest.mark.parametrize(
    ("gaps", "blind"),
    [
        ({"metrics": GapReason.FAILED}, True),
        ({"changes": GapReason.REFUSED, "cluster": GapReason.REFUSED}, True),
        ({"changes": GapReason.REFUSED}, False),
        ({"cluster": GapReason.NOT_CONFIGURED}, False),
        ({"changes": GapReason.EMPTY, "cluster": GapReason.EMPTY}, False),
        ({"logs": GapReason.FAILED, "events": GapReason.FAILED}, False),
    ],
)
def test_blind_means_no_metrics_or_neither_changes_nor_cluster(gaps, blind):
    assert seen(**gaps).blind is blind


def test_nothing_asked_at_all_is_blind():
    assert Coverage.of([]).blind


@given(st.lists(st.tuples(st.sampled_from(sorted(ASKED)), st.none() | st.sampled_from(GapReason)), max_size=12))
def test_the_cap_lies_between_zero_and_the_ceiling_and_one_more_failure_never_raises_it(rows):
    evidence = [told(source, gap) for source, gap in rows]
    before = Coverage.of(evidence).cap
    assert 0 <= before <= CEILING
    for source, _ in rows:
        assert Coverage.of([*evidence, told(source, GapReason.FAILED)]).cap <= before
