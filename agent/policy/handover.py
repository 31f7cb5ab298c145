"""The hand-over note: known, ruled out, invisible, tried, next. One record from the report, one rendering, every channel.

Called by the command line (`show`, `ticket`), the HTTP door and whoever else tells people.
"""

import re

from agent.model.handover import HandOver
from agent.model.hypothesis import Hypothesis, Verdict
from agent.model.proposal import Decision, DecisionKind, PermissionKind, Proposal
from agent.model.report import Report
from agent.model.setback import Setback
from agent.visible import on_one_line

EACH = 8
"""Lines of a kind; the report has the rest."""

LONGEST = 600

LISTED = ("ruled out: ", "not visible: ")

LINKS = {"://": "&#58;//", "www.": "www&#46;", "@": "&#64;"}
"""What renderers make links and mentions of by themselves, and the same to the eye."""

_MARKS = re.compile(r"([\\`*_\[\]<>#|~!&])")


def handover(report: Report) -> HandOver:
    """The note on what is known now."""
    tried = _tried(report)
    ruled_out = [_ruled(h) for h in report.hypotheses if h.verdict is Verdict.REFUTED]
    invisible = [f"{item.source}: {gap}" for item in report.coverage.items for gap in item.gaps]
    said = {*tried, *ruled_out, *_undone(report)}
    steps = [s for s in report.next_steps if s not in said and not s.startswith(_repeats(report))]
    return HandOver(
        title=report.incident.title,
        summary=report.summary,
        known=_known(report)[:EACH],
        ruled_out=ruled_out[:EACH],
        invisible=invisible[:EACH],
        tried=tried[:EACH],
        next=steps[:EACH],
    )


def _known(report: Report) -> list[str]:
    """Only what is cited or measured."""
    incident, burn = report.incident, report.burn
    firing = "still firing" if incident.firing else "resolved"
    known = [f"since {incident.started_at:%Y-%m-%d %H:%M:%S} UTC, {incident.severity}, {firing}"]
    if burn and burn.worst is not None:
        known.append(f"burn {burn.worst:.1f} of an objective of {burn.objective:.3%}, at {burn.at:%H:%M:%S} UTC")
    if report.onset:
        known.append(f"it began at {report.onset:%H:%M:%S} UTC")
    stands = next((h for h in report.hypotheses if h.verdict is Verdict.CONFIRMED), None)
    if stands:
        known.append(f"cause: {stands.claim} ({report.confidence:.0%}): {stands.why}{_cited(stands)}")
    if report.condition:
        known.append(f"it fails on {report.condition.statement}")
    if incident.unresolved:
        known.append(incident.unresolved)
    return known + [f"{f.statement} [{', '.join(f.evidence)}]" for f in report.findings]


def _ruled(hypothesis: Hypothesis) -> str:
    return f"{hypothesis.claim}: {hypothesis.why}{_cited(hypothesis)}"


def _cited(hypothesis: Hypothesis) -> str:
    ids = list(dict.fromkeys(e for test in hypothesis.tests if test.discriminating for e in test.evidence))
    return f" [{', '.join(ids)}]" if ids else ""


def _tried(report: Report) -> list[str]:
    """What was proposed, answered, done, and what it came to."""
    proposal, permission, verification = report.proposal, report.permission, report.verification
    tried = [_failed(back) for back in report.setbacks]
    if proposal is None:
        return tried or ["nothing was proposed"]
    tried.append(f"proposed: {proposal.what} (playbook {proposal.playbook})")
    if permission and permission.kind is PermissionKind.REFUSED:
        tried.append(f"not allowed by {permission.rule}: {permission.reason}")
    if report.decision:
        tried.append(_answered(report.decision))
    if verification:
        tried.append(f"verification, {verification.kind}: {verification.reason}{_ids(verification.evidence)}")
    return tried + _happened(report, proposal)


def _failed(back: Setback) -> str:
    return f"{back.action} ({back.playbook}) did not help{f'; {back.undone}' if back.undone else ''}"


