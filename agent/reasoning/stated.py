"""What findings and causes of states share: a detector reads what the cluster says, a probe checks it against the specs.

The numbers: a message of a controller and the specs agree in about nine cases of ten, hence AGREES; else an
object was read too late, or a spec does not say all. To be corrected by labelled incidents.
"""

from agent.model.finding import Finding
from agent.reasoning.causes import Cause, Suspicion
from agent.reasoning.detectors import findings
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe

SAID = 1.0
"""Prior weight of a mechanism that an event, a status or a log line names; the rest class has 0.10."""
LIKELY, POSSIBLE, FAINT = 0.5, 0.2, 0.05
"""Weights of a mechanism that a sign speaks for among others, allows, or does not rule out."""

OBJECTS, COURSES, WORDS = frozenset({"cluster"}), frozenset({"metrics"}), frozenset({"cluster", "logs"})
"""What settles a mechanism by itself: the cluster's objects, measured courses, or objects together with log lines."""

AGREES, ELSE = 0.90, 0.005
"""Probability of a mechanism's own outcome, and of each outcome that stands for a rival: seeing a rival's is no support."""


def suspicions(facts: Facts, cause: str, title: str) -> list[Suspicion]:
    """One for each entity that a finding blames, the strongest finding's."""
    best: dict[str, Finding] = {}
    for finding in findings(facts):
        key = str(finding.entity)
        if finding.cause == cause and (key not in best or finding.trust > best[key].trust):
            best[key] = finding
    return [
        Suspicion(
            entity=finding.entity,
            claim=f"{finding.entity.name}: {title} ({finding.statement})",
            weight=finding.trust,
            evidence=finding.evidence,
        )
        for finding in best.values()
    ]


def predicted(probe: Probe, outcome: str) -> dict[str, float]:
    """The row of a mechanism: its own outcome, hardly any rival's, and "nothing wrong" for what is left."""
    calm = max(probe.otherwise, key=lambda name: probe.otherwise[name])
    if len(probe.otherwise) == 2:  # noqa: PLR2004 - yes or no
        return {name: AGREES if name == outcome else 1 - AGREES for name in probe.otherwise}
    row = dict.fromkeys(probe.otherwise, ELSE) | {outcome: AGREES}
    return row | {calm: round(1 - AGREES - ELSE * (len(row) - 2), 6)}


def stated(
    name: str,
    title: str,
    advice: str,
    *checks: tuple[Probe, str],
    elsewhere: dict[str, dict[str, float]] | None = None,
    settled_by: frozenset[str] = OBJECTS,
) -> Cause:
    """A cause that detectors name in their findings, and that the given outcomes of probes bear out.

    `settled_by` as in Cause: by default the cluster's objects show both the trouble and its mechanism.
    """
    return Cause(
        name=name,
        title=title,
        suspect=lambda facts: suspicions(facts, name, title),
        own={probe.name: predicted(probe, outcome) for probe, outcome in checks},
        elsewhere=elsewhere or {},
        advice=advice,
        settled_by=settled_by,
    )
