"""Do the errors, their stacks or the courses that moved name what the commit changed?"""

from agent.model.question import MessagesQuestion
from agent.reasoning.effect import HARMLESS, NAMED, WORDS, effects
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.probes.diff_effect import of_a_commit
from agent.reasoning.symptoms import symptoms


def _read(facts: Facts, subject: Subject) -> Reading | None:
    if subject.change is None or not symptoms(facts).loud:
        return None
    effect = effects(facts)[subject.change.id]
    counts = effect.kind not in HARMLESS
    outcome = (
        "named" if counts and effect.naming >= NAMED else "words" if counts and effect.wording >= WORDS else "nothing"
    )
    told = {
        "named": f"errors name what it changed: {', '.join(effect.named)}",
        "words": f"errors and diff share words: {', '.join(effect.words)}",
        "nothing": "no error names anything it changed",
    }[outcome]
    return Reading(
        outcome=outcome, statement=told, evidence=[*facts.change_evidence(), *facts.evidence_of(MessagesQuestion)]
    )


PROBE = Probe(
    name="diff named",
    question="do the errors name what it changed?",
    otherwise={"named": 0.03, "words": 0.08, "nothing": 0.89},
    cost=0.3,
    applies=of_a_commit,
    needs=lambda _facts, _subject: [],
    read=_read,
)
