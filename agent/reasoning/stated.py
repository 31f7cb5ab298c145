"""What findings and causes of states share: a detector reads what the cluster says, a probe checks it against the specs.

The numbers: a message of a controller together with a spec that agrees is wrong in about one case in ten
(two mechanisms at once, an object read too late), hence AGREES. A spec that shows nothing wrong speaks
against the message: it was transient, hence SILENT. To be corrected by labelled incidents.
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

AGREES, SILENT = 0.90, 0.03


def suspicions(facts: Facts, cause: str) -> list[Suspicion]:
    """One for each entity that a finding blames, the strongest finding's."""
    best: dict[str, Finding] = {}
    for finding in findings(facts):
        key = str(finding.entity)
        if finding.cause == cause and (key not in best or finding.trust > best[key].trust):
            best[key] = finding
    return [
        Suspicion(
            entity=finding.entity,
            claim=f"{finding.entity.name}: {finding.statement}",
            weight=finding.trust,
            evidence=finding.evidence,
        )
        for finding in best.values()
    ]


def predicted(probe: Probe, outcome: str, *also: str) -> dict[str, float]:
    """The row of a mechanism: its own outcome, perhaps another, little on "nothing wrong", the rest spread."""
    hits = [outcome, *also]
    calm = max(probe.otherwise, key=lambda name: probe.otherwise[name])
    others = [name for name in probe.otherwise if name not in (*hits, calm)]
    left = 1 - AGREES - SILENT
    row = {name: AGREES / len(hits) for name in hits} | {calm: SILENT}
    return row | {name: left / len(others) for name in others} if others else row | {calm: 1 - AGREES}


def stated(
    name: str,
    title: str,
    advice: str,
    *checks: tuple[Probe, str],
    elsewhere: dict[str, dict[str, float]] | None = None,
) -> Cause:
    """A cause that detectors name in their findings, and that the given outcomes of probes bear out."""
    return Cause(
        name=name,
        title=title,
        suspect=lambda facts: suspicions(facts, name),
        own={probe.name: predicted(probe, outcome) for probe, outcome in checks},
        elsewhere=elsewhere or {},
        advice=advice,
    )
