"""Raw series of one service as courses: rates of counters, means and quantiles of histograms, ratios by code, shares of limits.

Called by `agent.reasoning.signals`, which knows what was asked. Works on names as Prometheus' conventions
build them: `_total`, `_count` and `_sum` are counters, a histogram's `_sum` over its `_count` is its mean.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from math import gcd

import numpy as np
from numpy.typing import NDArray

from agent.model.query import Series
from agent.model.record import Record
from agent.model.signal import Statistic
from agent.reasoning.buckets import quantile
from agent.reasoning.dialect import Dialect
from agent.reasoning.frame import Frame
from agent.slo.conventions import GRPC_SERVER_FAULT_NUMBERS, GRPC_SERVER_FAULTS, POD_OF

Values = NDArray[np.float64]

_POD = re.compile(POD_OF.format(name="(?P<name>.+?)").replace("|(?P<name>.+?)", "|(?P<other>.+?)"))

SERVER_FAULT = re.compile(rf"5(xx|..)?|{GRPC_SERVER_FAULTS}|(?:{GRPC_SERVER_FAULT_NUMBERS})")
CLIENT_FAULT = re.compile(r"4(xx|..)?|InvalidArgument|NotFound|FailedPrecondition|OutOfRange|ResourceExhausted")
NOT_ALLOWED = re.compile(r"401|403|Unauthenticated|PermissionDenied")

QUANTILES = {"p50": 0.5, "p99": 0.99}

SHARES = [
    ("container_cpu_cfs_throttled_periods_total", "container_cpu_cfs_periods_total", "throttled share of CPU periods"),
    ("container_memory_working_set_bytes", "kube_pod_container_resource_limits memory", "memory in use of its limit"),
    ("container_cpu_usage_seconds_total", "kube_pod_container_resource_limits cpu", "cpu usage_ratio of its limit"),
    ("kubelet_volume_stats_used_bytes", "kubelet_volume_stats_capacity_bytes", "disk used of its capacity"),
    ("kubelet_volume_stats_inodes_used", "kubelet_volume_stats_inodes", "inodes used of all"),
    ("process_open_fds", "process_max_fds", "fds in use of all"),
]
"""What is used, what there is of it, and what to call the share."""

MEAN = re.compile(r"(^|[_ ])(avg|average|mean)($|[_ ])")
QUANTILE = re.compile(r"(^|[_ ])(p\d\d+|quantile|median|percentile|\d\d(th)?)($|[_ ])")
RATIO = re.compile(r"(^|[_ ])(ratio|percent|percentage|pct|share)($|[_ ])|availability|success_rate|error_rate")


OUTSIDE = ("container_", "kube_", "kubelet_")
"""What cAdvisor, kube-state-metrics and the kubelet measure of others: `service` and `job` name the exporter there."""


class Course(Record):
    """One thing measured of one owner, summed up over its pods."""

    owner: str
    name: str
    statistic: Statistic
    times: list[float]
    values: list[float]
    peer: str = ""
    evidence: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes the recent and the long course the same."""
        return self.owner, self.name, self.peer


def owner(labels: dict[str, str], owners: list[str], pods: list[str]) -> str:
    """Whose series it is: by a label that names it, or by the workload's part of a pod's or a claim's name."""
    pod = next((labels[label] for label in pods if labels.get(label)), "")
    telling = [label for label in owners if label not in ("container", "job")] if pod else owners
    named = next((labels[label] for label in telling if labels.get(label)), "")
    if named and not (pod and labels.get("__name__", "").startswith(OUTSIDE)):
        return named
    found = _POD.fullmatch(pod)
    return (found["name"] or found["other"]) if found else pod


