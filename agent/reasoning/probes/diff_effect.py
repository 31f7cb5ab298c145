"""Could what the commit changed have produced these errors, by any mechanism that is known?"""

from agent.model.change import ChangeKind
from agent.reasoning.effect import EXPLAINS, HARMLESS, MAY, UNLIKELY, Effect, effects
from agent.reasoning.facts import Facts
from agent.reasoning.patch_kind import PatchKind
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import symptoms

CODE = (ChangeKind.DEPLOY, ChangeKind.COMMIT)


def of_a_commit(facts: Facts, subject: Subject) -> bool:
    """Whether the subject is a commit that went live."""
    return subject.change is not None and subject.change.kind in CODE and subject.change.id in effects(facts)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    if subject.change is None or not symptoms(facts).loud:
        return None
    seen = effects(facts)
    effect = seen[subject.change.id]
    outcome = _outcome(effect, max(other.strength for other in seen.values()))
    told = {
        "explains": f"its diff can do this: {effect.mechanism} ({effect.why})",
        "may explain": f"its diff might do this: {effect.mechanism} ({effect.why})",
        "nothing": "nothing in its diff is known to produce such errors",
        "unlikely": f"its diff seldom breaks anything ({effect.kind}), and by no known mechanism this",
        "harmless": f"its diff changes nothing that runs ({effect.kind})",
        "unseen": "its diff cannot be seen",
    }[outcome]
    return Reading(outcome=outcome, statement=told, evidence=facts.change_evidence())


NEAR_BEST = 0.12
"""What explains clearly less well than another change does, only may explain."""


def _outcome(effect: Effect, best: float) -> str:
    if effect.kind in HARMLESS:
        return "harmless"
    if effect.kind is PatchKind.UNSEEN:
        return "unseen"
    if effect.strength >= MAY:
        return "explains" if effect.strength >= max(EXPLAINS, best - NEAR_BEST) else "may explain"
    return "unlikely" if effect.kind in UNLIKELY else "nothing"


PROBE = Probe(
    name="diff effect",
    question="could what it changed produce these errors?",
    otherwise={
        "explains": 0.03,
        "may explain": 0.06,
        "nothing": 0.21,
        "unlikely": 0.30,
        "harmless": 0.32,
        "unseen": 0.08,
    },
    cost=0.3,
    applies=of_a_commit,
    needs=lambda _facts, _subject: [],
    read=_read,
)
