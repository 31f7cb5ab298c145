"""The same samples in a real Prometheus and in the evaluator give the same numbers."""

import asyncio
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.model.query import (
    Aggregate,
    AggregateOp,
    Increase,
    Matcher,
    MatchOp,
    Quantile,
    Query,
    Rate,
    Ratio,
    Raw,
    Select,
    Series,
)
from agent.model.question import (
    Gap,
    GapReason,
    InstantQuestion,
    MetricAnswer,
    MetricQuestion,
    RangeQuestion,
    SeriesQuestion,
)
from agent.model.record import Window
from agent.reasoning.dialect import Dialect
from agent.reasoning.evaluate import answer
from agent.reasoning.promql import render
from integrations.prometheus.source import Prometheus
from tests.contracts.samples import START, stored, window
from tests.servers import PrometheusServer, load_series

pytestmark = pytest.mark.tier1

COUNTERS = ["edge_total", "requests_total", "good_bucket", "bad_bucket", "odd", "below_zero"]
WINDOWS = [15, 16, 30, 60, 300, 301, 900, 3600]


@dataclass
class Both:
    """The two sides of the contract, over the same samples."""

    url: str
    runner: asyncio.Runner
    source: Prometheus
    series: list[Series]
    dialect: Dialect

    def ask(self, question: MetricQuestion) -> tuple[MetricAnswer | Gap, MetricAnswer | Gap]:
        """Theirs, ours."""
        return self.runner.run(self.source.ask(question)), answer(question, self.series, self.dialect)

    def agree(self, question: MetricQuestion) -> None:
        """Fail unless both say the same: the same gap, or the same series, moments and values."""
        theirs, ours = self.ask(question)
        if isinstance(theirs, Gap) or isinstance(ours, Gap):
            assert isinstance(theirs, Gap), f"only we have no answer: {ours}"
            assert isinstance(ours, Gap), f"only Prometheus has no answer: {theirs}"
            assert ours.reason is theirs.reason
            return
        assert [one.labels for one in ours.series] == [one.labels for one in theirs.series]
        for mine, other in zip(ours.series, theirs.series, strict=True):
            assert mine.times == other.times, f"{theirs.text} {mine.labels}"
            unlike = [
                (at - START, here, there)
                for at, here, there in zip(mine.times, mine.values, other.values, strict=True)
                if not same(here, there)
            ]
            assert not unlike, f"{theirs.text} {mine.labels}: (second, ours, theirs) {unlike[:5]}"


def same(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-9)


@pytest.fixture(scope="module", params=[1, 2])
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    folder = tmp_path_factory.mktemp("prometheus")
    series = stored(request.param)
    load_series(folder, series)
    with PrometheusServer(folder) as server, asyncio.Runner() as runner:
        source = Prometheus(server.url)
        version = runner.run(source.version())
        assert isinstance(version, str), version
        yield Both(server.url, runner, source, series, Dialect.of_version(version))
        runner.run(source.aclose())


def select(metric: str, *conditions: tuple[str, str, str]) -> Select:
    return Select(metric=metric, matchers=[Matcher(label=a, op=MatchOp(op), value=b) for a, op, b in conditions])


def errors(window_seconds: int, by: list[str], *condition: str) -> Ratio:
    bad = select("requests_total", (condition[0], condition[1], condition[2]))
    return Ratio(
        numerator=Aggregate(of=Rate(of=bad, window_seconds=window_seconds), by=by),
        denominator=Aggregate(of=Rate(of=select("requests_total"), window_seconds=window_seconds), by=by),
    )


SELECTIONS: list[Query] = [
    *(select(metric) for metric in COUNTERS),
    select("nothing_of_that_name"),
    select("edge_total", ("case", "=", 'quoted "\\ and\nbroken {}')),
    select("edge_total", ("case", "=~", "quoted.*")),
    select("edge_total", ("extra", "=~", r"a\|b\.c")),
    select("edge_total", ("extra", "=~", "a|b.c")),
    select("edge_total", ("extra", "=", "")),
    select("edge_total", ("extra", "!=", "")),
    select("requests_total", ("zone", "=~", "")),
    select("requests_total", ("zone", "!~", ".+")),
    select("requests_total", ("code", "=~", "5.."), ("pod", "!~", "a|b")),
    select("requests_total", ("code", "=~", "50")),
    select("", ("__name__", "=~", ".*_zero")),
    select("odd", ("__name__", "!=", "even")),
]
RATIOS: list[Query] = [
    *(errors(width, by, "code", "=~", "5..") for width in (60, 300) for by in ([], ["pod"], ["zone", "pod"])),
    errors(300, ["pod"], "code", "=", "none"),
    errors(300, ["pod"], "code", "=", "503").evolve(complement=True),
    Ratio(numerator=select("odd"), denominator=select("below_zero")),
    Ratio(numerator=select("below_zero"), denominator=select("odd"), complement=True),
    Ratio(numerator=errors(300, ["pod"], "code", "=", "500"), denominator=errors(60, ["pod"], "code", "=", "404")),
    Ratio(numerator=select("", ("__name__", "=~", "odd|below_zero")), denominator=select("odd")),
]
QUANTILES: list[Query] = [
    *(Quantile(q=q, of=select(metric)) for q in (0, 0.5, 0.99, 1) for metric in ("good_bucket", "bad_bucket")),
    *(
        Quantile(q=0.9, of=Aggregate(of=Rate(of=select(metric), window_seconds=120), by=by))
        for metric in ("good_bucket", "bad_bucket")
        for by in (["le"], ["le", "pod"], ["pod"])
    ),
    Quantile(q=0.5, of=select("good_bucket", ("le", "!=", "+Inf"))),
    Quantile(q=0.5, of=select("good_bucket", ("le", "=", "+Inf"))),
    Quantile(q=0.5, of=select("odd")),
    Quantile(q=0.5, of=select("", ("__name__", "=~", "good_bucket|bad_bucket"))),
]


