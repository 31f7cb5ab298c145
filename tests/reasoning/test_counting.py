"""From counters and rates to events by pod and interval; what is missing, and what only seems to be."""

import numpy as np
import pytest

from agent.model.evidence import Evidence
from agent.model.query import Aggregate, Raw, Select, Series
from agent.model.question import Gap, GapReason, MetricAnswer, RangeQuestion
from agent.model.record import Window
from agent.model.slo import Sli
from agent.reasoning.counting import Counts, Tally, counting_questions, counts, refined_questions, survey_questions
from tests.reasoning.builders import ANCHOR, ONSET, after, profile, sli, slo

WINDOW = Window(start=ONSET, end=after(50))
STEP = 10
T = [ONSET.timestamp() + STEP * place for place in range(6)]
RAW = Raw(promql="sum(rate(requests[{{.window}}]))")
TOTAL, OTHER = Select(metric="requests_total"), Select(metric="errors_total")
NAN = float("nan")


def one(*values: float | None, **labels: str) -> Series:
    """A value every step from the window's start; None is no sample."""
    told = [(moment, value) for moment, value in zip(T, values, strict=False) if value is not None]
    return Series(labels=labels, times=[moment for moment, _ in told], values=[value for _, value in told])


def counted(total: list[Series] | GapReason, other: list[Series] | GapReason | None, indicator: Sli = sli()):  # noqa: B008 - frozen
    """Counts of a pair of answers."""
    questions = counting_questions(profile(slo=slo(sli=indicator)), WINDOW, STEP)
    evidence = [told(question, answer) for question, answer in zip(questions, (total, other), strict=True)]
    return counts(indicator, questions, evidence)


def told(question, answer) -> Evidence | None:
    if answer is None:
        return None
    said = Gap(reason=answer, detail="a test") if isinstance(answer, GapReason) else MetricAnswer(series=answer)
    return Evidence(id="E1", question=question, answer=said, asked_at=ANCHOR)


def grown(result: Counts) -> list[float]:
    return result.summed()[0].tolist()


@pytest.mark.parametrize(
    ("values", "increments"),
    [
        ((100, 110, 130, 130, 160, 200), [10, 20, 0, 30, 40]),
        ((100, 110, 5, 25, 35, 45), [10, 5, 20, 10, 10]),  # a reset: what it has since counted
        ((None, None, 10, 20, 30, 40), [0, 10, 10, 10, 10]),  # a pod that came: born at zero
        ((100, 110, 120, None, None, None), [10, 10, 0, 0, 0]),  # a pod that went
        ((None, None, 90_000, 90_010, 90_020, 90_030), [0, 0, 10, 10, 10]),  # an old counter, newly scraped
        ((90_000, 90_010, None, None, 90_040, 90_050), [10, 0, 0, 30, 10]),  # two scrapes were missed
        ((90_000, NAN, 90_020, 90_030, 90_040, 90_050), [0, 20, 10, 10, 10]),
        ((7, None, None, None, None, None), [0, 0, 0, 0, 0]),
        ((7, 7, 7, 7, 7, 7), [0, 0, 0, 0, 0]),
    ],
)
def test_a_counter_grows_by_its_differences(values, increments):
    assert grown(counted([one(*values, pod="a")], [])) == increments


def test_a_rate_counts_as_rate_times_step():
    raw = Sli(total=RAW, bad=RAW, why="")
    result = counted([one(2, 2, 3, NAN, float("inf"), 4)], [one(0, 1, 0, 0, 0, 0)], raw)
    assert grown(result) == [20, 30, 0, 0, 40]
    assert result.summed()[1].tolist() == [10, 0, 0, 0, 0]


def test_a_rate_beside_a_counter_is_each_counted_in_its_own_way():
    result = counted([one(2, 2, 2, 2, 2, 2)], [one(0, 1, 3, 3, 3, 3)], Sli(total=RAW, bad=OTHER, why=""))
    assert result.tally() == Tally(total=100, bad=3)


def test_good_events_are_taken_from_the_total():
    good = sli().evolve(bad=None, good=OTHER)
    result = counted([one(0, 10, 20, 30, 40, 50, pod="a")], [one(0, 10, 20, 25, 30, 35, pod="a")], good)
    assert result.tally() == Tally(total=50, bad=15)


def test_without_any_good_event_all_are_bad():
    good = sli().evolve(bad=None, good=OTHER)
    assert counted([one(0, 10, 20, 30, 40, 50, pod="a")], [], good).tally() == Tally(total=50, bad=50)
    assert counted([one(0, 10, 20, 30, 40, 50, pod="a")], GapReason.EMPTY, good).tally().bad == 50


def test_more_good_events_than_events_are_no_negative_errors():
    good = sli().evolve(bad=None, good=OTHER)
    assert counted([one(0, 10, 20, pod="a")], [one(0, 11, 22, pod="a")], good).tally().bad == 0


def test_where_no_label_names_the_pod_series_are_told_apart_by_nothing():
    codes = [one(0, 5, 10, code="100"), one(0, 10, 20, code="200"), one(0, 1, 2, code="500")]
    good = Sli(total=TOTAL, good=OTHER, why="")
    assert counted(codes, [codes[1]], good).tally() == Tally(total=32, bad=12)


