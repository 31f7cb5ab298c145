"""The top of the page: what it came to, how sure, and whom it is about."""

from agent.cli import burn_view
from agent.cli.figures import clock, percent, span, stamp
from agent.cli.page.markup import NOTHING, Child, Markup, join, prose, tag
from agent.model.hypothesis import Hypothesis, Verdict
from agent.model.incident import Resolution
from agent.model.report import Conclusion, Report

STEPS = 3
LONG = 90
"""Characters from which a fact does not fit a column."""

WORDS = {
    Conclusion.CONFIRMED: "cause confirmed",
    Conclusion.INCONCLUSIVE: "inconclusive",
    Conclusion.BLIND: "could not see enough",
    Conclusion.HEALTHY: "nothing burns",
}


def headline(report: Report) -> Markup:
    """Verdict, confidence, the cause in one sentence, the facts beside it."""
    known = {piece.id for piece in report.evidence}
    pill = tag("span", WORDS[report.conclusion], class_=f"pill {report.conclusion.value}")
    sure = report.conclusion in (Conclusion.CONFIRMED, Conclusion.INCONCLUSIVE)
    confidence = (
        tag("span", "confidence ", tag("b", percent(report.confidence)), class_="confidence") if sure else NOTHING
    )
    about = f"{report.incident.service or 'unknown service'}"
    return tag(
        "header",
        tag("p", "Steadyhand incident report ", tag("span", about, class_="service"), class_="over"),
        tag("p", join(pill, " ", confidence), class_="came"),
        tag("h1", sentence(report)),
        tag("p", prose(_rest(report), known), class_="summary"),
        _next(report, known),
        _facts(report),
    )


def _next(report: Report, known: set[str]) -> Markup:
    """What a person should do, as long as there is something left to do."""
    if report.incident.resolution is Resolution.RECOVERED or not report.next_steps:
        return NOTHING
    return tag("ul", *(tag("li", prose(step, known, 600)) for step in report.next_steps[:STEPS]), class_="next")


def sentence(report: Report) -> str:
    """The one sentence to take away."""
    stands = _confirmed(report)
    service = report.incident.service or report.incident.title
    if report.conclusion is Conclusion.CONFIRMED and stands:
        return f"{stands.claim[:1].upper()}{stands.claim[1:]}"
    if report.conclusion is Conclusion.HEALTHY:
        return f"{service} is within its error budget"
    if report.conclusion is Conclusion.BLIND:
        return f"Too little of {service} could be seen to say anything"
    return f"No cause of the errors of {service} could be confirmed; nothing is blamed"


def _rest(report: Report) -> str:
    """The summary without the claim and the confidence that stand above it already."""
    stands = _confirmed(report)
    told = report.summary
    if report.conclusion is Conclusion.CONFIRMED and stands and told.startswith(f"{stands.claim} (confidence "):
        told = told[len(stands.claim) :].partition("): ")[2] or told
    return f"{told[:1].upper()}{told[1:]}"


def _confirmed(report: Report) -> Hypothesis | None:
    return next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)


def _facts(report: Report) -> Markup:
    """Short facts in columns; those without a value are left out."""
    incident, condition = report.incident, report.condition
    ended = incident.resolution.value.replace("_", " ") if incident.resolution else incident.phase.value
    rows: list[tuple[str, str]] = [
        ("alert", incident.title),
        ("state", f"{incident.severity}, {ended}{_lasted(report)}"),
        ("burn", burn_view.headline(report.burn) if report.burn else "not measured"),
        ("errors began", stamp(report.onset) if report.onset else ""),
        ("fails only on", condition.statement if condition else ""),
        ("objective", burn_view.promise(report.slo) if report.slo else ""),
        ("not resolved", incident.unresolved),
        ("the alert says", _said(report)),
    ]
    shown: list[Child] = [
        tag("div", tag("dt", name), tag("dd", value), class_=_room(value)) for name, value in rows if value
    ]
    return tag("dl", *shown, class_="facts")


def _room(value: str) -> str | None:
    """Long facts take a row of their own."""
    return "long" if len(value) > LONG else None


def _lasted(report: Report) -> str:
    closed = report.incident.closed_at
    if closed is None:
        return ""
    return f" after {span((closed - report.incident.started_at).total_seconds())}, at {clock(closed)}"


def _said(report: Report) -> str:
    found = (
        a.annotations.get(n, "") for a in report.incident.alerts for n in ("summary", "description", "runbook_url")
    )
    return "; ".join(list(dict.fromkeys(text[:400] for text in found if text))[:3])
