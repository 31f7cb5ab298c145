"""Where it begins: of the services that fail, the one that blames none of the others; and whom it reached.

A service that says of another that it fails, or whose failed operation contains another's, is a victim.
"""

import re

from agent.model.record import Instant, Record
from agent.reasoning.facts import Facts
from agent.reasoning.once import once
from agent.reasoning.symptoms import BAD, alerting, bad, began, symptoms

ENOUGH = 3
"""Fewer failures than this do not make a service a failing one, unless nobody has more."""


class Origin(Record):
    """Names of services."""

    first: str
    reached: list[str]
    since: dict[str, Instant]


@once
def origin(facts: Facts) -> Origin:
    """The service that fails first and by itself; the alerting one where nothing tells."""
    seen = symptoms(facts)
    since: dict[str, list[Instant]] = {}
    weight: dict[str, float] = {}
    for saying in seen.loud:
        weight[saying.service] = weight.get(saying.service, 0.0) + saying.count
        if saying.first:
            since.setdefault(saying.service, []).append(saying.first)
    for course in seen.courses:
        if course.signal.kind in BAD and bad(course):
            name = course.signal.service.name
            weight[name] = weight.get(name, 0.0) + ENOUGH
            since.setdefault(name, []).append(course.shift.at)
    for span in facts.spans:
        if span.failed and span.at >= began(facts):
            weight[span.service] = weight.get(span.service, 0.0) + 1
            since.setdefault(span.service, []).append(span.at)
    named = alerting(facts)
    struck = {name for name, amount in weight.items() if name and amount >= ENOUGH} or {named}
    blames = _blames(facts, struck)
    free = [name for name in struck if not blames.get(name)] or list(struck)
    speaking = {saying.service for saying in seen.loud}
    starts = {name: min(times) for name, times in since.items() if name in struck and times}
    first = min(
        free,
        key=lambda name: (
            name not in speaking,
            not _blamed(name, blames) and name != named,
            starts.get(name, facts.anchor),
            -weight.get(name, 0.0),
        ),
    )
    return Origin(first=first, reached=sorted(struck - {first}), since=starts)


def _blamed(name: str, blames: dict[str, set[str]]) -> bool:
    return any(name in others for others in blames.values())


def _blames(facts: Facts, struck: set[str]) -> dict[str, set[str]]:
    """By service: which other failing services its errors name or its failed operations contain."""
    found: dict[str, set[str]] = {}
    for saying in symptoms(facts).loud:
        for other in struck - {saying.service}:
            if re.search(rf"(?<![\w-]){re.escape(other)}(?![\w-])", saying.text):
                found.setdefault(saying.service, set()).add(other)
    failed = {(span.trace, span.id): span for span in facts.spans if span.failed}
    for span in failed.values():
        parent = failed.get((span.trace, span.parent))
        if parent and parent.service != span.service and {parent.service, span.service} <= struck:
            found.setdefault(parent.service, set()).add(span.service)
    return {name: others for name, others in found.items() if name in struck}
