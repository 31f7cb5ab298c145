"""Do pods of the old revision, at the same moment, fail as well? The strongest test of a release."""

from agent.model.change import ChangeKind
from agent.model.picture import Side
from agent.model.question import Question
from agent.reasoning import revisions
from agent.reasoning.compare import Split, compare
from agent.reasoning.counting import refined_questions
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject

SEEN = {Split.FIRST: "only new", Split.BOTH: "both", Split.SECOND: "only old"}


def _applies(facts: Facts, subject: Subject) -> bool:
    rollout = subject.change is not None and subject.change.kind in (ChangeKind.ROLLOUT, ChangeKind.ROLLBACK)
    profile = facts.profile_of(subject.entity)
    sliced = profile and profile.workload and profile.slo and profile.slo.sli.pod_label
    return rollout and bool(sliced) and facts.coarse_onset is not None


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    profile, onset = facts.profile_of(subject.entity), facts.coarse_onset
    if profile is None or onset is None:
        return []
    return [*refined_questions(profile, onset.at, facts.anchor), *revisions.questions(profile)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    profile, coarse, onset = facts.profile_of(subject.entity), facts.coarse_onset, facts.onset
    if profile is None or coarse is None or onset is None or subject.change is None:
        return None
    counts = facts.counts(profile, refined_questions(profile, coarse.at, facts.anchor))
    if counts is None:
        return None
    new, old = revisions.pods_of_change(facts, profile, subject.change, counts.pods)
    ours, theirs = counts.tally(since=onset.at, pods=new), counts.tally(since=onset.at, pods=old)
    split = compare(ours, theirs, onset.baseline)
    if split is Split.UNCLEAR:
        return None
    return Reading(
        outcome=SEEN[split],
        statement=f"since {onset.at:%H:%M:%S} the new revision ({_pods(new)}) fails {ours}, the old one ({_pods(old)}) {theirs}",
        evidence=facts.cite(*_needs(facts, subject)),
        sides=[
            Side.counted(f"new revision, {_pods(new)}", ours.bad, ours.total),
            Side.counted(f"old revision, {_pods(old)}", theirs.bad, theirs.total),
        ],
    )


def _pods(pods: set[str]) -> str:
    return f"{len(pods)} pod{'' if len(pods) == 1 else 's'}"


PROBE = Probe(
    name="revision split",
    question="do pods of the old revision fail as well, at the same moment?",
    otherwise={"only new": 0.04, "both": 0.90, "only old": 0.06},
    cost=1.0,
    applies=_applies,
    needs=_needs,
    read=_read,
)
