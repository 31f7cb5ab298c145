"""The curves and calls a report is drawn from, worked out from the same evidence as the verdicts: `brief` calls it."""

from math import isfinite

import numpy as np

from agent.model.evidence import Evidence
from agent.model.incident import Incident
from agent.model.picture import AFTERWARDS, CLOSE_UP, LOOK_BACK, Curve, Link
from agent.model.profile import Edge
from agent.model.question import InstantQuestion, MetricAnswer
from agent.model.slo import Sli
from agent.model.verification import Verification
from agent.reasoning.counting import (
    REFINED_STEP,
    Counts,
    Tally,
    counts,
    indicator_questions,
    refined_questions,
    refined_window,
    survey_questions,
)
from agent.reasoning.facts import Facts
from agent.state import IncidentState

POINTS = 240
"""Points a curve has at most: two pixels each in a chart of a page's width."""

WIDEST = 12
"""Intervals that are put into one point at most, where single ones hold no event: twelve refined ones are a minute."""

FILLED = 0.95
"""The share of points that should have events: below it the line would be in pieces."""

LINKS = 40

FAILING, NORMALLY = 0.01, 3.0
"""An edge fails when at least this share of its calls does, and so many times the service's normal ratio."""


def facts(state: IncidentState, incident: Incident, evidence: list[Evidence]) -> Facts | None:
    """What the investigation knew; None before it knew whom it is about."""
    profiles, anchor = state.get("profiles", []), state.get("anchor")
    return Facts(incident, profiles, evidence, anchor) if profiles and anchor else None


def curves(known: Facts) -> list[Curve]:
    """The error ratio over the whole look-back, and closely around the onset where there is one."""
    found = [(LOOK_BACK, known.counts(known.profile, survey_questions(known.profile, known.anchor)))]
    if onset := known.coarse_onset:
        found.append((CLOSE_UP, known.counts(known.profile, refined_questions(known.profile, onset.at, known.anchor))))
    return [curve for name, counted in found if counted is not None and (curve := ratio_curve(name, counted)).times]


def afterwards(known: Facts, found: Verification | None, evidence: list[Evidence]) -> list[Curve]:
    """What each look after the action measured, or nothing."""
    sli = known.profile.slo.sli if known.profile.slo else None
    if sli is None or found is None or found.since is None:
        return []
    looks = {}
    for item in evidence:
        question, answer = item.question, item.answer
        if not isinstance(question, InstantQuestion) or not isinstance(answer, MetricAnswer):
            continue
        seconds = int((question.at - found.since).total_seconds())
        values = answer.series[0].values if len(answer.series) == 1 else []
        if seconds > 0 and values and isfinite(values[-1]) and question.query == sli.error_ratio(seconds):
            looks[question.at.timestamp()] = round(values[-1], 6)
    times = sorted(looks)[-POINTS:]
    return [Curve(name=AFTERWARDS, unit="ratio", times=times, values=[looks[t] for t in times])] if times else []


def ratio_curve(name: str, counted: Counts) -> Curve:
    """The share of bad events at the end of each point's span; None where a span had no events."""
    total, bad = counted.summed()
    size = _span(total)
    starts = range(0, len(total), size)
    sums = [(float(total[i : i + size].sum()), float(bad[i : i + size].sum())) for i in starts]
    return Curve(
        name=name,
        unit="ratio",
        times=[float(counted.times[min(i + size, len(total)) - 1]) for i in starts],
        values=[round(min(b / t, 1.0), 6) if t > 0 else None for t, b in sums],
    )


def _span(total: np.ndarray) -> int:
    """Intervals a point: as few as give no more than POINTS, nearly all of which have events."""
    least = max(-(-len(total) // POINTS), 1)
    served = np.flatnonzero(total > 0)
    if not len(served):
        return least
    lived = total[served[0] : served[-1] + 1]
    sizes = range(least, max(WIDEST, least) + 1)
    return next((size for size in sizes if _filled(lived, size) >= FILLED), sizes[-1])


def _filled(total: np.ndarray, size: int) -> float:
    return float(np.mean([total[i : i + size].sum() > 0 for i in range(0, len(total), size)]))


def links(known: Facts) -> list[Link]:
    """Whom the service calls and whom those call, each edge once, failing ones first to stay within LINKS."""
    edges = {(e.caller, e.callee): e for profile in reversed(known.profiles) for e in profile.edges}
    found = [_link(known, edge) for edge in edges.values()]
    return sorted(found, key=lambda link: (not link.failing, not link.measured, link.caller, link.callee))[:LINKS]


def _link(known: Facts, edge: Edge) -> Link:
    calls = _calls(known, edge)
    normal = known.onset.baseline if known.onset else 0.0
    return Link(
        caller=str(edge.caller),
        callee=edge.callee.name if edge.external else str(edge.callee),
        known_by=edge.known_by,
        measured=edge.total is not None,
        external=edge.external,
        bad=calls.bad if calls else None,
        total=calls.total if calls else None,
        failing=bool(calls and calls.total and calls.ratio > max(FAILING, NORMALLY * normal)),
    )


def _calls(known: Facts, edge: Edge) -> Tally | None:
    """Calls since the onset, where a test has counted them."""
    if not edge.total or not edge.bad or known.onset is None or known.coarse_onset is None:
        return None
    sli = Sli(total=edge.total, bad=edge.bad, why=edge.known_by)
    window = refined_window(known.coarse_onset.at, known.anchor)
    questions = indicator_questions(sli, window, REFINED_STEP, known.profile.rate_seconds)
    counted = counts(sli, questions, [known.asked(question) for question in questions])
    return counted.tally(since=known.onset.at) if counted else None
