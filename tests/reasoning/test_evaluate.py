"""The evaluator on numbers worked out by hand; tests/contracts compares it with a real Prometheus."""

import math
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given
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
from agent.model.question import Gap, GapReason, InstantQuestion, MetricAnswer, RangeQuestion, SeriesQuestion
from agent.model.record import Window
from agent.reasoning.dialect import Dialect
from agent.reasoning.evaluate import answer, evaluate, moments

X = Select(metric="x")
OLD, NEW = Dialect.PROMETHEUS_2, Dialect.PROMETHEUS_3


def x(samples: dict[float, float], **labels: str) -> Series:
    return Series(labels={"__name__": "x", **labels}, times=list(samples), values=list(samples.values()))


def every(step: int, *values: float, **labels: str) -> Series:
    return x({float(step * place): value for place, value in enumerate(values)}, **labels)


def at(moment: float, query: Query, *series: Series, dialect: Dialect = NEW) -> dict[str, float]:
    """Value by the labels, written `a=1,b=2`."""
    found = evaluate(query, list(series), [moment], dialect)
    return {",".join(f"{k}={v}" for k, v in sorted(one.labels.items())): one.values[0] for one in found}


def only(moment: float, query: Query, *series: Series, dialect: Dialect = NEW) -> float | None:
    found = at(moment, query, *series, dialect=dialect)
    assert len(found) <= 1
    return next(iter(found.values()), None)


SEEN = [(99.999, NEW, None), (100, NEW, 1), (399.999, NEW, 1), (400, NEW, None), (500, NEW, 2)]
SEEN_IN_2 = [(400, OLD, 1), (400.001, OLD, None)]


@pytest.mark.parametrize(("moment", "dialect", "value"), [*SEEN, *SEEN_IN_2])
def test_a_sample_is_seen_for_five_minutes(moment: float, dialect: Dialect, value: float | None):
    assert only(moment, X, x({100: 1, 500: 2}), dialect=dialect) == value


GROWTH = {
    "steady growth reaches both ends of the window": (every(15, *range(0, 100, 5)), 60, 60, 20.0),
    "a fall counts from zero": (every(15, 10, 20, 5, 15), 45, 45, (20 - 20 + 15) * 45 / 30),
    "a far end is met by half a distance": (x({0: 100, 10: 110, 20: 120}), 100, 100, 20 * 25 / 20),
    "not stretched to below zero": (x({50: 1, 60: 11, 70: 21, 80: 31, 90: 41}), 90, 90, 40 * 41 / 40),
    "standstill is zero": (every(15, 7, 7, 7, 7, 7), 60, 60, 0.0),
    "one sample is no growth": (x({50: 1}), 60, 60, None),
    "nothing at all is no growth": (x({}), 60, 60, None),
}


@pytest.mark.parametrize(("series", "moment", "seconds", "grown"), GROWTH.values(), ids=GROWTH.keys())
def test_increase_in_a_window(series: Series, moment: float, seconds: int, grown: float | None):
    increased = only(moment, Increase(of=X, window_seconds=seconds), series)
    rate = only(moment, Rate(of=X, window_seconds=seconds), series)
    assert increased == (None if grown is None else pytest.approx(grown))
    assert rate == (None if grown is None else pytest.approx(grown / seconds))


def test_the_old_end_of_a_window_belongs_to_it_in_prometheus_2_only():
    # at 60: samples at 0, 30, 60; the open window keeps 30 and 60 and stretches the 30 s to its 60 s
    series, query = x({0: 1000, 30: 1001, 60: 1003}), Increase(of=X, window_seconds=60)
    assert only(60, query, series, dialect=OLD) == pytest.approx(3)
    assert only(60, query, series, dialect=NEW) == pytest.approx(2 * 60 / 30)


