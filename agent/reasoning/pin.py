"""The minimal condition that separates failing from healthy, with support and counter-examples.

Units are pods, or where the indicator's series tell more, pods by route, version, caller and flag. A
condition is one value of one dimension, or of two where one does not separate.
"""

from collections.abc import Iterator
from itertools import combinations
from typing import NamedTuple

from agent.model.hypothesis import Condition, Hypothesis
from agent.model.pod import Pod
from agent.model.profile import Profile
from agent.model.question import Pods, PodsQuestion, Question
from agent.reasoning import revisions
from agent.reasoning.counting import refined_questions
from agent.reasoning.facts import Facts
from agent.reasoning.places import place_of, zones
from agent.reasoning.proximity import ROLLED
from agent.reasoning.slices import questions as slice_questions
from agent.reasoning.slices import slices

FAILING = 5.0
"""Times the normal error ratio (at least two in a hundred) from which a unit counts as failing."""
EVENTS_NEEDED = 10
ENOUGH_UNITS = 2


class Unit(NamedTuple):
    """What can fail or not: where it stands in each dimension, and whether it fails."""

    places: dict[str, str]
    failing: bool


def questions(facts: Facts, hypothesis: Hypothesis) -> list[Question]:
    """What to ask before `pin`, beyond what the tests asked."""
    profile = facts.profile_of(hypothesis.entity) or facts.profile
    return [*slice_questions(facts, profile)]


def pin(facts: Facts, hypothesis: Hypothesis) -> Condition | None:
    """The smallest condition that best separates; None when nothing can be told apart, or nothing separates."""
    profile = facts.profile_of(hypothesis.entity)
    if profile is None:
        return None
    released = any(change.id == hypothesis.change and change.kind in ROLLED for change in facts.changes)
    by_pod = _condition(_pods(facts, profile), "pods", profile, released=released)
    finer = _condition(_cells(facts, profile), "requests", profile, released=released)
    found = finer if finer and _says_more(finer, by_pod) else by_pod
    return found.evolve(evidence=facts.cite(*_cited(facts, profile, found is finer))) if found else None


def _says_more(finer: Condition, coarse: Condition | None) -> bool:
    """By requests only where that names another condition than pods do, and separates as well."""
    if "service" in finer.dimensions:
        return False
    if coarse is None or "service" in coarse.dimensions:
        return True
    return finer.dimensions != coarse.dimensions and finer.counter_examples <= coarse.counter_examples


def _cited(facts: Facts, profile: Profile, finer: bool) -> list[Question]:
    onset = facts.coarse_onset
    counted: list[Question] = [*(refined_questions(profile, onset.at, facts.anchor) if onset else [])]
    return [*(slice_questions(facts, profile) if finer else counted), *revisions.questions(profile)]


def _condition(units: list[Unit], noun: str, profile: Profile, *, released: bool) -> Condition | None:
    failing = [unit for unit in units if unit.failing]
    if not failing:
        return None
    if len(failing) == len(units):
        name = f"{profile.service.namespace}/{profile.service.name}"
        return Condition(
            dimensions={"service": name},
            statement=f"every pod of {name}, whatever its revision or node",
            support=len(failing),
            counter_examples=0,
            evidence=[],
        )
    best = min(
        _candidates(units, noun),
        # where few pods sit each on a node of its own, node and revision separate alike: the blamed one is meant
        key=lambda c: (c.counter_examples, len(c.dimensions), released and "revision" not in c.dimensions),
        default=None,
    )
    return best if best and best.counter_examples < best.support else None


def _candidates(units: list[Unit], noun: str) -> Iterator[Condition]:
    """Every value of a dimension, and pair of values of two, that some failing unit has."""
    seen = set[tuple[tuple[str, str], ...]]()
    healthy = sum(not unit.failing for unit in units)
    for unit in units:
        if not unit.failing:
            continue
        places = sorted(unit.places.items())
        for chosen in [*combinations(places, 1), *(combinations(places, 2) if noun == "requests" else [])]:
            if chosen in seen:
                continue
            seen.add(chosen)
            found = _counted(dict(chosen), units, noun)
            # one healthy pod sits on some node by chance: that separates nothing
            if "revision" in found.dimensions or min(found.support, healthy) >= ENOUGH_UNITS:
                yield found


def _counted(dimensions: dict[str, str], units: list[Unit], noun: str) -> Condition:
    inside = [unit for unit in units if all(unit.places.get(key) == value for key, value in dimensions.items())]
    outside = len(units) - len(inside)
    support = sum(unit.failing for unit in inside)
    failing_outside = sum(unit.failing for unit in units) - support
    told = " and ".join(f"{dimension} {value}" for dimension, value in dimensions.items())
    counted = "" if noun == "pods" else f" kinds of {noun}"
    return Condition(
        dimensions=dimensions,
        statement=f"{noun} of {told}: {support} of {len(inside)}{counted} fail; elsewhere {failing_outside} of {outside}",
        support=support,
        counter_examples=len(inside) - support + failing_outside,
        evidence=[],
    )


def _limit(facts: Facts) -> float:
    return max(FAILING * facts.onset.baseline, 0.02) if facts.onset else 1.0


def _pods(facts: Facts, profile: Profile) -> list[Unit]:
    """Pods; those with too little traffic are left out."""
    coarse, onset = facts.coarse_onset, facts.onset
    if coarse is None or onset is None or not (profile.slo and profile.slo.sli.pod_label):
        return []
    counts = facts.counts(profile, refined_questions(profile, coarse.at, facts.anchor))
    tallies = {pod: counts.tally(since=onset.at, pods={pod}) for pod in counts.pods} if counts else {}
    speaking = {pod: tally for pod, tally in tallies.items() if tally.total >= EVENTS_NEEDED}
    places = _places(facts, profile, set(speaking))
    return [Unit(places[pod], tally.ratio > _limit(facts)) for pod, tally in speaking.items()]


def _cells(facts: Facts, profile: Profile) -> list[Unit]:
    """Kinds of requests: pods by whatever else the series tell."""
    found = [one for one in slices(facts, profile) if one.events >= EVENTS_NEEDED]
    places = _places(facts, profile, {one.pod for one in found if one.pod})
    return [Unit({**places.get(one.pod, {}), **one.places}, one.ratio > _limit(facts)) for one in found]


def _places(facts: Facts, profile: Profile, pods: set[str]) -> dict[str, dict[str, str]]:
    """By pod: revision, node and zone, where known."""
    if profile.workload is None:
        return {pod: {} for pod in pods}
    named = revisions.revision_of(facts, profile, sorted(pods))
    living = facts.answer(PodsQuestion(entity=profile.workload.entity), Pods)
    known = zones(facts)
    by_name = {pod.name: pod for pod in living.items} if living else {}
    return {pod: _place(by_name.get(pod), named.get(pod), known) for pod in pods}


def _place(pod: Pod | None, revision: int | None, known: dict[str, str]) -> dict[str, str]:
    place = {"revision": str(revision)} if revision is not None else {}
    return {**place, **(place_of(pod, known) if pod else {})}
