"""Do only the pods on this node, or in this zone, fail? One place is compared with all others at the same moment."""

from agent.model.question import NodesQuestion, PodsQuestion, Question
from agent.reasoning.compare import Split, compare
from agent.reasoning.counting import refined_questions
from agent.reasoning.facts import Facts
from agent.reasoning.places import PLACES, places_of
from agent.reasoning.probes import Probe, Reading, Subject

SEEN = {Split.FIRST: "only there", Split.BOTH: "both", Split.SECOND: "only elsewhere"}
DIMENSIONS = {kind: dimension for dimension, kind in PLACES.items()}


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and subject.entity.kind in DIMENSIONS and facts.by_pod


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    onset, workload = facts.coarse_onset, facts.profile.workload
    if onset is None or workload is None:
        return []
    pods: list[Question] = [PodsQuestion(entity=workload.entity), NodesQuestion()]
    return [*refined_questions(facts.profile, onset.at, facts.anchor), *pods]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    coarse, onset = facts.coarse_onset, facts.onset
    if coarse is None or onset is None:
        return None
    counts = facts.counts(facts.profile, refined_questions(facts.profile, coarse.at, facts.anchor))
    dimension = DIMENSIONS[subject.entity.kind]
    by_place = places_of(facts, facts.profile, dimension)
    there = by_place.get(subject.entity.name, set())
    elsewhere = {pod for place, pods in by_place.items() if place != subject.entity.name for pod in pods}
    if counts is None or not there or not elsewhere:
        return None
    ours, theirs = counts.tally(since=onset.at, pods=there), counts.tally(since=onset.at, pods=elsewhere)
    split = compare(ours, theirs, onset.baseline)
    if split is Split.UNCLEAR:
        return None
    return Reading(
        outcome=SEEN[split],
        statement=f"since {onset.at:%H:%M:%S} pods on {dimension} {subject.entity.name} ({len(there)}) fail {ours}, those elsewhere ({len(elsewhere)}) {theirs}",
        evidence=facts.cite(*_needs(facts, subject)),
    )


PROBE = Probe(
    name="place split",
    question="do only the pods in this place fail?",
    otherwise={"only there": 0.05, "both": 0.90, "only elsewhere": 0.05},
    cost=0.7,
    applies=_applies,
    needs=_needs,
    read=_read,
)
