"""The SLI itself: did errors leave their normal level, and when?"""

from agent.model.finding import Finding, FindingKind
from agent.reasoning.counting import survey_questions
from agent.reasoning.facts import Facts, service_entity


def detect(facts: Facts) -> list[Finding]:
    """At most one finding, for the alerting service."""
    onset = facts.onset
    if onset is None:
        return []
    return [
        Finding(
            kind=FindingKind.ERRORS_ROSE,
            entity=service_entity(facts.profile.service),
            statement=f"errors rose to {onset.level} at {onset.at:%H:%M:%S}",
            normal=f"{onset.baseline:.2%}",
            onset=onset.at,
            magnitude=onset.level.ratio,
            evidence=facts.cite(*survey_questions(facts.profile, facts.anchor)),
        )
    ]
