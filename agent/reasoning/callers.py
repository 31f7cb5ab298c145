"""How each caller's calls to one service fare: from metrics that name both ends, else from trace spans. Pure.

Called by the probe of other callers. What one caller suffers alone is between it and the callee; what all
suffer is the callee's.
"""

import re
from collections import defaultdict

from agent.model.entity import Entity
from agent.model.profile import Edge
from agent.model.query import MatchOp, Select
from agent.model.question import MetricQuestion, SpansQuestion
from agent.model.record import Record
from agent.model.slo import Sli
from agent.reasoning.contract import minds
from agent.reasoning.counting import REFINED_STEP, Tally, counts, indicator_questions, refined_window
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.onset import EVENTS_NEEDED
from agent.reasoning.symptoms import from_then_on
from agent.reasoning.topology import everyone
from agent.slo.conventions import POD_LABELS, workload_of

FAILING, LEAST = 3.0, 0.01
"""Times a caller's normal share of failed calls, and the least share, that count as failing."""

SPANS_NEEDED, SPANS_FAILED = 10, 3
"""Traces are sampled: fewer spans tell, if several of them failed."""


class Caller(Record):
    """One caller's calls to the callee, before the trouble and since."""

    name: str
    ours: bool  # of the alerting service
    before: Tally
    since: Tally

    @property
    def failing(self) -> bool:
        """Its calls fail more often than they did."""
        return self.since.ratio > max(FAILING * self.before.ratio, LEAST)


def edge_to(facts: Facts, callee: Entity) -> tuple[Edge, Sli] | None:
    """The alerting service's edge to a callee, with the calls of everybody to it, where metrics name the callers."""
    for edge in facts.profile.edges:
        if service_entity(edge.callee) == callee and (shared := everyone(edge)):
            return edge, shared
    return None


def questions(facts: Facts, callee: Entity) -> list[MetricQuestion]:
    """Calls and failed calls by caller, around the onset."""
    found, coarse = edge_to(facts, callee), facts.coarse_onset
    if found is None or coarse is None:
        return []
    window = refined_window(coarse.at, facts.anchor)
    return indicator_questions(found[1], window, REFINED_STEP, facts.profile.rate_seconds)


def callers(facts: Facts, callee: Entity) -> tuple[list[Caller], list[str]]:
    """Every caller with enough calls, in name order, and the evidence for it."""
    counted = _counted(facts, callee)
    if counted:
        return counted, facts.cite(*questions(facts, callee))
    return _traced(facts, callee), facts.evidence_of(SpansQuestion)


def _counted(facts: Facts, callee: Entity) -> list[Caller]:
    found, asked, onset = edge_to(facts, callee), questions(facts, callee), facts.onset
    if found is None or onset is None or not asked:
        return []
    edge, shared = found
    counted = counts(shared, asked, [facts.asked(question) for question in asked])
    if counted is None:
        return []
    values: defaultdict[str, set[str]] = defaultdict(set)
    for value in counted.pods:
        values[workload_of(value) if shared.pod_label in POD_LABELS else value].add(value)
    return [
        Caller(name=name, ours=any(_is(edge, shared.pod_label, each) for each in mine), before=before, since=since)
        for name, mine in sorted(values.items())
        for before, since in [(counted.tally(until=onset.at, pods=mine), counted.tally(since=onset.at, pods=mine))]
        if name and name != callee.name and since.total >= EVENTS_NEEDED
    ]


def _is(edge: Edge, label: str, value: str) -> bool:
    """Whether a value of the label that names callers stands for the edge's own."""
    own = edge.total.matchers if isinstance(edge.total, Select) else []
    return any(
        re.fullmatch(m.value, value) is not None if m.op is MatchOp.REGEX else m.value == value
        for m in own
        if m.label == label
    )


def _traced(facts: Facts, callee: Entity) -> list[Caller]:
    """By spans: a client's own that names its peer, else the callee's with the caller's around it."""
    by_id = {(span.trace, span.id): span for span in facts.spans}
    tallies: defaultdict[str, list[Tally]] = defaultdict(lambda: [Tally(), Tally()])
    start = from_then_on(facts)
    for span in facts.spans:
        parent = by_id.get((span.trace, span.parent))
        if span.service == callee.name and parent and not parent.peer:
            name = parent.service
        elif span.peer and span.peer.partition(":")[0].partition(".")[0] == callee.name:
            name = span.service
        else:
            continue
        place = 1 if span.at >= start else 0
        old = tallies[name][place]
        tallies[name][place] = Tally(total=old.total + 1, bad=old.bad + (span.failed or minds(span) is not None))
    return [
        Caller(name=name, ours=name == facts.profile.service.name, before=before, since=since)
        for name, (before, since) in sorted(tallies.items())
        if name != callee.name and since.total >= SPANS_NEEDED and (not since.bad or since.bad >= SPANS_FAILED)
    ]