def of_service(name: str, series: list[Series], code_labels: list[str]) -> list[Course]:
    """Every course that the series of one service hold."""
    by_metric: defaultdict[str, list[Series]] = defaultdict(list)
    contained = {one.labels.get("__name__", "") for one in series if _inside(one.labels)}
    for one in series:
        metric = one.labels.get("__name__", "")
        if _whole_pod(one.labels, contained):
            continue
        by_metric[f"{metric} {one.labels['resource']}" if one.labels.get("resource") else metric].append(one)
    grids = {metric: _Grid.of(rows) for metric, rows in by_metric.items()}
    found = [course for metric, grid in grids.items() for course in _courses(name, metric, grid, code_labels)]
    found += [course for metric, grid in grids.items() for course in _means(name, metric, grid, grids)]
    found += [course for above, below, what in SHARES for course in _share(name, grids, above, below, what)]
    return [course for course in found if course.values]


def _inside(labels: dict[str, str]) -> bool:
    """Of one container, not of the pod around it."""
    return labels.get("container", "") not in ("", "POD")


def _whole_pod(labels: dict[str, str], contained: set[str]) -> bool:
    """CAdvisor also reports the sum of a pod's containers: it would count twice."""
    metric = labels.get("__name__", "")
    return metric.startswith("container_") and metric in contained and not _inside(labels)


class _Grid:
    """Series on one grid of times, a row a series, NaN where there is no sample."""

    def __init__(self, labels: list[dict[str, str]], times: Values, values: Values) -> None:
        self.labels, self.times, self.values = labels, times, values

    @classmethod
    def of(cls, series: list[Series]) -> "_Grid":
        times = np.array(sorted({moment for one in series for moment in one.times}))
        values = np.full((len(series), len(times)), np.nan)
        for row, one in enumerate(series):
            values[row, np.searchsorted(times, one.times)] = one.values
        return cls([one.labels for one in series], times, values).thinned()

    def thinned(self) -> "_Grid":
        """Without samples that only repeat the last scrape: all changes are so many places apart."""
        with np.errstate(invalid="ignore"):
            changes = np.flatnonzero((np.diff(self.values, axis=1) != 0).any(axis=0)) + 1
        apart = gcd(*np.diff(changes).tolist()) if len(changes) > 2 else 1  # noqa: PLR2004 - fewer tell no rhythm
        if apart < 2:  # noqa: PLR2004
            return self
        places = np.arange(changes[0] % apart, len(self.times), apart)
        return _Grid(self.labels, self.times[places], self.values[:, places])

    def rates(self) -> "_Grid":
        """Growth per second; a reset, and what came to a sum anew, is a gap."""
        steps, spans = np.diff(self.values, axis=1), np.diff(self.times)
        with np.errstate(invalid="ignore"):
            return _Grid(self.labels, self.times[1:], np.where(steps >= 0, steps, np.nan) / spans)

    def where(self, rows: Iterable[int]) -> "_Grid":
        kept = list(rows)
        return _Grid([self.labels[row] for row in kept], self.times, self.values[kept])

    def summed(self, *, mean: bool = False) -> Values:
        """One row; NaN where no series has a value."""
        there = np.isfinite(self.values)
        total = np.where(there, self.values, 0.0).sum(axis=0)
        count = there.sum(axis=0)
        return np.where(count > 0, total / np.maximum(count, 1) if mean else total, np.nan)


def is_counter(metric: str, values: Values) -> bool:
    """By its name, unless it falls more often than processes restart: some exporters call gauges `_sum`."""
    if not metric.endswith(("_total", "_count", "_sum", "_bucket")):
        return False
    with np.errstate(invalid="ignore"):
        steps = np.diff(values, axis=1)
        return bool((steps < 0).sum() <= 0.1 * max(np.isfinite(steps).sum(), 1))


def _courses(name: str, metric: str, grid: _Grid, code_labels: list[str]) -> list[Course]:
    if metric.endswith("_bucket"):
        return _quantiles(name, metric, grid)
    if not is_counter(metric, grid.values):
        return _gauges(name, metric, grid)
    if metric.endswith("_sum"):
        return []
    grown = grid.rates()
    coded = next((label for label in code_labels if any(label in labels for labels in grid.labels)), "")
    total = _course(name, metric, Statistic.RATE, grown.times, grown.summed())
    return [total, *(_by_code(name, metric, grown, coded) if coded else [])]