def test_a_projected_zero_is_met_first_in_prometheus_2_and_last_in_prometheus_3():
    # samples 10 s apart, 50 s after the start of the window; zero was 10.5 s (< 1.1 distances) before the first
    series, query = x({50: 10.5, 60: 20.5, 70: 30.5}), Increase(of=X, window_seconds=70)
    assert only(70, query, series, dialect=OLD) == pytest.approx(20 * 30.5 / 20)
    assert only(70, query, series, dialect=NEW) == pytest.approx(20 * 25 / 20)


def test_small_growth_beside_a_huge_fall_keeps_its_digits():
    series = every(15, 1e15, 0, *(0.25 * step for step in range(1, 60)))
    assert only(900, Increase(of=X, window_seconds=150), series) == pytest.approx(2.5)


FOUR = [every(15, 1, a="1", b="1"), every(15, 2, a="1", b="2"), every(15, 4, a="2"), every(15, math.nan, a="2", b="2")]


@pytest.mark.parametrize(
    ("op", "by", "expected"),
    [
        (AggregateOp.SUM, ["a"], {"a=1": 3, "a=2": math.nan}),
        (AggregateOp.AVG, ["a"], {"a=1": 1.5, "a=2": math.nan}),
        (AggregateOp.MIN, ["a"], {"a=1": 1, "a=2": 4}),
        (AggregateOp.MAX, [], {"": 4}),
        (AggregateOp.COUNT, [], {"": 4}),
        (AggregateOp.COUNT, ["b"], {"": 1, "b=1": 1, "b=2": 2}),
        (AggregateOp.MAX, ["__name__"], {"__name__=x": 4}),
        (AggregateOp.MIN, ["a", "b"], {"a=1,b=1": 1, "a=1,b=2": 2, "a=2": 4, "a=2,b=2": math.nan}),
    ],
)
def test_aggregation_keeps_the_by_labels_only(op: AggregateOp, by: list[str], expected: dict[str, float]):
    assert at(0, Aggregate(op=op, by=by, of=X), *FOUR) == pytest.approx(expected, nan_ok=True)


def test_a_ratio_counts_an_absent_numerator_as_zero_and_drops_an_absent_denominator():
    bad = [
        Series(labels={"__name__": "bad", "pod": pod}, times=[0], values=[value]) for pod, value in (("a", 1), ("c", 5))
    ]
    total = [every(15, 4, pod="a"), every(15, 8, pod="b"), every(15, 0, pod="d")]
    query = Ratio(numerator=Select(metric="bad"), denominator=X)
    expected = {"pod=a": 0.25, "pod=b": 0.0, "pod=d": math.nan}
    assert at(0, query, *bad, *total) == pytest.approx(expected, nan_ok=True)
    complement = query.evolve(complement=True)
    assert at(0, complement, *bad, *total) == pytest.approx(
        {name: 1 - value for name, value in expected.items()}, nan_ok=True
    )


def histogram(counts: dict[str, float]) -> list[Series]:
    return [every(15, count, le=le) for le, count in counts.items()]


@pytest.mark.parametrize(
    ("counts", "q", "value"),
    [
        ({"1": 10, "2": 30, "+Inf": 40}, 0.5, 1.5),
        ({"1": 10, "2": 30, "+Inf": 40}, 0.125, 0.5),
        ({"1": 10, "2": 30, "+Inf": 40}, 0.99, 2),
        ({"+Inf": 40, "2": 30, "1": 10}, 0.75, 2),
        ({"-1": 10, "2": 30, "+Inf": 40}, 0.1, -1),
        ({"1": 10, "2": 5, "4": 30, "+Inf": 30}, 0.5, 2.5),  # 5 is lifted to 10
        ({"1": 10, "1.0": 10, "2": 30, "+Inf": 30}, 0.5, 0.75),  # one bound written twice: 20, 30, 30
        ({"1": 10, "2": 30}, 0.5, math.nan),  # no +Inf
        ({"+Inf": 40}, 0.5, math.nan),
        ({"1": 0, "+Inf": 0}, 0.5, math.nan),
        ({"1": 10, "none": 7, "+Inf": 10}, 0.5, 0.5),
    ],
)
def test_a_quantile_lies_on_the_line_inside_its_bucket(counts: dict[str, float], q: float, value: float):
    assert only(0, Quantile(q=q, of=X), *histogram(counts)) == pytest.approx(value, nan_ok=True)


