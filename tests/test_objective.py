"""SLOs as people write them, and what the machine gets."""

from pathlib import Path

from agent.model.entity import ServiceRef
from agent.model.query import Matcher, MatchOp, Raw, Select
from agent.model.rules import Objective
from agent.settings import load

TEXT = 'slos: [{name: a, service: shop/checkout, objective: "99.9%", total: "x[{{.window}}]", good: "sum(rate(g[{{.window}}]))"}]'


def file_of(folder: Path, text: str) -> Path:
    path = folder / "steadyhand.yaml"
    path.write_text(text)
    return path


def test_an_slo_with_selectors_becomes_a_splittable_indicator(tmp_path):
    path = file_of(
        tmp_path,
        """
slos:
  - name: availability
    service: shop/checkout
    objective: "99.95 %"
    period_days: 28
    total: {metric: http_requests_total, matchers: {job: checkout}}
    bad: {metric: http_requests_total, matchers: {job: checkout, code: "=~5..", path: "!=/health", a: "!~x", b: "==~y"}}
    pod_label: pod
""",
    )

    slo = load(path).rules().slo_of(ServiceRef(namespace="shop", name="checkout"))

    assert slo is not None
    assert (slo.objective, slo.period_days, slo.assumed) == (0.9995, 28, False)
    assert slo.sli.total == Select(metric="http_requests_total", matchers=[Matcher(label="job", value="checkout")])
    assert isinstance(slo.sli.bad, Select)
    assert slo.sli.bad.matchers[1:] == [
        Matcher(label="code", op=MatchOp.REGEX, value="5.."),
        Matcher(label="path", op=MatchOp.NOT_EQUAL, value="/health"),
        Matcher(label="a", op=MatchOp.NOT_REGEX, value="x"),
        Matcher(label="b", op=MatchOp.EQUAL, value="=~y"),
    ]
    assert (slo.sli.good, slo.sli.pod_label, slo.sli.why) == (None, "pod", "configured: slos[0]")
    assert slo.sli.splittable


def test_an_slo_in_promql_keeps_its_query_and_takes_the_window(tmp_path):
    [slo] = load(file_of(tmp_path, TEXT)).rules().slos

    assert slo.objective == 0.999
    assert slo.sli.good == Raw(promql="sum(rate(g[{{.window}}]))")
    assert slo.sli.error_ratio(300).numerator == Raw(promql="sum(rate(g[300s]))")


def test_the_assumed_objective_understands_percent(tmp_path):
    text = 'default_slo: {objective: "99%", period_days: 28}'

    assert load(file_of(tmp_path, text)).rules().default_slo == Objective(objective=0.99, period_days=28)
