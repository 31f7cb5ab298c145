"""The minimal condition that separates failing from healthy pods, with support and counter-examples."""

from agent.model.hypothesis import Condition, Hypothesis
from agent.model.pod import Pod
from agent.model.profile import Profile
from agent.model.question import Pods, PodsQuestion, Question
from agent.reasoning import revisions
from agent.reasoning.counting import refined_questions
from agent.reasoning.facts import Facts
from agent.reasoning.places import place_of, zones
from agent.reasoning.proximity import ROLLED

FAILING = 5.0
"""Times the normal error ratio (at least two in a hundred) from which a pod counts as failing."""
EVENTS_NEEDED = 10
ENOUGH_PODS = 2


def pin(facts: Facts, hypothesis: Hypothesis) -> Condition | None:
    """The single dimension value that best separates; None when pods cannot be told apart by their errors."""
    profile = facts.profile_of(hypothesis.entity)
    verdicts = _verdicts(facts, profile) if profile else {}
    if not verdicts or profile is None:
        return None
    cited = facts.cite(*_questions(facts, profile))
    failing = {pod for pod, bad in verdicts.items() if bad}
    if not failing:
        return None
    if len(failing) == len(verdicts):
        name = f"{profile.service.namespace}/{profile.service.name}"
        return Condition(
            dimensions={"service": name},
            statement=f"every pod of {name}, whatever its revision or node",
            support=len(failing),
            counter_examples=0,
            evidence=cited,
        )
    released = any(change.id == hypothesis.change and change.kind in ROLLED for change in facts.changes)
    best = min(
        _candidates(facts, profile, failing, set(verdicts)),
        # where few pods sit each on a node of its own, node and revision separate alike: the blamed one is meant
        key=lambda c: (c.counter_examples, released and "revision" not in c.dimensions),
        default=None,
    )
    return best.evolve(evidence=cited) if best and best.counter_examples < best.support else None


def _questions(facts: Facts, profile: Profile) -> list[Question]:
    onset = facts.coarse_onset
    return [*(refined_questions(profile, onset.at, facts.anchor) if onset else []), *revisions.questions(profile)]


def _verdicts(facts: Facts, profile: Profile) -> dict[str, bool]:
    """By pod: does it fail? Pods with too little traffic are left out."""
    coarse, onset = facts.coarse_onset, facts.onset
    if coarse is None or onset is None or not (profile.slo and profile.slo.sli.pod_label):
        return {}
    counts = facts.counts(profile, refined_questions(profile, coarse.at, facts.anchor))
    tallies = {pod: counts.tally(since=onset.at, pods={pod}) for pod in counts.pods} if counts else {}
    limit = max(FAILING * onset.baseline, 0.02)
    return {pod: tally.ratio > limit for pod, tally in tallies.items() if tally.total >= EVENTS_NEEDED}


def _candidates(facts: Facts, profile: Profile, failing: set[str], seen: set[str]) -> list[Condition]:
    """One condition for each value of each dimension that any failing pod has."""
    placed = _dimensions(facts, profile, seen)
    pairs = {(dimension, value) for pod in failing for dimension, value in placed.get(pod, {}).items()}
    found = [_condition(dimension, value, placed, failing, seen) for dimension, value in sorted(pairs)]
    healthy = len(seen - failing)  # one healthy pod sits on some node by chance: that separates nothing
    return [c for c in found if "revision" in c.dimensions or min(c.support, healthy) >= ENOUGH_PODS]


def _condition(
    dimension: str, value: str, placed: dict[str, dict[str, str]], failing: set[str], seen: set[str]
) -> Condition:
    inside = {pod for pod in seen if placed.get(pod, {}).get(dimension) == value}
    support, against = len(inside & failing), len(inside - failing) + len(failing - inside)
    return Condition(
        dimensions={dimension: value},
        statement=f"pods of {dimension} {value}: {support} of {len(inside)} fail; elsewhere {len(failing - inside)} of {len(seen - inside)}",
        support=support,
        counter_examples=against,
        evidence=[],
    )


def _dimensions(facts: Facts, profile: Profile, pods: set[str]) -> dict[str, dict[str, str]]:
    """By pod: revision, node and zone, where known."""
    if profile.workload is None:
        return {}
    named = revisions.revision_of(facts, profile, sorted(pods))
    living = facts.answer(PodsQuestion(entity=profile.workload.entity), Pods)
    known = zones(facts)
    by_name = {pod.name: pod for pod in living.items} if living else {}
    return {pod: _place(by_name.get(pod), named.get(pod), known) for pod in pods}


def _place(pod: Pod | None, revision: int | None, known: dict[str, str]) -> dict[str, str]:
    place = {"revision": str(revision)} if revision is not None else {}
    return {**place, **(place_of(pod, known) if pod else {})}
