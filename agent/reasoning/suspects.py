"""From facts to hypotheses with priors: changes × topology × time × memory."""

from agent.model.hypothesis import Hypothesis
from agent.model.record import digest
from agent.reasoning.causes import Cause, catalogue
from agent.reasoning.facts import Facts

RECALLED = 1.5
"""How much a confirmed earlier incident of the same cause raises a prior: it is re-tested, not believed."""

KEPT = 12
"""More suspects than this are not worth telling apart; the weakest are dropped, the rest class never."""


def rank(facts: Facts, ignored: frozenset[str] = frozenset()) -> list[Hypothesis]:
    """Hypotheses with priors that add up to one, strongest first; `ignored` names causes that are never suspected."""
    weighed = [
        (cause, suspicion, suspicion.weight * _memory(facts, cause))
        for cause in catalogue()
        if cause.name not in ignored
        for suspicion in cause.suspect(facts)
        if suspicion.weight > 0
    ]
    weighed.sort(key=lambda row: (row[0].testable, row[2]), reverse=True)
    rest = [row for row in weighed if not row[0].testable]
    kept = [*[row for row in weighed if row[0].testable][:KEPT], *rest]
    total = sum(weight for _, _, weight in kept)
    hypotheses = [
        Hypothesis(
            id=digest(cause.name, suspicion.entity, suspicion.change),
            cause=cause.name,
            entity=suspicion.entity,
            change=suspicion.change,
            claim=suspicion.claim,
            prior=weight / total,
            probability=weight / total,
            evidence=suspicion.evidence,
        )
        for cause, suspicion, weight in kept
    ]
    return sorted(hypotheses, key=lambda h: -h.prior)


def _memory(facts: Facts, cause: Cause) -> float:
    return RECALLED if any(memory.cause == cause.name for memory in facts.recalled) else 1.0