def test_errors_split_finer_than_requests_are_all_counted():
    bad = [one(0, 1, 2, kind=kind) for kind in ("timeout", "refused", "reset")]
    result = counted([one(0, 10, 20)], bad, Sli(total=TOTAL, bad=OTHER, why=""))
    assert result.tally() == Tally(total=20, bad=6)


def test_a_missing_series_of_errors_is_no_errors():
    for nothing in ([], GapReason.EMPTY):
        result = counted([one(0, 10, 20, 30, 40, 50, pod="a")], nothing)
        assert result.tally() == Tally(total=50, bad=0)


@pytest.mark.parametrize("reason", [reason for reason in GapReason if reason is not GapReason.EMPTY])
def test_errors_that_could_not_be_asked_are_not_no_errors(reason):
    assert counted([one(0, 10, 20, pod="a")], reason) is None


@pytest.mark.parametrize("reason", GapReason)
def test_without_an_answer_for_the_total_there_are_no_counts(reason):
    assert counted(reason, [one(0, 1, 2, pod="a")]) is None


def test_a_question_that_was_not_asked_is_no_answer():
    questions = counting_questions(profile(), WINDOW, STEP)
    answered = told(questions[0], [one(0, 10, pod="a")])
    assert counts(sli(), questions, [answered, None]) is None
    assert counts(sli(), questions, [None, answered]) is None


def test_an_answer_without_series_counts_nothing():
    result = counted([], [])
    assert (result.pods, result.tally()) == ([], Tally())


@pytest.fixture
def two_pods() -> Counts:
    return counted(
        [one(0, 10, 20, 30, 40, 50, pod="a"), one(0, 0, 0, 5, 10, 15, pod="b")], [one(0, 0, 0, 2, 4, 6, pod="a")]
    )


def test_a_tally_is_of_some_pods_within_a_span(two_pods):
    assert two_pods.tally(pods={"a"}) == Tally(total=50, bad=6)
    assert two_pods.tally(since=after(20)) == Tally(total=45, bad=6)
    assert two_pods.tally(until=after(20)) == Tally(total=20, bad=0)
    assert two_pods.tally(since=after(20), until=after(30), pods={"b"}) == Tally(total=5, bad=0)
    assert two_pods.tally(pods={"nobody"}) == Tally()


def test_pods_are_those_that_served_anything(two_pods):
    assert two_pods.pods == ["a", "b"]
    assert counted([one(0, 0, 0, pod="idle"), one(0, 1, 2, pod="a")], []).pods == ["a"]


def test_the_two_halves_of_a_span_add_up(two_pods):
    early, late = two_pods.tally(until=after(30)), two_pods.tally(since=after(30))
    assert early.total + late.total == two_pods.tally().total


def test_a_tally_without_events_has_ratio_zero_and_says_so():
    assert (Tally().ratio, str(Tally(total=200, bad=30))) == (0.0, "15.0% of 200 requests")


def test_samples_off_the_grid_go_to_the_nearest_step():
    skewed = Series(labels={"pod": "a"}, times=[moment + 0.4 for moment in T], values=[0, 1, 3, 6, 10, 15])
    assert grown(counted([skewed], [])) == [1, 2, 3, 4, 5]


def test_samples_outside_the_window_are_left_out():
    wide = Series(labels={"pod": "a"}, times=[T[0] - 10, *T, T[-1] + 10], values=[0, 5, 6, 7, 8, 9, 10, 99])
    assert grown(counted([wide], [])) == [1, 1, 1, 1, 1]


def test_counters_are_asked_raw_and_by_pod():
    total, bad = counting_questions(profile(), WINDOW, STEP)
    assert total == RangeQuestion(query=Aggregate(of=sli().total, by=["pod"]), window=WINDOW, step_seconds=STEP)
    assert bad.query == Aggregate(of=sli().bad, by=["pod"])


def test_a_users_own_query_is_asked_as_a_rate_no_shorter_than_has_data():
    mine = profile(slo=slo(sli=Sli(total=RAW, bad=RAW, why="")), rate_seconds=150)
    assert counting_questions(mine, WINDOW, STEP)[0].query == Raw(promql="sum(rate(requests[150s]))")


def test_without_an_indicator_nothing_is_asked():
    blank = profile(slo=None)
    assert (survey_questions(blank, ANCHOR), refined_questions(blank, ONSET, ANCHOR)) == ([], [])


def test_the_survey_looks_back_ninety_minutes_and_the_fine_look_ends_with_the_anchor():
    assert survey_questions(profile(), ANCHOR)[0].window.seconds == 5400
    fine = refined_questions(profile(), ONSET, ANCHOR)[0].window
    assert (fine.start, fine.end) == (after(-240), ANCHOR)
    assert refined_questions(profile(), ONSET, after(7200))[0].window.end == after(900)


def test_a_pods_counters_are_added_up():
    result = counted([one(0, 10, 20, pod="a", code="200"), one(0, 1, 2, pod="a", code="500")], [])
    assert np.array_equal(result.total["a"], [11, 11, 0, 0, 0])
