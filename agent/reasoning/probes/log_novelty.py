"""Does the new revision log an error that the old one, at the same time, never does?"""

from agent.model.change import ChangeKind
from agent.model.question import Question
from agent.reasoning import logs, revisions
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject

REPEATED = 2
"""An error must occur at least this often on one side to count as its own."""


def _applies(facts: Facts, subject: Subject) -> bool:
    rollout = subject.change is not None and subject.change.kind in (ChangeKind.ROLLOUT, ChangeKind.ROLLBACK)
    profile = facts.profile_of(subject.entity)
    return rollout and profile is not None and profile.workload is not None


def _needs(facts: Facts, subject: Subject) -> list[Question]:
    profile = facts.profile_of(subject.entity)
    if profile is None or subject.change is None:
        return []
    new, old = logs.sample(facts, profile, subject.change)
    return [*new, *old] if new and old else revisions.questions(profile)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    profile = facts.profile_of(subject.entity)
    if profile is None or subject.change is None:
        return None
    ours, theirs = logs.sample(facts, profile, subject.change)
    new, old = logs.errors_in(facts, ours), logs.errors_in(facts, theirs)
    if new is None or old is None:
        return None
    only_new = [text for text, times in new.most_common() if times >= REPEATED and text not in old]
    shared = [text for text, times in new.most_common() if times >= REPEATED and text in old]
    outcome = "only new" if only_new else "everywhere" if shared else "none"
    told = {
        "only new": f'only the new revision logs "{_short(only_new)}" ({new[only_new[0]] if only_new else 0} times in {len(ours)} pods, 0 in {len(theirs)} old ones)',
        "everywhere": f'both revisions log "{_short(shared)}"',
        "none": f"no repeated error message in {len(ours)} new and {len(theirs)} old pods",
    }[outcome]
    return Reading(outcome=outcome, statement=told, evidence=facts.cite(*ours, *theirs))


def _short(templates: list[str]) -> str:
    return templates[0][:120] if templates else ""


PROBE = Probe(
    name="log novelty",
    question="does the new revision log an error that the old one never does?",
    otherwise={"only new": 0.06, "everywhere": 0.44, "none": 0.50},
    cost=1.5,
    applies=_applies,
    needs=_needs,
    read=_read,
)
