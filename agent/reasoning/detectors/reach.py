"""Where the trouble begins, and whom it reached."""

from agent.model.finding import Finding, FindingKind
from agent.model.question import MessagesQuestion, SpansQuestion
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.first_failing import origin
from agent.reasoning.symptoms import visible


def detect(facts: Facts) -> list[Finding]:
    """One finding for the first failing service, one for each that fails because of it."""
    if not visible(facts):
        return []
    seen, service = origin(facts), facts.profile.service
    evidence = [*facts.evidence_of(MessagesQuestion), *facts.evidence_of(SpansQuestion)]
    rows = [
        (FindingKind.BEGINS_HERE, seen.first, "fails, and blames no other"),
        *((FindingKind.REACHED, name, f"fails too; {seen.first} failed first or is blamed") for name in seen.reached),
    ]
    return [
        Finding(
            kind=kind,
            entity=service_entity(service.evolve(name=name)),
            statement=told,
            onset=seen.since.get(name),
            evidence=evidence,
        )
        for kind, name, told in rows
        if name
    ]
