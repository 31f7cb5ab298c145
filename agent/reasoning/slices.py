"""An indicator cut by the labels its series carry: route, version, caller, flag variant. The finest units that can fail or not.

Which labels there are is known from the series that were found when the service was identified, so a
dimension costs nothing where nobody measures it.
"""

from math import isnan
from typing import NamedTuple

from agent.model.profile import Profile
from agent.model.query import Select
from agent.model.question import InstantQuestion, MetricAnswer, SeriesQuestion
from agent.reasoning.facts import Facts

LABELS: dict[str, list[str]] = {
    "route": ["http_route", "route", "path", "handler", "uri", "grpc_method", "rpc_method"],
    "version": ["version", "app_version", "service_version", "destination_version"],
    "caller": ["source_workload", "source_app", "client", "client_name", "caller", "client_id"],
    "flag": ["feature_flag_variant", "flag_variant", "variant", "experiment"],
    "zone": ["topology_kubernetes_io_zone", "zone", "availability_zone"],
}
"""By dimension, the labels it usually has; the first that a service's series carry is taken."""

MOST_VALUES = 40
"""A label with more values than this (paths with ids in them) is no dimension."""


class Slice(NamedTuple):
    """One combination of values: its pod ("" where not told apart), its place in the dimensions, and how it went."""

    pod: str
    places: dict[str, str]
    ratio: float
    events: float


def labels(facts: Facts, profile: Profile) -> dict[str, str]:
    """Dimensions that the indicator's series can be cut by, each with its label."""
    if profile.slo is None or not isinstance(profile.slo.sli.total, Select) or not profile.slo.sli.splittable:
        return {}
    total = profile.slo.sli.total
    series = [
        one.labels
        for answer in facts.answers(SeriesQuestion, MetricAnswer)
        for one in answer.series
        if total.accepts(one.labels)
    ]
    found = {}
    for dimension, candidates in LABELS.items():
        for label in candidates:
            values = {one.get(label, "") for one in series} - {""}
            if 1 < len(values) <= MOST_VALUES:
                found[dimension] = label
                break
    return found


def questions(facts: Facts, profile: Profile) -> list[InstantQuestion]:
    """Error ratio and traffic since the onset by every combination; none without an onset or a dimension."""
    onset, by = facts.onset, labels(facts, profile)
    if onset is None or profile.slo is None or not by:
        return []
    sli, seconds = profile.slo.sli, max(int((facts.anchor - onset.at).total_seconds()), 60)
    names = [*([sli.pod_label] if sli.pod_label else []), *by.values()]
    return [
        InstantQuestion(query=sli.error_ratio(seconds, by=names), at=facts.anchor, exploring=True),
        InstantQuestion(query=sli.traffic(seconds, by=names), at=facts.anchor, exploring=True),
    ]


def slices(facts: Facts, profile: Profile) -> list[Slice]:
    """Every combination that had traffic."""
    asked = questions(facts, profile)
    if not asked or profile.slo is None or facts.onset is None:
        return []
    ratios, traffic = (facts.answer(question, MetricAnswer) for question in asked)
    if ratios is None or traffic is None:
        return []
    seconds = max((facts.anchor - facts.onset.at).total_seconds(), 60)
    events = {_key(one.labels): one.values[-1] * seconds for one in traffic.series if one.values}
    by, pod_label = labels(facts, profile), profile.slo.sli.pod_label
    return [
        Slice(
            pod=one.labels.get(pod_label, ""),
            places={dimension: one.labels[label] for dimension, label in by.items() if one.labels.get(label)},
            ratio=one.values[-1],
            events=events.get(_key(one.labels), 0.0),
        )
        for one in ratios.series
        if one.values and not isnan(one.values[-1])
    ]


def _key(found: dict[str, str]) -> frozenset[tuple[str, str]]:
    return frozenset(found.items())
