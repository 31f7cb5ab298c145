"""A report as a person reads it in a terminal: `investigate`, `show` and the demo all print this."""

from rich.console import Console, Group, RenderableType
from rich.text import Text

from agent.cli import (
    burn_view,
    coverage_view,
    evidence_view,
    hypotheses_view,
    memory_view,
    proposal_view,
    timeline_view,
    verification_view,
)
from agent.cli.figures import clock, percent, stamp
from agent.cli.layout import bullets, cite, heading, paragraph, rows
from agent.cli.untrusted import line
from agent.model.finding import Finding
from agent.model.incident import Incident
from agent.model.report import Conclusion, Report
from agent.policy.handover import handover

_HEADLINES = {
    Conclusion.CONFIRMED: ("cause confirmed", "bold red"),
    Conclusion.INCONCLUSIVE: ("inconclusive", "bold yellow"),
    Conclusion.BLIND: ("could not see enough", "bold yellow"),
    Conclusion.HEALTHY: ("nothing burns", "bold green"),
}


def show(console: Console, report: Report) -> None:
    """Print it; uncropped, so that queries stay in one piece."""
    console.print(render(report), crop=False)


def render(report: Report) -> RenderableType:
    """All sections that have something to say, from burn to evidence."""
    return Group(
        *_header(report),
        *_findings(report.findings),
        *_section(
            "changes",
            "UTC, and before (-) or after (+) the onset",
            timeline_view.timeline(report.changes, report.onset, report.hypotheses),
        ),
        *_section("hypotheses", "before → after its tests", hypotheses_view.hypotheses(report.hypotheses)),
        *(_section("condition", "", hypotheses_view.condition(report.condition)) if report.condition else []),
        *_section("coverage", "", coverage_view.coverage(report.coverage)),
        *(_section("seen before", "", memory_view.memories(report.recalled)) if report.recalled else []),
        *conclusion(report),
        *_tried(report),
        *_action(report),
        *_section("evidence", "queries to paste", evidence_view.evidence(report)),
    )


def conclusion(report: Report) -> list[RenderableType]:
    """What it came to, how sure, and what to do next."""
    word, style = _HEADLINES[report.conclusion]
    text = Text(f"  {word.upper()}", style=style)
    if report.conclusion in (Conclusion.CONFIRMED, Conclusion.INCONCLUSIVE):
        text.append(f"  confidence {percent(report.confidence)}", style="not bold default")
    parts: list[RenderableType] = [heading("conclusion"), text, paragraph(report.summary)]
    if report.next_steps:
        parts += [heading("next steps"), bullets(report.next_steps)]
    return parts


def _header(report: Report) -> list[RenderableType]:
    incident = report.incident
    word, style = _HEADLINES[report.conclusion]
    title = Text(f"{line(incident.service or 'unknown service', 200)}  ", style="bold")
    title.append(word, style=style)
    state = f"{incident.phase.value}" + (
        f", {incident.resolution.value.replace('_', ' ')}" if incident.resolution else ""
    )
    facts: list[tuple[str, str | Text]] = [
        ("incident", f"{incident.id}  ({incident.severity}; {state})"),
        ("title", incident.title),
        ("taken over", Text(f"{line(incident.taken_by, 200)} is on it", style="bold") if incident.taken_by else ""),
        ("alert says", _said(incident, "summary", "description")),
        ("runbook", _said(incident, "runbook_url")),
        ("not resolved", incident.unresolved),
        ("SLO", burn_view.promise(report.slo) if report.slo else ""),
        ("SLI", burn_view.indicator(report.slo) if report.slo else ""),
        ("onset", stamp(report.onset) if report.onset else ""),
        ("burn", f"{burn_view.headline(report.burn)}, at {clock(report.burn.at)}" if report.burn else "not measured"),
    ]
    return [title, rows(facts), *([burn_view.windows(report.burn)] if report.burn else [])]


def _said(incident: Incident, *names: str) -> str:
    """What the alerts' annotations of these names say, each text once."""
    found = (alert.annotations.get(name, "") for alert in incident.alerts for name in names)
    return "; ".join(list(dict.fromkeys(line(text, 300) for text in found if text))[:3])


def _findings(found: list[Finding]) -> list[RenderableType]:
    if not found:
        return []
    return [heading("findings"), bullets([finding(each) for each in found])]


def finding(found: Finding) -> str:
    """A fact, its kind, since when, what is normal there, and its evidence."""
    onset = f", since {clock(found.onset)}" if found.onset else ""
    normal = f" (normal: {line(found.normal, 200)})" if found.normal else ""
    return f"{found.kind.value}: {line(found.statement)}{onset}{normal} {cite(found.evidence)}"


def _tried(report: Report) -> list[RenderableType]:
    """What the hand-over note says of it, where something was tried."""
    return [heading("tried"), bullets(handover(report).tried)] if report.proposal or report.setbacks else []


def _action(report: Report) -> list[RenderableType]:
    parts: list[RenderableType] = []
    if report.proposal:
        parts.append(proposal_view.card(report.proposal, report.permission))
    elif report.permission:
        parts.append(rows([("guard", proposal_view.verdict(report.permission))]))
    if report.decision:
        parts.append(rows([("decision", proposal_view.decision(report.decision))]))
    if report.verification:
        parts += [heading("verification"), verification_view.outcome(report.verification)]
    return parts


def _section(title: str, aside: str, body: RenderableType) -> list[RenderableType]:
    return [heading(title, aside), body]
