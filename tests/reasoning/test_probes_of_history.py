"""Probes that look at how errors went with a change over time: its dose, its end, and what was before it."""

import pytest

from agent.model.change import ChangeKind
from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.question import MetricAnswer
from agent.reasoning.counting import survey_questions
from tests.reasoning.builders import (
    ANCHOR,
    Load,
    Notebook,
    about,
    after,
    deployment,
    pod,
    profile,
    revision,
    rollout,
    sli,
    slo,
)
from tests.reasoning.readings import PROBES, ROLLOUT, burning, seen


class Growing(Load):
    """Takes over traffic in a straight line from the onset on; the rest is left to the others."""

    def __init__(self, name, *, ends=600.0, falling=False, **changes):
        super().__init__(name, **changes)
        self.ends, self.falling = ends, falling

    def _served(self, moment):
        seconds = min(max(moment - self.since, 0.0), self.ends)
        grown = seconds**2 / (2 * self.ends)
        return (seconds - grown) if self.falling else grown

    def total(self, moment):
        before = self.rps * (min(moment, self.since) - self.began) if self.falling else 0.0
        return before + self.rps * self._served(moment)

    def bad(self, moment):
        return self.failing * self.rps * self._served(moment)


def taking_over(new, old):
    loads = [Growing("checkout-hash7-a", failing=new), Growing("checkout-hash4-b", failing=old, falling=True)]
    living = [pod("checkout-hash7-a", 7), pod("checkout-hash4-b", 4)]
    return burning(*loads).pods(*living).revisions(revision(4), revision(7)).changed(rollout(-10))


@pytest.mark.parametrize(("new", "old", "outcome"), [(0.4, 0.0, "follows"), (0.4, 0.4, "flat")])
def test_errors_follow_the_share_of_a_bad_release_and_of_nothing_else(new, old, outcome):
    assert seen("dose response", taking_over(new, old), about(change=rollout(-10))) == outcome


def test_no_dose_is_no_reading():
    notebook = burning(Load("checkout-hash7-a", failing=0.3)).pods(pod("checkout-hash7-a", 7)).revisions(revision(7))
    assert seen("dose response", notebook.changed(ROLLOUT), about(change=ROLLOUT)) is None


class Episode(Load):
    """Fails between two moments only."""

    def __init__(self, name, began, ended, **changes):
        super().__init__(name, **changes)
        self.span = (began.timestamp(), ended.timestamp())

    def bad(self, moment):
        first, last = self.span
        return self.rps * self.failing * max(min(moment, last) - first, 0.0)


BACK = rollout(240, kind=ChangeKind.ROLLBACK, from_revision=7, to_revision=8)


@pytest.mark.parametrize(("ended", "outcome"), [(after(270), "recovered"), (ANCHOR, "persists")])
def test_errors_that_end_with_the_release_were_its_own(ended, outcome):
    notebook = burning(Episode("checkout-a", after(0), ended, failing=0.3)).changed(ROLLOUT, BACK)
    assert seen("taken back", notebook, about(change=ROLLOUT)) == outcome


def test_a_release_that_is_still_live_was_not_taken_back():
    facts = burning().changed(ROLLOUT).facts()
    assert not PROBES["taken back"].applies(facts, about(change=ROLLOUT))


class Twice(Load):
    """An earlier episode of ten minutes, half an hour before the onset."""

    def bad(self, moment):
        first = self.since - 1800
        return super().bad(moment) + self.rps * self.failing * max(min(moment, first + 600) - first, 0.0)


@pytest.mark.parametrize(("load", "outcome"), [(Twice, "yes"), (Load, "no")])
def test_errors_that_had_come_up_before_the_change_are_not_its_own(load, outcome):
    notebook = burning(load("checkout-a", failing=0.3)).changed(ROLLOUT)
    assert seen("earlier occurrence", notebook, about(change=ROLLOUT)) == outcome


def test_history_that_was_not_measured_says_nothing():
    early = rollout(-5000)
    assert seen("earlier occurrence", burning().changed(early), about(change=early)) is None


