"""Conditions over what the indicator's own series tell: route, version, caller, flag."""

import pytest

from agent.model.query import Series
from agent.model.question import MetricAnswer, SeriesQuestion
from agent.model.record import Window
from agent.reasoning import slices
from agent.reasoning.pin import pin, questions
from tests.reasoning.builders import ANCHOR, Load, Notebook, after, hypothesis, pod, profile, revision, rollout, sli

RELEASE = hypothesis("bad-release", change=rollout().id)


def shop(*rows: dict, **loads: float) -> Notebook:
    """Rows of labels with the error ratio since the onset under `bad` and requests a second under `rps`; loads by pod."""
    notebook = Notebook(profile())
    labels = [{k: v for k, v in row.items() if k not in ("bad", "rps")} for row in rows]
    mine = {"__name__": "http_requests_total", "service": "checkout"}
    asked = SeriesQuestion(selectors=[sli().total], window=Window(start=after(-3600), end=ANCHOR))
    notebook.answer(asked, MetricAnswer(series=[Series(labels={**mine, **one}) for one in labels]))
    notebook.counted([Load(name.replace("_", "-"), failing=bad) for name, bad in loads.items()])
    notebook.revisions(revision(4), revision(7)).pods(pod("a", 7), pod("b", 4)).changed(rollout())
    pair = slices.questions(notebook.facts(), notebook.profiles[0])
    if pair:
        for question, name, default in ((pair[0], "bad", 0.0), (pair[1], "rps", 5.0)):
            values = [(one, row.get(name, default)) for one, row in zip(labels, rows, strict=True)]
            series = [Series(labels=one, times=[ANCHOR.timestamp()], values=[value]) for one, value in values]
            notebook.answer(question, MetricAnswer(series=series))
    return notebook


def test_a_route_that_fails_on_every_pod_is_named():
    rows = [
        {"pod": name, "route": route, "bad": bad}
        for name in ("a", "b")
        for route, bad in (("/pay", 0.4), ("/list", 0.0), ("/show", 0.0))
    ]
    found = pin(shop(*rows, a=0.2, b=0.2).facts(), RELEASE)
    assert found.dimensions == {"route": "/pay"}
    assert found.statement == "requests of route /pay: 2 of 2 kinds of requests fail; elsewhere 0 of 4"
    assert found.evidence


def test_a_route_that_fails_on_the_new_revision_only_takes_both_to_name():
    rows = [
        {"pod": name, "route": route, "bad": 0.4 if (name, route) == ("a", "/pay") else 0.0}
        for name in ("a", "b")
        for route in ("/pay", "/list")
    ]
    found = pin(shop(*rows, a=0.0, b=0.0).facts(), RELEASE)
    assert found is None, "one cell is no pattern"
    more = [{"pod": "a2", "route": "/pay", "bad": 0.4}, {"pod": "a2", "route": "/list"}]
    notebook = shop(*rows, *more, a=0.2, b=0.01)
    notebook.pods(pod("a", 7), pod("a2", 7), pod("b", 4))
    assert pin(notebook.facts(), RELEASE).dimensions == {"revision": "7", "route": "/pay"}


def test_where_pods_separate_cleanly_they_are_what_is_named():
    rows = [
        {"pod": name, "route": route, "bad": bad} for name, bad in (("a", 0.4), ("b", 0.0)) for route in ("/x", "/y")
    ]
    assert pin(shop(*rows, a=0.4, b=0.0).facts(), RELEASE).dimensions == {"revision": "7"}


@pytest.mark.parametrize(
    ("rows", "dimension"),
    [
        ([{"route": "/a"}, {"route": "/b"}], {"route": "route"}),
        ([{"http_route": "/a"}, {"http_route": "/b"}], {"route": "http_route"}),
        ([{"client": "x"}, {"client": "y"}], {"caller": "client"}),
        ([{"route": "/a"}, {"route": "/a"}], {}),
        ([{"route": f"/order/{number}"} for number in range(100)], {}),
        ([{"code": "200"}, {"code": "500"}], {}),
    ],
    ids=["a route", "under another label", "a caller", "one value only", "ids in the path", "no dimension"],
)
def test_what_the_series_can_be_cut_by(rows, dimension):
    notebook = shop(*rows, a=0.3)
    assert slices.labels(notebook.facts(), notebook.profiles[0]) == dimension


def test_without_an_onset_nothing_is_asked():
    assert questions(shop({"route": "/a"}, {"route": "/b"}, a=0.0).facts(), RELEASE) == []
