"""Each probe of metrics, from evidence made by hand: every outcome it can see, and None when it cannot tell."""

import pytest

from agent.model.change import ChangeKind
from agent.model.question import GapReason, PodsQuestion
from agent.reasoning.counting import REFINED_STEP, indicator_questions, refined_questions, refined_window
from agent.reasoning.probes import probes
from tests.reasoning.builders import (
    ANCHOR,
    CHECKOUT,
    PAYMENTS,
    Load,
    Notebook,
    about,
    deployment,
    edge,
    named,
    pod,
    profile,
    revision,
    rollout,
    sli,
    slo,
)
from tests.reasoning.readings import CONFIG, PROBES, ROLLOUT, burning, read, seen, without


@pytest.mark.parametrize(
    ("seconds", "outcome"),
    [(-30, "after"), (-600, "after"), (-900, "late"), (-3600, "late"), (5, "after"), (60, "before"), (300, "before")],
)
def test_onset_before_right_after_or_long_after_the_change(seconds, outcome):
    change = rollout(seconds)
    assert seen("onset", burning().changed(change), about(change=change)) == outcome


def test_onset_is_told_in_seconds_and_percent():
    notebook = burning(Load("checkout-a", healthy=0.001, failing=0.3)).changed(ROLLOUT)
    told = read("onset", notebook, about(change=ROLLOUT))
    assert told.statement == "errors rose from 0.10% to 30.0% at 14:00:00, 60 s after the change at 13:59:00"
    assert told.evidence == ["E1", "E2", "E5"]


@pytest.mark.parametrize("loads", [[Load("checkout-a")], [Load("checkout-a", rps=0)]])
def test_onset_cannot_tell_without_errors_or_without_traffic(loads):
    assert seen("onset", burning(*loads).changed(ROLLOUT), about(change=ROLLOUT)) is None


def test_onset_cannot_tell_when_errors_could_not_be_counted():
    assert seen("onset", without(burning().changed(ROLLOUT), "E2", "E4"), about(change=ROLLOUT)) is None


# revision split


def split(new: float, old: float, **loads) -> Notebook:
    pods = [Load("checkout-hash7-a", failing=new, **loads), Load("checkout-hash4-b", failing=old, **loads)]
    living = [pod("checkout-hash7-a", 7), pod("checkout-hash4-b", 4)]
    return burning(*pods).pods(*living).revisions(revision(4), revision(7)).changed(ROLLOUT)


@pytest.mark.parametrize(
    ("new", "old", "outcome"),
    [(0.3, 0.0, "only new"), (0.3, 0.3, "both"), (0.0, 0.3, "only old"), (0.3, 0.1, None)],
)
def test_revisions_side_by_side(new, old, outcome):
    assert seen("revision split", split(new, old), about(change=ROLLOUT)) == outcome


def test_revisions_are_told_with_pods_and_requests():
    told = read("revision split", split(0.3, 0.0), about(change=ROLLOUT))
    assert told.statement == (
        "since 14:00:00 the new revision (1 pod) fails 30.0% of 12000 requests, the old one (1 pod) 0.0% of 12000 requests"
    )


def test_pods_of_the_old_revision_that_are_gone_are_counted_by_their_names():
    notebook = split(0.3, 0.0)
    for item in notebook.evidence:
        if item.question == PodsQuestion(entity=named(CHECKOUT)):
            items = [one for one in item.answer.items if "hash7" in one.name]
            notebook.evidence[notebook.evidence.index(item)] = item.evolve(answer=item.answer.evolve(items=items))
    assert seen("revision split", notebook, about(change=ROLLOUT)) == "only new"


def test_revisions_cannot_be_compared_when_only_one_serves():
    notebook = burning(Load("checkout-hash7-a", failing=0.3)).revisions(revision(4), revision(7))
    assert seen("revision split", notebook.pods(pod("checkout-hash7-a", 7)), about(change=ROLLOUT)) is None


def test_revisions_cannot_be_compared_when_they_are_not_known():
    notebook = without(split(0.3, 0.0), "E6")
    assert seen("revision split", notebook, about(change=ROLLOUT)) is None


def test_the_revisions_of_a_dependency_are_compared_by_its_own_counts():
    change = rollout(service=PAYMENTS)
    notebook = burning().counted([Load("payments-hash7-a", failing=0.3), Load("payments-hash4-b")], place=1)
    notebook.revisions(revision(4, PAYMENTS), revision(7, PAYMENTS), service=PAYMENTS)
    assert seen("revision split", notebook.changed(change), about(PAYMENTS, change)) == "only new"


# failing edge and dependency failing


def calling(calls: float, errors: float = 0.3, rps: float = 20) -> Notebook:
    """checkout fails `errors` of its requests; `calls` of its calls to payments fail."""
    notebook = burning(Load("checkout-a", failing=errors))
    return notebook.counted_as(_edge_questions(notebook), [Load("checkout-a", failing=calls, rps=rps)])


def _edge_questions(notebook: Notebook):
    calls = edge()
    window = refined_window(notebook.facts().coarse_onset.at, ANCHOR)
    return indicator_questions(sli(total=calls.total, bad=calls.bad, pod_label=""), window, REFINED_STEP, 60)


@pytest.mark.parametrize(
    ("calls", "outcome"), [(0.3, "explains"), (0.2, "explains"), (0.1, "some"), (0.02, "quiet"), (0.0, "quiet")]
)
def test_failing_calls_explain_the_errors_or_not(calls, outcome):
    assert seen("failing edge", calling(calls), about(PAYMENTS)) == outcome


