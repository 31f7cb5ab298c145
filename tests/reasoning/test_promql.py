"""The PromQL that query values become, checked as text and by a parser."""

import promql_parser
import pytest
from hypothesis import given
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
)
from agent.reasoning.promql import duration, render

UP = Select(metric="up")
TOTAL = Aggregate(of=Rate(of=Select(metric="http_requests_total"), window_seconds=300), by=["pod"])
FAILED = Aggregate(
    of=Rate(
        of=Select(metric="http_requests_total", matchers=[Matcher(label="code", op=MatchOp.REGEX, value="5..")]),
        window_seconds=300,
    ),
    by=["pod"],
)
ERRORS = 'sum by (pod) (rate(http_requests_total{code=~"5.."}[5m]))'
ALL = "sum by (pod) (rate(http_requests_total[5m]))"

TEXTS: dict[str, tuple[Query, str]] = {
    "a metric": (UP, "up"),
    "matchers keep their order": (
        UP.where(Matcher(label="b", op=MatchOp.NOT_EQUAL, value="1"), Matcher(label="a", value="2")),
        'up{b!="1",a="2"}',
    ),
    "a value is quoted": (UP.where(Matcher(label="a", value='\\ " \n \t {}')), r'up{a="\\ \" \n \t {}"}'),
    "a regex keeps its backslashes": (
        UP.where(Matcher(label="a", op=MatchOp.NOT_REGEX, value=r"x\.y|z")),
        r'up{a!~"x\\.y|z"}',
    ),
    "no metric, only matchers": (
        Select(metric="", matchers=[Matcher(label="__name__", op=MatchOp.REGEX, value="http_.*")]),
        '{__name__=~"http_.*"}',
    ),
    "a second condition on the name": (
        UP.where(Matcher(label="__name__", op=MatchOp.NOT_EQUAL, value="down")),
        '{__name__="up",__name__!="down"}',
    ),
    "a name with dots is a matcher": (Select(metric="http.server.duration"), '{__name__="http.server.duration"}'),
    "rate": (Rate(of=UP, window_seconds=90), "rate(up[90s])"),
    "increase": (Increase(of=UP, window_seconds=3600), "increase(up[1h])"),
    "one series in all": (Aggregate(op=AggregateOp.MAX, of=UP), "max(up)"),
    "a ratio counts a missing numerator as 0": (
        Ratio(numerator=FAILED, denominator=TOTAL),
        f"({ERRORS} or {ALL} * 0) / {ALL}",
    ),
    "its complement": (
        Ratio(numerator=FAILED, denominator=TOTAL, complement=True),
        f"1 - ({ERRORS} or {ALL} * 0) / {ALL}",
    ),
    "a ratio of ratios is bracketed": (
        Ratio(numerator=UP, denominator=Ratio(numerator=UP, denominator=UP, complement=True)),
        "(up or (1 - (up or up * 0) / up) * 0) / (1 - (up or up * 0) / up)",
    ),
    "a quantile": (
        Quantile(q=0.99, of=Aggregate(of=Rate(of=Select(metric="t_bucket"), window_seconds=60), by=["le"])),
        "histogram_quantile(0.99, sum by (le) (rate(t_bucket[1m])))",
    ),
    "a user's own text": (Raw(promql="slo:errors:ratio5m  # mine"), "slo:errors:ratio5m  # mine"),
    "a user's comment swallows nothing": (
        Ratio(numerator=Raw(promql="a # bad"), denominator=Raw(promql="b or c")),
        "((a # bad\n) or (b or c) * 0) / (b or c)",
    ),
}


@pytest.mark.parametrize(("query", "text"), TEXTS.values(), ids=TEXTS.keys())
def test_a_query_reads_as(query: Query, text: str):
    assert render(query) == text
    promql_parser.parse(text)


@pytest.mark.parametrize(
    ("seconds", "text"), [(1, "1s"), (60, "1m"), (61, "61s"), (5400, "90m"), (86400, "1d"), (259200, "3d")]
)
def test_a_duration_is_written_in_its_largest_whole_unit(seconds: int, text: str):
    assert duration(seconds) == text


LABELS = st.sampled_from(["a", "pod", "le", "__name__"])
SELECTS = st.builds(
    Select,
    metric=st.sampled_from(["up", "a:b", "http.server"]),
    matchers=st.lists(
        st.builds(Matcher, label=LABELS, op=st.sampled_from([MatchOp.EQUAL, MatchOp.NOT_EQUAL]), value=st.text()),
        max_size=3,
    ),
)
QUERIES = st.recursive(
    SELECTS | st.builds(Rate, of=SELECTS, window_seconds=st.integers(1, 10**6)),
    lambda inner: (
        st.builds(Aggregate, op=st.sampled_from(AggregateOp), of=inner, by=st.lists(LABELS, unique=True))
        | st.builds(Ratio, numerator=inner, denominator=inner, complement=st.booleans())
        | st.builds(Quantile, q=st.floats(0, 1), of=inner)
    ),
    max_leaves=4,
)


@given(query=QUERIES)
def test_every_query_is_promql_and_always_the_same(query: Query):
    promql_parser.parse(render(query))
    assert render(query) == render(query.model_validate(query.model_dump()))


@given(value=st.text())
def test_a_label_value_of_any_text_comes_back_from_the_parser(value: str):
    parsed = promql_parser.parse(render(UP.where(Matcher(label="a", value=value))))
    assert [matcher.value for matcher in parsed.matchers.matchers] == [value]
