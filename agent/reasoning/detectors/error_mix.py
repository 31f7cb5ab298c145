"""By the codes a service answers with: whose fault it is. Who is asked wrongly, who fails, who is refused."""

from agent.model.finding import Finding, FindingKind
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.shifts import Moved

WHOSE = {
    "client faults": (FindingKind.CLIENTS_CHANGED, "its callers ask for what it does not take"),
    "server faults": (FindingKind.SERVER_FAULTS, "it fails itself"),
    "not allowed": (FindingKind.NOT_ALLOWED, "it refuses its callers"),
}
"""By the class of codes in a course's name (agent.reasoning.courses)."""


def detect(facts: Facts) -> list[Finding]:
    """One for each service and class of codes whose share rose; refusals are client faults told more precisely."""
    found: dict[tuple[str, str], tuple[str, Moved]] = {}
    for row in facts.moved:
        told = next((words for words in WHOSE if words in row.name), "")
        if told and row.strength > 0:
            found.setdefault((str(row.service), told), (told, row))
    refused = {service for service, told in found if told == "not allowed"}
    return [
        _finding(told, row)
        for (service, told), (_, row) in found.items()
        if told != "client faults" or service not in refused
    ]


def _finding(told: str, row: Moved) -> Finding:
    kind, whose = WHOSE[told]
    return Finding(
        kind=kind,
        entity=service_entity(row.service),
        statement=f"{row.shift.after:.1%} of its answers are {told} since {row.shift.onset:%H:%M:%S}: {whose}",
        normal=f"{row.shift.before:.1%}",
        onset=row.shift.onset,
        magnitude=row.shift.after,
        evidence=[row.evidence] if row.evidence else [],
    )