def test_failing_calls_are_told_against_the_services_own_errors():
    told = read("failing edge", calling(0.3), about(PAYMENTS))
    assert told.statement == (
        "since 14:00:00 3600 of 12000 calls to payments failed (30.0%); checkout itself failed 3600 of 12000 requests"
    )


def test_too_few_calls_cannot_tell():
    assert seen("failing edge", calling(0.3, rps=0.03), about(PAYMENTS)) is None


@pytest.mark.parametrize("unanswered", ["E5", "E6"])
def test_calls_that_could_not_be_counted_are_not_quiet(unanswered):
    assert seen("failing edge", without(calling(0.3), unanswered), about(PAYMENTS)) is None


def test_calls_without_any_series_of_failures_are_quiet():
    notebook = calling(0.0)
    bad = notebook.evidence.pop()
    assert seen("failing edge", notebook.gap(bad.question, GapReason.EMPTY), about(PAYMENTS)) == "quiet"


def test_an_edge_known_by_name_only_is_not_tested():
    reference = edge().evolve(total=None, bad=None)
    facts = Notebook(profile(edges=[reference])).counted([Load("checkout-a", failing=0.3)]).facts()
    assert not PROBES["failing edge"].applies(facts, about(PAYMENTS))


@pytest.mark.parametrize(
    ("load", "outcome"),
    [
        (Load("payments-a", failing=0.3), "failing"),
        (Load("payments-a", failing=0.005), "healthy"),
        (Load("payments-a"), "healthy"),
        (Load("payments-a", healthy=0.05, failing=0.06), "healthy"),
        (Load("payments-a", rps=0.01), None),
    ],
)
def test_a_dependency_fails_or_not_by_its_own_count(load, outcome):
    assert seen("dependency failing", burning().counted([load], place=1), about(PAYMENTS)) == outcome


def test_a_dependency_that_stopped_answering_is_silent():
    notebook = burning().counted([Load("payments-a")], place=1)
    for position in (4, 5):
        item = notebook.evidence[position]
        (one,) = item.answer.series
        cut = one.evolve(times=one.times[:48], values=one.values[:48])
        notebook.evidence[position] = item.evolve(answer=item.answer.evolve(series=[cut]))
    assert seen("dependency failing", notebook, about(PAYMENTS)) == "silent"


def test_a_dependency_that_hardly_any_request_reaches_is_not_healthy_for_answering_those():
    notebook = burning().counted([Load("payments-a")], place=1)
    for position in (4, 5):
        item = notebook.evidence[position]
        (one,) = item.answer.series
        few = one.evolve(values=[*one.values[:52], *[one.values[51]] * (len(one.values) - 52)])
        notebook.evidence[position] = item.evolve(answer=item.answer.evolve(series=[few]))
    assert seen("dependency failing", notebook, about(PAYMENTS)) is None


def test_a_dependency_is_told_with_when_it_began():
    told = read("dependency failing", burning().counted([Load("payments-a", failing=0.3)], place=1), about(PAYMENTS))
    assert told.statement == (
        "payments by its own count fails 30.0% of 12000 requests since 14:00:00, before 0.0% of 4800 requests, from 14:00:00"
    )


@pytest.mark.parametrize("unanswered", ["E5", "E6"])
def test_a_dependency_that_could_not_be_counted_is_not_healthy(unanswered):
    notebook = without(burning().counted([Load("payments-a")], place=1), unanswered)
    assert seen("dependency failing", notebook, about(PAYMENTS)) is None


def test_the_alerting_service_is_not_its_own_dependency():
    assert not PROBES["dependency failing"].applies(burning().facts(), about())


# all of them


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_without_any_evidence_no_probe_applies_or_reads_anything(probe):
    facts = Notebook(profile(edges=[edge()]), profile(PAYMENTS)).facts()
    for subject in (about(), about(PAYMENTS), about(change=ROLLOUT), about(change=CONFIG)):
        assert not probe.applies(facts, subject) or probe.read(facts, subject) is None


@pytest.mark.parametrize("probe", probes(), ids=lambda probe: probe.name)
def test_a_probe_applies_to_changes_or_to_services_never_to_both(probe):
    facts = burning().facts()
    services = any(probe.applies(facts, about(service)) for service in (CHECKOUT, PAYMENTS))
    changes = any(probe.applies(facts, about(change=change)) for change in (ROLLOUT, CONFIG))
    assert not (services and changes)


@pytest.mark.parametrize("name", ["revision split", "log novelty"])
@pytest.mark.parametrize("kind", [ChangeKind.SCALE, ChangeKind.CONFIG, ChangeKind.NODE])
def test_only_a_change_of_the_template_has_revisions_to_compare(name, kind):
    assert not PROBES[name].applies(burning().facts(), about(change=rollout(kind=kind)))


@pytest.mark.parametrize("name", ["revision split", "loaded configuration"])
def test_pods_are_compared_only_where_the_indicator_names_them(name):
    facts = burning(slo=slo(sli=sli(pod_label=""))).facts()
    assert facts.coarse_onset is not None
    assert not any(PROBES[name].applies(facts, about(change=change)) for change in (ROLLOUT, CONFIG))


def test_an_unknown_service_is_asked_nothing():
    stranger = about(CHECKOUT.evolve(name="stranger"))
    facts = Notebook(profile(workload=deployment())).counted([Load("a", failing=0.3)]).facts()
    assert not any(probe.applies(facts, stranger) for probe in probes())


def test_what_a_probe_needs_is_what_it_reads():
    notebook = split(0.3, 0.0)
    needs = PROBES["revision split"].needs(notebook.facts(), about(change=ROLLOUT))
    assert needs[:2] == refined_questions(profile(edges=[edge()]), notebook.facts().coarse_onset.at, ANCHOR)
    assert all(notebook.facts().asked(question) for question in needs)