@pytest.mark.parametrize(
    ("op", "value", "pods"),
    [
        (MatchOp.EQUAL, "a", "a"),
        (MatchOp.NOT_EQUAL, "a", ["ab", ""]),
        (MatchOp.REGEX, "a", "a"),
        (MatchOp.REGEX, "a.*", ["a", "ab"]),
        (MatchOp.REGEX, ".*", ["a", "ab", ""]),
        (MatchOp.NOT_REGEX, "a|b", ["ab", ""]),
        (MatchOp.EQUAL, "", [""]),
    ],
)
def test_matchers_are_anchored_and_an_absent_label_is_empty(op: MatchOp, value: str, pods: list[str]):
    series = [every(15, 1, pod="a"), every(15, 1, pod="ab"), every(15, 1)]
    found = evaluate(X.where(Matcher(label="pod", op=op, value=value)), series, [0])
    assert sorted(one.labels.get("pod", "") for one in found) == sorted(pods)


@pytest.mark.parametrize("pattern", ["(?=a)b", "[[:alpha:]]", r"\pL", "(", r"(a)\1"])
def test_a_regex_that_the_two_engines_read_differently_is_refused(pattern: str):
    query = X.where(Matcher(label="pod", op=MatchOp.REGEX, value=pattern))
    reply = answer(InstantQuestion(query=query, at=datetime.fromtimestamp(0, UTC)), [every(15, 1)])
    assert isinstance(reply, Gap)
    assert reply.reason is GapReason.FAILED
    assert repr(pattern) in reply.detail


def test_an_operator_that_drops_the_name_refuses_two_metrics():
    y = Series(labels={"__name__": "y"}, times=[0, 15], values=[0, 1])
    both = Select(metric="", matchers=[Matcher(label="__name__", op=MatchOp.REGEX, value="x|y")])
    with pytest.raises(ValueError, match="select one metric"):
        evaluate(Rate(of=both, window_seconds=60), [every(15, 1, 2), y], [30])


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


def stored(**labels: str) -> Series:
    times = [BEGIN.timestamp() + 15 * step for step in range(40)]
    return Series(labels={"__name__": "x", **labels}, times=times, values=[float(step) for step in range(40)])


def hour(start: int = 0, end: int = 3600) -> Window:
    return Window(start=BEGIN + timedelta(seconds=start), end=BEGIN + timedelta(seconds=end))


def test_a_range_answers_once_every_step_where_there_is_a_value():
    reply = answer(RangeQuestion(query=X, window=hour(), step_seconds=300), [stored()])
    assert isinstance(reply, MetricAnswer)
    assert [moment - BEGIN.timestamp() for moment in reply.series[0].times] == [0, 300, 600]
    assert reply.series[0].values == [0, 20, 39]


def test_moments_start_at_the_window_and_include_an_end_they_hit():
    start = BEGIN.timestamp()
    assert moments(hour(end=30), 15) == [start, start + 15, start + 30]
    assert moments(hour(end=29), 15) == [start, start + 15]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (InstantQuestion(query=Raw(promql="x"), at=BEGIN), GapReason.REFUSED),
        (InstantQuestion(query=Aggregate(of=Raw(promql="x")), at=BEGIN), GapReason.REFUSED),
        (InstantQuestion(query=Select(metric="y"), at=BEGIN), GapReason.EMPTY),
        (InstantQuestion(query=X, at=BEGIN - timedelta(seconds=1)), GapReason.EMPTY),
        (RangeQuestion(query=X, window=hour(3000, 3600)), GapReason.EMPTY),
        (RangeQuestion(query=X, window=hour(0, 86400), step_seconds=1), GapReason.OUT_OF_RANGE),
        (RangeQuestion(query=X, window=hour(10, 0)), GapReason.FAILED),
        (SeriesQuestion(selectors=[Select(metric="y")], window=hour()), GapReason.EMPTY),
        (SeriesQuestion(selectors=[X], window=hour(3000, 3600)), GapReason.EMPTY),
    ],
)
def test_a_question_without_data_says_which_kind_of_without(question: InstantQuestion, reason: GapReason):
    reply = answer(question, [stored()])
    assert isinstance(reply, Gap)
    assert reply.reason is reason