# the same build elsewhere


def placed() -> Notebook:
    total = Select(
        metric="http_requests_total",
        matchers=[Matcher(label="namespace", value="shop"), Matcher(label="service", value="checkout")],
    )
    mine = sli(total=total, bad=total.where(Matcher(label="code", op=MatchOp.REGEX, value="5..")))
    return Notebook(profile(slo=slo(sli=mine), workload=deployment(images={"app": "registry/checkout:7"})))


def elsewhere(there: float, runs=("shop", "shop-eu"), rps: float = 10.0) -> Notebook:
    notebook = placed().changed(ROLLOUT).counted([Load("checkout-a", failing=0.3)])
    running, ratio, traffic = PROBES["same build elsewhere"].needs(notebook.facts(), about(change=ROLLOUT))

    def by(values):
        now = ANCHOR.timestamp()
        return MetricAnswer(
            series=[Series(labels={"namespace": n}, times=[now], values=[v]) for n, v in values.items()]
        )

    notebook.answer(running, by(dict.fromkeys(runs, 2.0)))
    notebook.answer(ratio, by({"shop": 0.3, "shop-eu": there}))
    return notebook.answer(traffic, by({"shop": 20.0, "shop-eu": rps}))


@pytest.mark.parametrize(
    ("notebook", "outcome"),
    [
        (elsewhere(0.28), "fails there"),
        (elsewhere(0.0), "healthy there"),
        (elsewhere(0.04), None),
        (elsewhere(0.0, rps=0.001), None),
        (elsewhere(0.28, runs=("shop",)), None),
    ],
    ids=["it fails there", "it is healthy there", "in between", "nobody calls it there", "it runs nowhere else"],
)
def test_the_same_build_in_another_namespace(notebook, outcome):
    assert seen("same build elsewhere", notebook, about(change=ROLLOUT)) == outcome


def test_an_indicator_that_names_no_namespace_cannot_be_asked_elsewhere():
    facts = burning().changed(ROLLOUT).facts()
    assert survey_questions(facts.profile, ANCHOR)
    assert not PROBES["same build elsewhere"].applies(facts, about(change=ROLLOUT))


# flags


FLAG = rollout(-60, kind=ChangeKind.FLAG, keys=["new-basket"], version="on", id="flag-new-basket")


def exposed(follows: bool, metric: int = 0, value: str = "on") -> Notebook:
    """A flag whose new value goes from nobody to everybody after the onset; errors follow it, or do not care."""
    load = Growing("checkout-a", failing=0.4) if follows else Load("checkout-a", failing=0.3)
    rest = Growing("checkout-b", failing=0.0, falling=True) if follows else Load("checkout-b", failing=0.3)
    notebook = burning(load, rest).changed(FLAG)
    questions = PROBES["flag exposure"].needs(notebook.facts(), about(change=FLAG))[2:]
    times = [ANCHOR.timestamp() - 5400 + 15 * place for place in range(361)]
    on = [10 * min(max(moment - after(0).timestamp(), 0) / 600, 1) for moment in times]
    label = questions[metric].query.by[0]
    series = [
        Series(labels={label: value}, times=times, values=on),
        Series(labels={label: "off"}, times=times, values=[10 - one for one in on]),
    ]
    return notebook.answer(questions[metric], MetricAnswer(series=series))


@pytest.mark.parametrize("metric", [0, 1, 2])
@pytest.mark.parametrize(("follows", "outcome"), [(True, "follows"), (False, "flat")])
def test_errors_follow_the_exposure_of_a_bad_flag_and_of_no_other(metric, follows, outcome):
    assert seen("flag exposure", exposed(follows, metric), about(change=FLAG)) == outcome


def test_a_value_that_nobody_was_given_says_nothing():
    assert seen("flag exposure", exposed(follows=True, value="blue"), about(change=FLAG)) is None


def test_a_flag_that_nobody_counts_says_nothing():
    assert seen("flag exposure", burning().changed(FLAG), about(change=FLAG)) is None
