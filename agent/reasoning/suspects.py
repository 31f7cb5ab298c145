"""From facts to hypotheses with priors: changes × topology × time × memory."""

from agent.model.hypothesis import Hypothesis
from agent.model.record import digest
from agent.reasoning.causes import Cause, Suspicion, catalogue
from agent.reasoning.facts import Facts

RECALLED = 1.5
"""How much a confirmed earlier incident of the same cause raises a prior: it is re-tested, not believed."""

KEPT = 12
"""More suspects than this are not worth telling apart; the weakest are dropped, the rest class never."""


def rank(facts: Facts, ignored: frozenset[str] = frozenset()) -> list[Hypothesis]:
    """Hypotheses with priors that add up to one, strongest first; `ignored` names causes that are never suspected."""
    weighed: dict[str, tuple[Cause, Suspicion, float]] = {}
    for cause in catalogue():
        if cause.name in ignored:
            continue
        for suspicion in cause.suspect(facts):
            key = digest(cause.name, suspicion.entity, suspicion.change)
            weight = suspicion.weight * _memory(facts, cause)
            if weight > (weighed[key][2] if key in weighed else 0.0):  # suspected for two reasons is one suspect
                weighed[key] = (cause, suspicion, weight)
    ranked = sorted(weighed.items(), key=lambda row: -row[1][2])
    kept = [row for row in ranked if row[1][0].testable][:KEPT] + [row for row in ranked if not row[1][0].testable]
    total = sum(weight for _, (_, _, weight) in kept)
    hypotheses = [
        Hypothesis(
            id=key,
            cause=cause.name,
            entity=suspicion.entity,
            change=suspicion.change,
            claim=suspicion.claim,
            prior=weight / total,
            probability=weight / total,
            evidence=suspicion.evidence,
        )
        for key, (cause, suspicion, weight) in kept
    ]
    return sorted(hypotheses, key=lambda h: -h.prior)


def _memory(facts: Facts, cause: Cause) -> float:
    return RECALLED if any(memory.cause == cause.name for memory in facts.recalled) else 1.0
