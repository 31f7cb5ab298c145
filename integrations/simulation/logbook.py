"""What a simulated pod's container has logged, derived from what it counted: no line is stored.

Called by `SimulatedCluster`. A pod's lines are the same whenever they are read, because their
details are drawn from the seed, the pod and the scrape.
"""

import json
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from agent.model.cluster import LogExcerpt, LogLine
from agent.model.pod import ContainerPhase
from agent.redact import redact
from integrations.simulation.complaint import Complaint, complaint, last_words, upstream_complaint
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.samples import Values
from integrations.simulation.shop import ServicePlan
from integrations.simulation.template import CONTAINER
from integrations.simulation.traffic import CLIENT_CODES, SERVER_CODES
from integrations.simulation.world import World

ACCESS_LINES = 2
ERROR_LINES = 3
"""At most so many lines of a sort per scrape: the shop samples its logs."""


@dataclass(frozen=True)
class _Run:
    """One life of a container: whose, from when to when, and whether it has ended."""

    plan: ServicePlan
    pod: SimulatedPod
    start: datetime
    end: datetime
    ended: str = ""  # reason


def excerpt(world: World, pod: SimulatedPod, *, previous: bool, limit: int) -> LogExcerpt | None:
    """The end of the log of this run of the container, or of the one before; None where there is none."""
    run = _run(world, pod, previous=previous)
    if run is None:
        return None
    reach = run.end - timedelta(seconds=limit * world.step_seconds)
    lines = _opening(run) if reach <= run.start else []
    lines += _middle(world, run, max(reach, run.start))
    lines += _closing(run)
    shown = [LogLine(at=at, text=redact(text)) for at, text in lines[-limit:]]
    more = len(lines) > limit or reach > run.start
    return LogExcerpt(pod=pod.name, container=CONTAINER, previous=previous, lines=shown, truncated=more)


def _run(world: World, pod: SimulatedPod, *, previous: bool) -> _Run | None:
    """As the kubelet does it: while the next run is waited for, the log and the previous log are the same."""
    plan, now, last = world.plans[pod.app], world.advance(), pod.last_ended
    over = last is not None and last.at is not None and last.at >= pod.started_at
    if not previous or (over and pod.phase is ContainerPhase.WAITING):
        ended = last if over else None
        return _Run(plan, pod, pod.started_at, ended.at or now, ended.reason) if ended else _living(plan, pod, now)
    before = pod.ended_before if over else last
    if before is None or before.at is None or pod.last_started_at is None:
        return None
    return _Run(plan, pod, pod.last_started_at, before.at, before.reason)


def _living(plan: ServicePlan, pod: SimulatedPod, now: datetime) -> _Run | None:
    return _Run(plan, pod, pod.started_at, now) if pod.started_at <= now else None


def _opening(run: _Run) -> list[tuple[datetime, str]]:
    version = run.pod.image.rpartition(":")[2]
    said = [
        f"starting {run.plan.name} {version}",
        *(f"setting {key} loaded" for key in sorted(run.plan.config)),
        "listening on port 8080",
    ]
    times = [run.start + timedelta(milliseconds=40 * n) for n in range(len(said))]
    return [(at, _line(run, at, "info", text)) for at, text in zip(times, said, strict=True)]


def _middle(world: World, run: _Run, start: datetime) -> list[tuple[datetime, str]]:
    rows = run.pod.rows[:-1]
    times, counts = world.samples.events(rows, start.timestamp(), run.end.timestamp())
    servers = len(run.plan.routes) * len(SERVER_CODES)
    lines: list[tuple[datetime, str]] = []
    for column, at in enumerate(times):
        rng = random.Random(f"{world.seed} {run.pod.name} {at}")
        moment = datetime.fromtimestamp(float(at) - world.step_seconds, tz=run.start.tzinfo)
        said = _access(run, counts[:servers, column], rng) + _failures(world, run, counts[:, column], moment)
        spaced = sorted(rng.uniform(0, world.step_seconds) for _ in said)
        rng.shuffle(said)
        for (level, one), offset in zip(said, spaced, strict=True):
            when = moment + timedelta(seconds=offset)
            lines += [(when, text) for text in _rendered(run, when, level, one)]
    return lines


def _access(run: _Run, server: Values, rng: random.Random) -> list[tuple[str, Complaint]]:
    answered = server.reshape(-1, len(SERVER_CODES))[:, 0]
    routes = [route.name for route, count in zip(run.plan.routes, answered, strict=True) if count > 0]
    picked = [rng.choice(routes) for _ in range(min(ACCESS_LINES, int(answered.sum())))] if routes else []
    return [("info", Complaint(f"handled {route} with 200 in {rng.randint(4, 90)} ms")) for route in picked]


def _failures(world: World, run: _Run, counts: Values, at: datetime) -> list[tuple[str, Complaint]]:
    servers = len(run.plan.routes) * len(SERVER_CODES)
    own = int(counts[:servers].reshape(-1, len(SERVER_CODES))[:, 1].sum())
    fault = world.board.culprit(run.plan.name, run.pod, at + timedelta(seconds=world.step_seconds))
    said = [complaint(fault, run.pod)] * min(own, ERROR_LINES)
    calls = counts[servers:].reshape(-1, len(CLIENT_CODES))
    for callee, codes in zip(run.plan.callees, calls, strict=True):
        worst = CLIENT_CODES[1 + int(np.argmax(codes[1:]))]
        said += [upstream_complaint(callee, worst)] * min(int(codes[1:].sum()), ERROR_LINES)
    return [("error", one) for one in said]


def _closing(run: _Run) -> list[tuple[datetime, str]]:
    words = last_words(run.ended, run.plan.name) if run.ended else ""
    at = run.end - timedelta(seconds=0.2)
    return [(at, _line(run, at, "fatal", words))] if words else []


def _rendered(run: _Run, at: datetime, level: str, one: Complaint) -> list[str]:
    if run.plan.json_logs:
        return [_line(run, at, level, one.message, one.stack)]
    return [_line(run, at, level, one.message), *(f"    {frame}" for frame in one.stack)]


def _line(run: _Run, at: datetime, level: str, message: str, stack: list[str] | None = None) -> str:
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    if not run.plan.json_logs:
        return f"{stamp} {level.upper()} {message}"
    fields = {"ts": stamp, "level": level, "service": run.plan.name, "msg": message}
    return json.dumps(fields | ({"stack": "\n".join(stack)} if stack else {}))
