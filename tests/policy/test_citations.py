"""Evidence as a report lists it."""

import pytest

from agent.model.cluster import LogExcerpt, LogLine
from agent.model.entity import Entity
from agent.model.evidence import Evidence
from agent.model.query import Select, Series
from agent.model.question import (
    Changes,
    ChangesQuestion,
    Configs,
    ConfigsQuestion,
    Events,
    EventsQuestion,
    Gap,
    GapReason,
    InstantQuestion,
    Logs,
    LogsQuestion,
    MetricAnswer,
    Nodes,
    NodesQuestion,
    Pods,
    PodsQuestion,
    RangeQuestion,
    Revisions,
    RevisionsQuestion,
    SeriesQuestion,
    Services,
    ServicesQuestion,
    WorkloadQuestion,
    Workloads,
)
from agent.model.record import Window
from agent.policy.citations import cite
from tests.reasoning.builders import ANCHOR, CHECKOUT, ONSET, deployment, named, pod

UP = Select(metric="up")
WINDOW = Window(start=ONSET, end=ANCHOR)
CONFIG = Entity(kind="Deployment", namespace="shop", name="checkout")
LOG = LogExcerpt(pod="a", container="app", lines=[LogLine(text="one"), LogLine(text="two")])

ROWS = [
    (WorkloadQuestion(namespace="shop", name="checkout"), Workloads(items=[deployment()]), "cluster", "the workload behind shop/checkout", "1 found"),
    (RevisionsQuestion(entity=CONFIG), Revisions(items=[]), "cluster", "revisions of Deployment shop/checkout", "0 found"),
    (PodsQuestion(entity=CONFIG), Pods(items=[pod("a"), pod("b")]), "cluster", "pods of Deployment shop/checkout", "2 found"),
    (ConfigsQuestion(entity=CONFIG), Configs(items=[]), "cluster", "configuration Deployment shop/checkout refers to", "0 found"),
    (EventsQuestion(namespace="shop"), Events(items=[]), "events", "events in shop", "0 found"),
    (ServicesQuestion(namespace="shop"), Services(items=[]), "cluster", "services and endpoints in shop", "0 found"),
    (NodesQuestion(), Nodes(items=[]), "cluster", "nodes", "0 found"),
    (LogsQuestion(namespace="shop", pod="a", lines=50), Logs(excerpt=LOG), "logs", "last 50 log lines of shop/a", "2 lines"),
    (ChangesQuestion(namespace="shop", window=WINDOW), Changes(items=[]), "changes", "changes in shop since 14:00", "0 found"),
    (SeriesQuestion(selectors=[UP, UP], window=WINDOW), MetricAnswer(series=[]), "metrics", "which of 2 known series exist", "0 series"),
    (InstantQuestion(query=UP, at=ONSET), MetricAnswer(series=[Series(times=[1.0], values=[0.25])], text="up"), "metrics", "up  [at 14:00:00]", "0.25"),
    (RangeQuestion(query=UP, window=WINDOW), MetricAnswer(series=[Series(times=[1.0, 2.0], values=[1.0, 1 / 3])] * 2, text="up"), "metrics", "up  [14:00:00 to 14:10:00, every 15 s]", "2 series"),
]  # fmt: skip


def evidence(question, answer) -> Evidence:
    return Evidence(id="E7", question=question, answer=answer, asked_at=ANCHOR)


@pytest.mark.parametrize(("question", "answer", "source", "asked", "came"), ROWS, ids=[row[0].kind for row in ROWS])
def test_a_citation_says_what_was_asked_and_what_came_back(question, answer, source, asked, came):
    cited = cite(evidence(question, answer))
    assert (cited.id, cited.source, cited.question, cited.summary) == ("E7", source, asked, came)
    assert cited.asked_at == ANCHOR


@pytest.mark.parametrize(("question", "answer", "source", "asked", "came"), ROWS, ids=[row[0].kind for row in ROWS])
def test_a_gap_says_why_there_is_no_answer(question, answer, source, asked, came):
    cited = cite(evidence(question, Gap(reason=GapReason.REFUSED, detail="403 on pods")))
    assert cited.summary == "no answer, refused: 403 on pods"
    assert cited.question
    assert cited.source == source


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_a_single_value_is_shown_as_it_is(value):
    answer = MetricAnswer(series=[Series(times=[1.0], values=[value])], text="up")
    assert cite(evidence(InstantQuestion(query=UP, at=ONSET), answer)).summary == f"{value:.6g}"


def test_warnings_of_the_source_are_shown():
    answer = MetricAnswer(series=[], text="up", warnings=["partial response"])
    assert cite(evidence(InstantQuestion(query=UP, at=ONSET), answer)).summary == "0 series; warnings: partial response"


def test_a_source_without_a_text_of_its_own_is_cited_in_words():
    answer = MetricAnswer(series=[Series(times=[1.0], values=[1.0])])
    assert cite(evidence(InstantQuestion(query=UP, at=ONSET), answer)).question == "metric query select  [at 14:00:00]"


def test_the_named_workload_is_the_one_asked_about():
    assert str(named(CHECKOUT)) in cite(evidence(PodsQuestion(entity=named(CHECKOUT)), Pods(items=[]))).question
