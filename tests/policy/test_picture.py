"""What a report is drawn from: curves, calls, and the groups that tests compared."""

from datetime import timedelta

import numpy as np
import pytest

from agent.model.picture import AFTERWARDS, CLOSE_UP, LOOK_BACK
from agent.model.query import Series
from agent.model.question import InstantQuestion, MetricAnswer
from agent.model.verification import Verification, VerificationKind
from agent.policy import picture
from agent.policy.brief import report
from agent.reasoning.counting import REFINED_STEP, Counts, indicator_questions, refined_window
from agent.reasoning.judge import update
from agent.reasoning.probes import probes
from tests.reasoning.builders import (
    ANCHOR,
    CHECKOUT,
    ONSET,
    PAYMENTS,
    Load,
    Notebook,
    about,
    edge,
    hypothesis,
    incident,
    pod,
    profile,
    revision,
    rollout,
    sli,
)


def counted(total, bad) -> Counts:
    times = np.arange(1, len(total) + 1, dtype=float) * 15
    return Counts(times, {"a": np.array(total, dtype=float)}, {"a": np.array(bad, dtype=float)})


def failing() -> Notebook:
    return Notebook(profile(edges=[edge()])).counted([Load("checkout-a", failing=0.3)])


def test_the_look_back_and_the_close_up_are_drawn_from_the_counts():
    curves = {curve.name: curve for curve in picture.curves(failing().facts())}
    assert set(curves) == {LOOK_BACK, CLOSE_UP}
    for curve in curves.values():
        assert len(curve.times) == len(curve.values) <= picture.POINTS
        before = [v for t, v in zip(curve.times, curve.values, strict=True) if t < ONSET.timestamp()]
        since = [v for t, v in zip(curve.times, curve.values, strict=True) if t > ONSET.timestamp() + 60]
        assert set(before) == {0.0}
        assert since == pytest.approx([0.3] * len(since), abs=1e-4)


def test_a_healthy_service_has_no_close_up():
    assert [c.name for c in picture.curves(Notebook().counted([Load("checkout-a")]).facts())] == [LOOK_BACK]


def test_nothing_answered_is_nothing_drawn():
    assert picture.curves(Notebook().facts()) == []
    assert picture.facts({}, incident(), []) is None


@pytest.mark.parametrize(
    ("total", "bad", "values"),
    [
        ([10, 10], [0, 5], [0.0, 0.5]),
        ([10, 0, 10, 0], [1, 0, 5, 0], [0.1, 0.5]),  # scraped every second interval
        ([0, 0, 10, 10], [0, 0, 0, 1], [None, None, 0.0, 0.1]),  # began late
        ([0, 0], [0, 0], [None, None]),
        ([10], [20], [1.0]),  # counters read a moment apart
        ([], [], []),
    ],
)
def test_a_point_is_as_short_as_the_scrapes_allow(total, bad, values):
    assert picture.ratio_curve("x", counted(total, bad)).values == values


def test_the_longest_window_is_thinned_without_losing_its_end():
    curve = picture.ratio_curve("x", counted([10] * 5000, [0] * 4999 + [10]))
    assert len(curve.times) <= picture.POINTS
    assert curve.times[-1] == 5000 * 15
    assert curve.values[-1] > 0


def test_each_look_after_the_action_is_a_point():
    book, since = failing(), ANCHOR
    for seconds, value in ((60, 0.02), (120, 0.001), (90, float("nan"))):
        question = InstantQuestion(query=sli().error_ratio(seconds), at=since + timedelta(seconds=seconds))
        book.answer(question, MetricAnswer(series=[Series(times=[0.0], values=[value])]))
    book.answer(
        InstantQuestion(query=sli().error_ratio(300), at=since + timedelta(seconds=60)), MetricAnswer(series=[])
    )
    watched = Verification(kind=VerificationKind.RECOVERED, since=since, reason="a test says so")
    (curve,) = picture.afterwards(book.facts(), watched, book.evidence)
    assert (curve.name, curve.values) == (AFTERWARDS, [0.02, 0.001])
    assert picture.afterwards(book.facts(), None, book.evidence) == []


def test_an_edge_whose_calls_fail_says_so_in_numbers():
    book = failing()
    calls = sli().evolve(total=edge().total, bad=edge().bad, pod_label="")
    window = refined_window(book.facts().coarse_onset.at, ANCHOR)
    book.counted_as(indicator_questions(calls, window, REFINED_STEP, 60), [Load("", rps=10, failing=0.4)])
    (link,) = picture.links(book.facts())
    assert (link.caller, link.callee, link.failing, link.measured) == ("shop/checkout", "shop/payments", True, True)
    assert link.ratio == pytest.approx(0.4, abs=0.01)


def test_an_edge_that_nobody_counted_is_there_without_numbers():
    (link,) = picture.links(failing().facts())
    assert (link.bad, link.ratio, link.failing) == (None, None, False)


def test_what_is_only_named_in_the_configuration_is_no_measured_edge():
    guessed = edge().evolve(total=None, bad=None, external=True, known_by="configuration names payments")
    (link,) = picture.links(Notebook(profile(edges=[guessed])).facts())
    assert (link.callee, link.measured, link.external) == ("payments", False, True)


def test_each_edge_is_listed_once_and_never_too_many():
    callees = [PAYMENTS.evolve(name=f"s{i}") for i in range(60)]
    own = profile(edges=[edge(each) for each in callees])
    theirs = [profile(each, edges=[edge(CHECKOUT, each)]) for each in callees[:3]]
    links = picture.links(Notebook(own, *theirs).facts())
    assert len(links) == picture.LINKS
    assert len({(link.caller, link.callee) for link in links}) == picture.LINKS


def test_a_report_carries_its_pictures():
    book = failing()
    state = {"profiles": book.profiles, "anchor": ANCHOR, "onset": ONSET}
    found = report(state, incident(), book.evidence, ANCHOR)
    assert [curve.name for curve in found.curves] == [LOOK_BACK, CLOSE_UP]
    assert [link.callee for link in found.links] == ["shop/payments"]


def test_the_groups_that_a_test_compared_are_kept_with_the_suspect_they_are_about():
    split = next(probe for probe in probes() if probe.name == "revision split")
    loads = [Load("checkout-hash4-a"), Load("checkout-hash7-b", failing=0.5)]
    book = Notebook().counted(loads).changed(rollout()).pods(pod("checkout-hash4-a", 4), pod("checkout-hash7-b", 7))
    book.revisions(revision(7, current=True), revision(4))
    reading = split.read(book.facts(), about(change=rollout()))
    assert [(side.label, round(side.value, 2)) for side in reading.sides] == [
        ("new revision, 1 pod", 0.5),
        ("old revision, 1 pod", 0.0),
    ]
    rivals = [hypothesis("bad-release", 0.6, change=rollout().id), hypothesis("nothing-visible", 0.4)]
    release, rest = update(rivals, split, about(change=rollout()), reading)
    assert release.tests[0].sides == reading.sides
    assert rest.tests[0].sides == []