def test_series_are_listed_once_without_samples():
    selectors = [X, X.where(Matcher(label="pod", value="b"))]
    reply = answer(SeriesQuestion(selectors=selectors, window=hour()), [stored(pod="b"), stored(pod="a")])
    assert reply == MetricAnswer(
        series=[Series(labels={"__name__": "x", "pod": "a"}), Series(labels={"__name__": "x", "pod": "b"})]
    )


COUNTS = st.lists(st.floats(0, 1e6), min_size=2, max_size=30)


@given(steps=COUNTS)
def test_growth_is_never_below_what_was_seen_nor_above_what_the_window_allows(steps: list[float]):
    total, values = 0.0, []
    for step in steps:
        total += step
        values.append(total)
    seconds = 15 * len(values)
    grown = only(15 * (len(values) - 1), Increase(of=X, window_seconds=seconds), every(15, *values))
    seen = values[-1] - values[0]
    assert grown is not None
    assert seen * (1 - 1e-9) <= grown <= seen * seconds / (15 * (len(values) - 1)) * (1 + 1e-9)


@given(values=COUNTS, fall=st.integers(1, 29))
def test_a_fall_to_zero_grows_like_a_counter_that_went_on(values: list[float], fall: int):
    whole, total = [], 0.0
    for value in values:
        total += value
        whole.append(total)
    place = min(fall, len(whole) - 1)
    assume(values[place] < whole[place - 1])  # else nobody can see that it fell
    broken = [*whole[:place], *(value - whole[place - 1] for value in whole[place:])]
    query = Increase(of=X, window_seconds=15 * len(values))
    end = 15 * (len(values) - 1)
    assert only(end, query, every(15, *broken)) == pytest.approx(
        only(end, query, every(15, *whole)), rel=1e-6, abs=1e-6
    )


@given(values=st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=8))
def test_the_sum_of_the_parts_is_the_sum_of_all(values: list[float]):
    series = [every(15, value, pod=str(place), side=str(place % 2)) for place, value in enumerate(values)]
    parts = at(0, Aggregate(of=X, by=["side"]), *series)
    assert only(0, Aggregate(of=X), *series) == pytest.approx(sum(parts.values()), abs=1e-3)


@given(counts=st.lists(st.integers(0, 1000), min_size=3, max_size=8), low=st.floats(0, 1), high=st.floats(0, 1))
def test_quantiles_ascend_and_stay_within_the_bounds(counts: list[int], low: float, high: float):
    bounds = [*(str(2**place) for place in range(len(counts) - 1)), "+Inf"]
    series = histogram({le: float(sum(counts[: place + 1])) for place, le in enumerate(bounds)})
    first, second = (only(0, Quantile(q=q, of=X), *series) for q in sorted((low, high)))
    if sum(counts) and not math.isnan(first):
        assert 0 <= first <= second + 1e-9 <= 2 ** (len(counts) - 2) + 2e-9


@given(order=st.permutations(range(6)))
def test_the_order_of_stored_samples_does_not_matter(order: list[int]):
    samples = {15.0 * place: float(place * place) for place in range(6)}
    shuffled = x({moment: samples[moment] for moment in (15.0 * place for place in order)})
    query = Rate(of=X, window_seconds=60)
    assert evaluate(query, [shuffled], [75, 30]) == evaluate(query, [x(samples)], [30, 75])
