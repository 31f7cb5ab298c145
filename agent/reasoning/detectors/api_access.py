"""Applications that the API server refuses, as their own lines tell: no right (403), no valid token (401), no token at all."""

from datetime import timedelta

from agent.model.finding import Finding, FindingKind
from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.reasoning.facts import Facts
from agent.reasoning.lastwords import saying
from agent.reasoning.owners import entity_of
from agent.reasoning.rights import WORDS, Refusal, Refused, refusals, refused_workload
from agent.reasoning.stated import FAINT

CAUSES = {
    Refused.FORBIDDEN: "api-access-forbidden",
    Refused.REJECTED: "api-token-rejected",
    Refused.TOKENLESS: "api-token-missing",
}
NEW, OLD = 0.7, FAINT
"""Trust in lines that came with the trouble, and in those that were there before it: many complain of a right for years."""

EARLY = timedelta(minutes=5)


def detect(facts: Facts) -> list[Finding]:
    """One for each service and kind of refusal."""
    estate = facts.estate
    if estate is None:
        return []
    return [
        Finding(
            kind=FindingKind.API_REFUSES,
            entity=entity_of(estate, refused_workload(estate, refusal)),
            statement=refusal.told,
            normal="the API server answers it",
            evidence=[*facts.evidence_of(MessagesQuestion), *facts.evidence_of(InventoryQuestion)],
            cause=CAUSES[refusal.how],
            trust=OLD if _old(facts, refusal) else NEW,
        )
        for refusal in refusals(facts)
    ]


def _old(facts: Facts, refusal: Refusal) -> bool:
    """Whether it said the same well before the trouble began."""
    return any(
        m.at is not None and m.at < facts.began - EARLY
        for m in saying(facts, WORDS[refusal.how])
        if m.service == refusal.service
    )