@pytest.mark.parametrize("query", [*SELECTIONS, *RATIOS, *QUANTILES], ids=render)
def test_a_query_over_a_range_has_the_same_values(both: Both, query: Query):
    both.agree(RangeQuestion(query=query, window=window(), step_seconds=15))
    both.agree(RangeQuestion(query=query, window=window(before=0.123), step_seconds=37))


@pytest.mark.parametrize("metric", COUNTERS)
@pytest.mark.parametrize("seconds", WINDOWS)
def test_counters_grow_alike(both: Both, metric: str, seconds: int):
    for kind in (Rate, Increase):
        grown = kind(of=select(metric), window_seconds=seconds)
        both.agree(RangeQuestion(query=grown, window=window(), step_seconds=15))
        both.agree(RangeQuestion(query=grown, window=window(before=3.0004), step_seconds=37))


@pytest.mark.parametrize("op", AggregateOp)
@pytest.mark.parametrize("by", [[], ["pod"], ["zone", "pod"], ["nowhere"], ["__name__", "zone"]], ids=str)
def test_series_are_aggregated_alike(both: Both, op: AggregateOp, by: list[str]):
    for of in (select("requests_total"), select("odd"), Rate(of=select("odd"), window_seconds=120)):
        both.agree(RangeQuestion(query=Aggregate(op=op, by=by, of=of), window=window(), step_seconds=30))


@pytest.mark.parametrize("query", [*SELECTIONS, *RATIOS, *QUANTILES], ids=render)
def test_a_query_at_one_moment_has_the_same_values(both: Both, query: Query):
    for second in (-1, 0, 300.0, 1234.567, 3600, 3884.999, 3885, 9000):
        both.agree(InstantQuestion(query=query, at=window().start + timedelta(seconds=100 + second)))


def test_the_same_series_exist(both: Both):
    selectors = [select("edge_total"), select("requests_total", ("code", "=~", "5..")), select("no_such")]
    both.agree(SeriesQuestion(selectors=selectors, window=window()))
    both.agree(SeriesQuestion(selectors=[select("no_such")], window=window()))
    late = Window(start=window().end + timedelta(days=1), end=window().end + timedelta(days=2))
    both.agree(SeriesQuestion(selectors=selectors, window=late))


CONDITIONS = st.sampled_from(
    [("pod", "=", "a"), ("pod", "!~", "a|b"), ("zone", "=", ""), ("code", "=~", "5.."), ("le", "!=", "1")]
)
SELECTS = st.builds(
    lambda metric, conditions: select(metric, *conditions),
    st.sampled_from(COUNTERS),
    st.lists(CONDITIONS, max_size=2),
)
GROWTHS = st.builds(
    lambda kind, of, seconds: kind(of=of, window_seconds=seconds),
    st.sampled_from([Rate, Increase]),
    SELECTS,
    st.integers(5, 2000),
)
QUERIES = st.recursive(
    SELECTS | GROWTHS,
    lambda inner: (
        st.builds(
            lambda op, of, by: Aggregate(op=op, of=of, by=by),
            st.sampled_from(AggregateOp),
            inner,
            st.lists(st.sampled_from(["pod", "zone", "code", "le"]), max_size=3, unique=True),
        )
        | st.builds(lambda a, b, c: Ratio(numerator=a, denominator=b, complement=c), inner, inner, st.booleans())
        | st.builds(lambda q, of: Quantile(q=q, of=of), st.sampled_from([0, 0.25, 0.5, 0.95, 1]), inner)
    ),
    max_leaves=3,
)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=QUERIES, offset=st.integers(0, 14_999), step=st.sampled_from([15, 41, 60]))
def test_any_query_has_the_same_values(both: Both, query: Query, offset: int, step: int):
    both.agree(RangeQuestion(query=query, window=window(before=offset / 1000), step_seconds=step))


@pytest.mark.parametrize(
    ("promql", "step", "reason", "words"),
    [
        ("sum(", 15, GapReason.FAILED, "parse error"),
        ("no_such_function(up)", 15, GapReason.FAILED, "unknown function"),
        ("edge_total * on () edge_total", 15, GapReason.FAILED, "match"),
        ("edge_total[5m]", 15, GapReason.FAILED, "range vector"),
        ("vector(1)", 1, GapReason.OUT_OF_RANGE, "11,000"),
    ],
)
def test_the_servers_own_refusals_are_told_apart(both: Both, promql: str, step: int, reason: GapReason, words: str):
    patient = Prometheus(both.url, max_points=10**6)
    reply = both.runner.run(
        patient.ask(RangeQuestion(query=Raw(promql=promql), window=window(after=20_000), step_seconds=step))
    )
    both.runner.run(patient.aclose())
    assert isinstance(reply, Gap)
    assert (reply.reason, words in reply.detail) == (reason, True), reply.detail