def _happened(report: Report, proposal: Proposal) -> list[str]:
    """What became of the actions: the steps' own sentences about them, which are no advice."""
    became = tuple(sentence for part in proposal.parts for sentence in _became(str(part.action)))
    told = _undone(report)
    return [step for step in report.next_steps if step.startswith(became) and step not in told]


def _became(action: str) -> list[str]:
    return [
        f"{action} was not done",
        f"{action} was taken back",
        f"{action} has no undo",
        f"taking {action} back failed",
        f"nobody can tell whether {action} was done",
        f"dry run: would {action}",
    ]


def _undone(report: Report) -> set[str]:
    """The same sentences about what was taken back, as setbacks keep them."""
    return {sentence for back in report.setbacks for sentence in back.undone.split("; ")}


def _repeats(report: Report) -> tuple[str, ...]:
    """How steps begin that other lists of the note tell in their own words."""
    if report.proposal is None:
        return LISTED
    action = report.proposal.what
    answered = ("denied by ", "nobody answered in time") if report.decision else ()
    refused = ("not done, ",) if report.permission and report.permission.kind is PermissionKind.REFUSED else ()
    verified = (f"{action} did not help", f"whether {action} helped") if report.verification else ()
    return (*LISTED, *answered, *refused, *verified)


def _ids(evidence: list[str]) -> str:
    return f" [{', '.join(evidence)}]" if evidence else ""


def _answered(decision: Decision) -> str:
    if decision.kind is DecisionKind.EXPIRED:
        return "nobody answered in time"
    return f"{decision.kind} by {decision.by} ({decision.channel}){f': {decision.reason}' if decision.reason else ''}"


def markdown(note: HandOver) -> str:
    """The note as Markdown; what came from outside can neither format nor link anything in it."""
    parts = [f"# {plain(note.title)}", plain(note.summary)]
    parts += [f"## {name}\n\n{_list(lines)}" for name, lines in sections(note)]
    return "\n\n".join(part for part in parts if part) + "\n"


def sections(note: HandOver) -> list[tuple[str, list[str]]]:
    """Every part with its heading, in order; also for channels that are not Markdown."""
    return [
        ("Known", note.known),
        ("Ruled out", note.ruled_out),
        ("Could not be seen", note.invisible),
        ("Tried", note.tried),
        ("Next", note.next),
    ]


def ticket(report: Report) -> str:
    """The text of a ticket: what is asked of whom, the change that we may not make ourselves, then the note."""
    proposal = report.proposal
    wanted = [] if proposal is None else [f"{proposal.what}; undo: {proposal.way_back or 'none'}"]
    asked = wanted or report.next_steps[:EACH]
    parts = [f"## Wanted\n\n{_list(asked)}"]
    if proposal and proposal.diff:
        parts.append(f"{_fenced(proposal.diff)}\n\nWhere the object is managed from Git, make this change there.")
    head, _, rest = markdown(handover(report)).partition("\n\n")
    source = f"Incident {plain(report.incident.id)}, as known at {report.at:%Y-%m-%d %H:%M:%S} UTC."
    return "\n\n".join([head, *parts, rest.rstrip(), source]) + "\n"


def _fenced(text: str) -> str:
    """A code block that its content cannot end."""
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    kept = "\n".join(_row(line) for line in text.split("\n"))
    return f"{fence}diff\n{kept}\n{fence}"


def _row(line: str) -> str:
    """A line of code with its indentation."""
    indented = len(line) - len(line.lstrip(" "))
    return line[:indented] + on_one_line(line[indented:])


def _list(lines: list[str]) -> str:
    return "\n".join(f"- {plain(line)}" for line in lines) or "- nothing"


def plain(text: str) -> str:
    """Text on one line, as Markdown that shows it as it is; links in it are not made ones."""
    one_line = on_one_line(text[: LONGEST * 4]).strip()
    cut = one_line if len(one_line) <= LONGEST and len(text) <= LONGEST * 4 else f"{one_line[:LONGEST]}…"
    shown = _MARKS.sub(r"\\\1", cut)
    for link, spelled in LINKS.items():
        shown = shown.replace(link, spelled)
    return shown
