"""Requests flowing through the call graph: rates from the entry downwards, failures from the leaves upwards.

`World` calls `flow` once a step. Counts are Poisson around the expectation, so a quiet error is rare, not absent.
"""

import math
from datetime import datetime

import numpy as np

from integrations.simulation.fault import FaultBoard
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.samples import CLIENT, MEMORY, SERVER, Rows, Samples, Values
from integrations.simulation.shop import ServicePlan

SERVER_CODES = ("200", "500", "502")
"""Answered, failed by itself, failed because a call it made failed."""

CLIENT_CODES = ("200", "500", "502", "503")
"""What a caller gets: the callee's own code, or 503 when nobody was there to answer."""

SEASON_SECONDS = 5400.0
"""One swing of the traffic's slow wave; short, so that it is visible within the history kept."""

Mix = tuple[float, float, float]
"""Shares of calls to a service that end in 500, 502 and 503."""


def series_of(plan: ServicePlan, namespace: str, pod: str) -> list[dict[str, str]]:
    """Label sets of one pod's series, in the order `Traffic` fills them: server, client, memory last."""
    common = {"namespace": namespace, "pod": pod}
    server = [
        {
            "__name__": SERVER,
            **common,
            "service": plan.name,
            "http_route": route.name,
            "http_response_status_code": code,
        }
        for route in plan.routes
        for code in SERVER_CODES
    ]
    client = [
        {"__name__": CLIENT, **common, "server_address": callee, "http_response_status_code": code}
        for callee in plan.callees
        for code in CLIENT_CODES
    ]
    return [*server, *client, {"__name__": MEMORY, **common, "container": "app"}]


class Traffic:
    """One shop's requests; the first plan is where they enter.

    What is expected of each series per request at the entry changes only when pods or faults do, so it
    is worked out then; a step in between is one draw.
    """

    def __init__(
        self, plans: list[ServicePlan], board: FaultBoard, samples: Samples, seed: int, per_second: float
    ) -> None:
        self._plans = plans
        self._board = board
        self._samples = samples
        self._rng = np.random.default_rng(seed)
        self._level = per_second
        self._phase = float(self._rng.uniform(0, 2 * math.pi))
        self._drift = 0.0
        self._rates = _rates(plans)
        self._failing: dict[str, Values] = {}
        self._rows: Rows = np.zeros(0, dtype=np.intp)
        self._expected: Values = np.zeros(0)
        self._pod_of_row: Rows = np.zeros(0, dtype=np.intp)

    def flow(self, pods: dict[str, list[SimulatedPod]], now: datetime, seconds: float, *, moved: bool) -> None:
        """Let `seconds` worth of requests happen on the serving pods by service; `moved`: they differ from last time."""
        failing = self._board.failing(self._plans, pods, now)
        if moved or not _same(failing, self._failing):
            self._failing = failing
            self._work_out(pods)
        self._drift = 0.9 * self._drift + float(self._rng.normal(0, 0.015))
        wave = 0.12 * math.sin(2 * math.pi * now.timestamp() / SEASON_SECONDS + self._phase)
        requests = self._level * max(1 + wave + self._drift, 0.1) * seconds
        uneven = self._rng.uniform(0.95, 1.05, len(self._rows) and int(self._pod_of_row[-1]) + 1)
        counts = self._rng.poisson(requests * self._expected * uneven[self._pod_of_row])
        self._samples.add(self._rows, counts.astype(float))

    def _work_out(self, pods: dict[str, list[SimulatedPod]]) -> None:
        mixes: dict[str, Mix] = {}
        rows, expected = [], []
        for plan in reversed(self._plans):
            serving = pods[plan.name]
            mixes[plan.name] = (0.0, 0.0, 1.0)
            if serving:
                block, mixes[plan.name] = self._serve(plan, len(serving), mixes)
                rows += [pod.rows[:-1] for pod in serving]
                expected += list(block)
        self._rows = np.concatenate(rows) if rows else np.zeros(0, dtype=np.intp)
        self._expected = np.concatenate(expected) if expected else np.zeros(0)
        self._pod_of_row = np.repeat(np.arange(len(rows)), [len(block) for block in rows])

    def _serve(self, plan: ServicePlan, pods: int, mixes: dict[str, Mix]) -> tuple[Values, Mix]:
        """What each pod's series may expect per request at the entry (pods by series), and what callers get."""
        own = self._failing.get(plan.name, np.full((pods, len(plan.routes)), plan.error_ratio))
        upstream = np.array([_upstream(route.calls, mixes) for route in plan.routes])
        load = np.ones((pods, 1)) / pods * self._rates[plan.name] * np.array([route.share for route in plan.routes])
        split = np.stack([load * (1 - own) * (1 - upstream), load * own, load * (1 - own) * upstream], axis=2)
        block = np.concatenate([split.reshape(pods, -1), _calls(plan, load, mixes)], axis=1)
        total = float(split.sum())
        return block, (float(split[:, :, 1].sum()) / total, float(split[:, :, 2].sum()) / total, 0.0)


def _rates(plans: list[ServicePlan]) -> dict[str, float]:
    """Requests at each service per request at the entry."""
    rates = dict.fromkeys((plan.name for plan in plans), 0.0)
    rates[plans[0].name] = 1.0
    for plan in plans:
        for route in plan.routes:
            for callee, often in route.calls.items():
                rates[callee] += rates[plan.name] * route.share * often
    return rates


def _calls(plan: ServicePlan, load: Values, mixes: dict[str, Mix]) -> Values:
    columns: list[Values] = []
    for callee in plan.callees:
        often = np.array([route.calls.get(callee, 0.0) for route in plan.routes])
        calls = (load * often).sum(axis=1)
        mix = mixes[callee]
        columns += [calls * (1 - sum(mix)), *(calls * part for part in mix)]
    return np.stack(columns, axis=1) if columns else np.zeros((len(load), 0))


def _same(one: dict[str, Values], other: dict[str, Values]) -> bool:
    return one.keys() == other.keys() and all(np.array_equal(one[name], other[name]) for name in one)


def _upstream(calls: dict[str, float], mixes: dict[str, Mix]) -> float:
    fine = 1.0
    for callee, often in calls.items():
        fine *= 1 - often * sum(mixes[callee])
    return 1 - fine