def _gauges(name: str, metric: str, grid: _Grid) -> list[Course]:
    """One for each quantile, statistic and peer; amounts are summed over pods, the rest averaged."""
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for row, labels in enumerate(grid.labels):
        groups[(labels.get("quantile", ""), labels.get("statistic", ""), labels.get("peer", ""))].append(row)
    found = []
    for (place, statistic, peer), rows in groups.items():
        told = " ".join(filter(None, [metric, f"quantile {place}" if place else "", statistic.lower()]))
        kind = statistic_of(told)
        values = grid.where(rows).summed(mean=kind is not Statistic.LEVEL)
        found.append(_course(name, told, kind, grid.times, values).evolve(peer=peer))
    return found


def statistic_of(name: str) -> Statistic:
    """What a gauge of this name says of the events behind it."""
    lowered = name.lower()
    if QUANTILE.search(lowered):
        return Statistic.QUANTILE
    if RATIO.search(lowered):
        return Statistic.RATIO
    return Statistic.MEAN if MEAN.search(lowered) else Statistic.LEVEL


def _by_code(name: str, metric: str, grown: _Grid, label: str) -> list[Course]:
    total = grown.summed()
    kinds = {"server faults": SERVER_FAULT, "client faults": CLIENT_FAULT, "not allowed": NOT_ALLOWED}
    found = []
    for told, pattern in kinds.items():
        rows = [row for row, labels in enumerate(grown.labels) if pattern.fullmatch(labels.get(label, ""))]
        if rows:
            part = np.nan_to_num(grown.where(rows).summed())
            with np.errstate(invalid="ignore", divide="ignore"):
                values = np.where(total > 0, part / total, np.nan)
            found.append(_course(name, f"{metric} errors: {told}, ratio", Statistic.RATIO, grown.times, values))
    return found


def _means(name: str, metric: str, grid: _Grid, grids: dict[str, "_Grid"]) -> list[Course]:
    """A histogram's mean: what its sum grew by over what its count grew by."""
    if not metric.endswith("_sum") or (counts := grids.get(metric[:-4] + "_count")) is None:
        return []
    if len(counts.times) != len(grid.times) or not is_counter(metric, grid.values):
        return []
    above, below = grid.rates().summed(), counts.rates().summed()
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(below > 0, above / below, np.nan)
    return [_course(name, f"{metric[:-4]} mean", Statistic.MEAN, grid.times[1:], values)]


def _quantiles(name: str, metric: str, grid: _Grid) -> list[Course]:
    grown = grid.rates()
    bounds = sorted({labels.get("le", "") for labels in grown.labels} - {""})
    rows = [[row for row, labels in enumerate(grown.labels) if labels.get("le") == bound] for bound in bounds]
    values = np.array([np.nan_to_num(grown.where(mine).summed()) for mine in rows])
    if not bounds or not grown.times.size:
        return []
    frame = Frame([{"le": bound} for bound in bounds], values, np.ones(values.shape, dtype=bool))
    found = []
    for told, place in QUANTILES.items():
        with np.errstate(all="ignore"):
            at = quantile(place, frame, Dialect.PROMETHEUS_3).values[0]
        found.append(_course(name, f"{metric.removesuffix('_bucket')} {told}", Statistic.QUANTILE, grown.times, at))
    return found


def _share(name: str, grids: dict[str, _Grid], above: str, below: str, what: str) -> list[Course]:
    if above not in grids or below not in grids:
        return []
    used, there = (
        grid.rates() if is_counter(metric, grid.values) else grid
        for metric, grid in ((above, grids[above]), (below, grids[below]))
    )
    times, ours, theirs = np.intersect1d(used.times, there.times, return_indices=True)
    total = there.summed()[theirs]
    with np.errstate(invalid="ignore", divide="ignore"):
        values = np.where(total > 0, used.summed()[ours] / total, np.nan)
    return [_course(name, what, Statistic.RATIO, times, values)]


def _course(name: str, told: str, statistic: Statistic, times: Values, values: Values) -> Course:
    there = np.isfinite(values)
    return Course(
        owner=name, name=told, statistic=statistic, times=times[there].tolist(), values=values[there].tolist()
    )
