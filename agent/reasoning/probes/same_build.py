"""Does the same build fail where it runs under another namespace (a region, a stage, a canary)?"""

from agent.model.query import Aggregate, AggregateOp, Matcher, MatchOp, Query, Rate, Ratio, Select
from agent.model.question import InstantQuestion, MetricAnswer, Question
from agent.model.slo import Sli
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.proximity import ROLLED

NAMESPACE_LABELS = {
    "namespace",
    "k8s_namespace_name",
    "kubernetes_namespace",
    "exported_namespace",
    "service_namespace",
    "destination_workload_namespace",
}
WINDOW = 300
EVENTS_NEEDED = 20
FAILING, HEALTHY = 0.3, 0.05
"""Shares of the error ratio here, from which it fails there too, and below which it is healthy there."""


def _place(sli: Sli) -> Matcher | None:
    """The condition that ties the indicator to our namespace."""
    if not isinstance(sli.total, Select) or not isinstance(sli.bad, Select):
        return None
    return next((m for m in sli.total.matchers if m.label in NAMESPACE_LABELS and m.op is MatchOp.EQUAL), None)


def _applies(facts: Facts, subject: Subject) -> bool:
    profile, change = facts.profile, subject.change
    mine = profile.workload is not None and change is not None and change.entity == profile.workload.entity
    rolled = change is not None and change.kind in ROLLED
    return (
        mine and rolled and facts.onset is not None and profile.slo is not None and _place(profile.slo.sli) is not None
    )


def _wide(part: Select, place: Matcher) -> Query:
    everywhere = part.evolve(matchers=[m for m in part.matchers if m.label != place.label])
    return Aggregate(of=Rate(of=everywhere, window_seconds=WINDOW), by=[place.label])


def _needs(facts: Facts, _subject: Subject) -> list[Question]:
    profile = facts.profile
    sli, place = (profile.slo.sli, _place(profile.slo.sli)) if profile.slo else (None, None)
    images = sorted(set(profile.workload.images.values())) if profile.workload else []
    if (
        sli is None
        or place is None
        or not images
        or not isinstance(sli.total, Select)
        or not isinstance(sli.bad, Select)
    ):
        return []
    running = Select(metric="kube_pod_container_info", matchers=[Matcher(label="image", value=images[0])])
    total, bad = _wide(sli.total, place), _wide(sli.bad, place)
    return [
        InstantQuestion(
            query=Aggregate(op=AggregateOp.COUNT, of=running, by=["namespace"]), at=facts.anchor, exploring=True
        ),
        InstantQuestion(query=Ratio(numerator=bad, denominator=total), at=facts.anchor, exploring=True),
        InstantQuestion(query=total, at=facts.anchor, exploring=True),
    ]


def _by_namespace(facts: Facts, question: Question, label: str) -> dict[str, float]:
    answer = facts.answer(question, MetricAnswer)
    return {
        series.labels.get(label, ""): series.values[-1] for series in (answer.series if answer else []) if series.values
    }


def _read(facts: Facts, subject: Subject) -> Reading | None:
    questions = _needs(facts, subject)
    place = _place(facts.profile.slo.sli) if facts.profile.slo else None
    if not questions or place is None:
        return None
    running = _by_namespace(facts, questions[0], "namespace")
    ratios, traffic = (_by_namespace(facts, question, place.label) for question in questions[1:])
    here = ratios.get(place.value, 0.0)
    busy = {ns for ns in running if ns and ns != place.value and traffic.get(ns, 0.0) * WINDOW >= EVENTS_NEEDED}
    if not busy or here <= 0:
        return None
    worst = max(busy, key=lambda ns: ratios.get(ns, 0.0))
    share = ratios.get(worst, 0.0) / here
    outcome = "fails there" if share >= FAILING else "healthy there" if share < HEALTHY else ""
    if not outcome:
        return None
    return Reading(
        outcome=outcome,
        statement=f"the same image runs in {', '.join(sorted(busy)[:3])}: {ratios.get(worst, 0.0):.1%} of requests fail in {worst}, {here:.1%} here",
        evidence=facts.cite(*questions),
    )


PROBE = Probe(
    name="same build elsewhere",
    question="does the same build fail in another namespace as well?",
    otherwise={"fails there": 0.10, "healthy there": 0.90},
    cost=1.2,
    applies=_applies,
    needs=_needs,
    read=_read,
)
