"""The one text that every channel shows: a report from what is known, with nothing claimed that is not cited."""

from datetime import datetime

from agent.model.coverage import Coverage
from agent.model.evidence import Evidence
from agent.model.hypothesis import Hypothesis, Verdict
from agent.model.incident import Incident
from agent.model.report import Conclusion, Report
from agent.policy import picture
from agent.policy.citations import cite
from agent.reasoning.causes import named
from agent.reasoning.judge import confidence, confirmed
from agent.state import IncidentState

BURNING = 1.0
"""A burn rate up to this spends no more than the budget allows."""


def report(state: IncidentState, incident: Incident, evidence: list[Evidence], now: datetime) -> Report:
    """Everything known about the incident now. `incident` is the stored one, fresher than the state's."""
    hypotheses = state.get("hypotheses", [])
    profiles = state.get("profiles", [])
    coverage = Coverage.of(evidence)
    stands = confirmed(hypotheses)
    facts = picture.facts(state, incident, evidence)
    conclusion = conclude(state, coverage)
    top = stands or (hypotheses[0] if hypotheses else None)
    return Report(
        at=now,
        incident=incident,
        conclusion=conclusion,
        confidence=round(confidence(top, coverage, onset=state.get("onset") is not None), 3) if top else 0.0,
        summary=summary(state, incident, conclusion, coverage),
        slo=profiles[0].slo if profiles else None,
        burn=state.get("burn"),
        onset=state.get("onset"),
        changes=state.get("changes", []),
        findings=[finding for finding in state.get("findings", []) if finding.evidence],
        hypotheses=hypotheses,
        condition=state.get("condition"),
        coverage=coverage,
        recalled=state.get("recalled", []),
        proposal=state.get("proposal"),
        proposal_digest=proposal.digest if (proposal := state.get("proposal")) else "",
        permission=state.get("permission"),
        decision=state.get("decision"),
        verification=state.get("verification"),
        setbacks=state.get("setbacks", []),
        next_steps=next_steps(state, coverage),
        evidence=[cite(item) for item in evidence],
        curves=[*picture.curves(facts), *picture.afterwards(facts, state.get("verification"), evidence)]
        if facts
        else [],
        links=picture.links(facts) if facts else [],
    )


def conclude(state: IncidentState, coverage: Coverage) -> Conclusion:
    """What it came to."""
    if confirmed(state.get("hypotheses", [])):
        return Conclusion.CONFIRMED
    if coverage.blind:
        return Conclusion.BLIND
    if not state.get("hypotheses") and not burning(state):
        return Conclusion.HEALTHY
    return Conclusion.INCONCLUSIVE


def burning(state: IncidentState) -> bool:
    """Whether the SLO's budget is being spent too fast, or that could not be measured."""
    burn = state.get("burn")
    if burn is None or burn.worst is None:
        return True
    return burn.worst > BURNING or burn.severity is not None


def summary(state: IncidentState, incident: Incident, conclusion: Conclusion, coverage: Coverage) -> str:
    """Two or three sentences."""
    service = str(incident.service) if incident.service else incident.title
    hypotheses = state.get("hypotheses", [])
    match conclusion:
        case Conclusion.HEALTHY:
            return f"{service} is within its error budget; nothing was investigated."
        case Conclusion.BLIND:
            gaps = "; ".join(gap for item in coverage.items for gap in item.gaps[:1])
            return f"Too little of {service} could be seen to say anything. {incident.unresolved or gaps}"
        case Conclusion.INCONCLUSIVE:
            best = ""
            if hypotheses:
                told = f"Strongest suspect so far: {hypotheses[0].claim} ({hypotheses[0].probability:.0%})"
                best = claimed(told, hypotheses[0].evidence)
            return f"No cause of the errors of {service} could be confirmed; nothing is blamed.{best}{_cleared(state)}"
        case Conclusion.CONFIRMED:
            stands = confirmed(hypotheses)
            if stands is None:
                return ""
            sure = confidence(stands, coverage, onset=state.get("onset") is not None)
            deciding = [e for t in stands.tests if t.discriminating for e in t.evidence]
            told = claimed(f"{stands.claim} (confidence {sure:.0%}): {stands.why}", deciding)
            return f"{told}{_cleared(state)}".strip()


def claimed(sentence: str, evidence: list[str]) -> str:
    """The sentence with the evidence it stands on; nothing at all where it stands on none."""
    return f" {sentence} [{', '.join(dict.fromkeys(evidence))}]." if evidence else ""


def _cleared(state: IncidentState) -> str:
    """The changes that were suspected and tested away, by name: nobody should roll them back."""
    changes = {change.id: change for change in state.get("changes", [])}
    cleared = [h for h in state.get("hypotheses", []) if h.change in changes and h.verdict is Verdict.REFUTED]
    return "".join(claimed(f"Cleared: {changes[h.change].title} ({h.why})", _speaking(h)) for h in cleared[:2])


def _speaking(hypothesis: Hypothesis) -> list[str]:
    """The evidence of the tests that speak against a hypothesis."""
    return [e for t in hypothesis.tests if t.predicted < t.rivals for e in t.evidence]


def next_steps(state: IncidentState, coverage: Coverage) -> list[str]:
    """What a person should look at, and what would settle an open question."""
    steps = list(state.get("reasons", []))
    stands = confirmed(state.get("hypotheses", []))
    if stands:
        condition = state.get("condition")
        pinned = f" (it fails on {condition.statement})" if condition else ""
        steps.append(f"{advice(state, stands)}{pinned}")
    else:
        refuted = [h for h in state.get("hypotheses", []) if h.verdict is Verdict.REFUTED]
        steps += [f"ruled out: {h.claim} ({h.why})" for h in refuted[:4]]
        steps += [f"would settle it: {test}" for test in state.get("unsettled", [])[:4]]
    if coverage.cap < NOTED:
        steps += [f"not visible: {item.source} ({gap})" for item in coverage.items for gap in item.gaps[:2]]
    return steps


NOTED = 0.98
"""Coverage caps below this are worth a line."""


def advice(state: IncidentState, hypothesis: Hypothesis) -> str:
    """The cause's advice with names filled in."""
    cause = named(hypothesis.cause)
    change = next((c for c in state.get("changes", []) if c.id == hypothesis.change), None)
    blamed = str(change.entity) if change else ""
    return cause.advice.format(service=hypothesis.entity.name, change=blamed)
