"""Do the pods that started after the configuration changed fail, and those that started before not?"""

from agent.model.change import ChangeKind
from agent.model.picture import Side
from agent.model.question import Pods, PodsQuestion, Question
from agent.reasoning.compare import Split, compare
from agent.reasoning.counting import refined_questions
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject

SEEN = {Split.FIRST: "only after", Split.BOTH: "both", Split.SECOND: "only before"}


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and subject.change.kind is ChangeKind.CONFIG and facts.by_pod


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    onset, workload = facts.coarse_onset, facts.profile.workload
    if onset is None or workload is None:
        return []
    return [*refined_questions(facts.profile, onset.at, facts.anchor), PodsQuestion(entity=workload.entity)]


def _read(facts: Facts, subject: Subject) -> Reading | None:
    questions, onset, change = _needs(facts, subject), facts.onset, subject.change
    if not questions or onset is None or change is None:
        return None
    pods = facts.answer(questions[-1], Pods)
    counts = (
        facts.counts(facts.profile, [*refined_questions(facts.profile, facts.coarse_onset.at, facts.anchor)])
        if facts.coarse_onset
        else None
    )
    if pods is None or counts is None:
        return None
    started = {
        pod.name: max([c.started_at for c in pod.containers if c.started_at] or [pod.created_at]) for pod in pods.items
    }
    after = {name for name, at in started.items() if at >= change.at}
    before = set(started) - after
    ours, theirs = counts.tally(since=onset.at, pods=after), counts.tally(since=onset.at, pods=before)
    split = compare(ours, theirs, onset.baseline)
    if split is Split.UNCLEAR:
        return None
    return Reading(
        outcome=SEEN[split],
        statement=f"pods started after {change.at:%H:%M:%S} ({len(after)}) fail {ours}, those started before ({len(before)}) {theirs}",
        evidence=facts.cite(*questions),
        sides=[
            Side.counted(f"pods started after the change ({len(after)})", ours.bad, ours.total),
            Side.counted(f"pods started before it ({len(before)})", theirs.bad, theirs.total),
        ],
    )


PROBE = Probe(
    name="loaded configuration",
    question="do only the pods that started after the configuration changed fail?",
    otherwise={"only after": 0.06, "both": 0.90, "only before": 0.04},
    cost=1.0,
    applies=_applies,
    needs=_needs,
    read=_read,
)
