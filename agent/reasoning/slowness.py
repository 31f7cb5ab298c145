"""Who became slow, and who only waits for somebody who did. Called by the detector and the probes of slowness.

A caller's latency holds its callees'. So the origin is a slow service none of whose callees is slow by an
amount that would explain it.
"""

from math import log

from agent.model.inventory import Estate
from agent.reasoning import recent
from agent.reasoning.facts import Facts
from agent.reasoning.recent import Shift

SLOW_TIMES = 2.0
SLOW_MILLISECONDS = 12.0
"""A level that is that many times the one before, and that much more, is slow."""

EXPLAINS = 0.15
FEW = 4
"""Slow services from which on a node may be behind them."""

HIGHER = 0.5
TRIFLE = 0.04
"""Part of a caller's rise that a callee's must reach to explain it: a caller may call it several times."""

TOGETHER, ALIKE = 3, 2.5
"""Callees that became slow together, and how many times apart their rises may be."""

MORE = 1.8
"""Times the requests of before from which on more CPU is what they cost."""

BUSY_CORES = 0.05
"""A rise of CPU that is worth the name, in cores."""


def rises(facts: Facts) -> dict[str, dict[str, Shift]]:
    """By service, its rises of latency by metric, lower quantiles first."""
    found: dict[str, dict[str, Shift]] = {}
    for shift in recent.every(facts, "latency"):
        if shift.times >= SLOW_TIMES and shift.high - shift.before >= SLOW_MILLISECONDS:
            found.setdefault(shift.name, {})[shift.metric] = shift
    return found


def slow(facts: Facts) -> dict[str, Shift]:
    """By service, the rise of its lowest quantile that rose: what slows most requests says more than what slows a few."""
    return {name: next(iter(found.values())) for name, found in rises(facts).items()}


def steepness(facts: Facts, shift: Shift) -> float:
    """How steep a rise is, on a scale of logarithms; half for one that only the higher quantiles show."""
    lower = [s for s in recent.of(facts, shift.name, "latency") if s.metric < shift.metric]
    return log(shift.times) * (HIGHER if lower else 1.0)


def callees(facts: Facts) -> dict[str, set[str]]:
    """By service, whom it calls."""
    found: dict[str, set[str]] = {}
    for call in facts.calls:
        if call.caller.name != call.callee.name:
            found.setdefault(call.caller.name, set()).add(call.callee.name)
    return found


def _explained(caller: Shift, called: list[dict[str, Shift]]) -> bool:
    """A callee's rise, at the quantile that rose for the caller, is a good part of the caller's, or is steeper."""
    same = [
        found.get(caller.metric) or (None if _comparable(found, caller) else next(iter(found.values())))
        for found in called
    ]
    mine = caller.high - caller.before
    felt = [shift for shift in same if shift is not None]
    steeper = any(s.times >= caller.times and s.high - s.before >= TRIFLE * mine for s in felt)
    return steeper or any(s.high - s.before >= EXPLAINS * mine for s in felt)


def _comparable(found: dict[str, Shift], caller: Shift) -> bool:
    """The callee is measured in the caller's way, and a missing rise there means that there was none."""
    return any(metric.rpartition("p")[0] == caller.metric.rpartition("p")[0] for metric in found)


def origins(facts: Facts) -> dict[str, Shift]:
    """Those that no slow callee explains, the steepest first; a caller whose callees are all alike slow instead of them.

    Where all the services one caller calls became slow together, what they share is that caller: its own
    network delays what it sends to each.
    """
    known, called, risen = slow(facts), callees(facts), rises(facts)
    found = {
        name: shift
        for name, shift in known.items()
        if not _explained(shift, [risen[c] for c in called.get(name, set()) if c in risen])
    }
    for name, shift in known.items():
        mine = [c for c in called.get(name, set()) if c in found]
        if len(mine) >= TOGETHER and len(mine) == len(called[name]) and _alike([found[c] for c in mine]):
            found = {**{n: s for n, s in found.items() if n not in mine}, name: shift}
    return dict(sorted(found.items(), key=lambda row: -steepness(facts, row[1])))


def _alike(together: list[Shift]) -> bool:
    amounts = [shift.high - shift.before for shift in together]
    return max(amounts) <= ALIKE * min(amounts)


def node_fit(facts: Facts, estate: Estate) -> dict[str, float]:
    """By node: the share of measured services that are slow just where calls to or from them cross that node's border.

    A node whose network is slow slows what crosses its border and nothing else; a single slow pod slows its
    callers wherever they are.
    """
    placed: dict[str, set[str]] = {}
    for running in estate.pods:
        if running.pod.node:
            placed.setdefault(running.owner, set()).add(running.pod.node)
    measured = set(recent.measured(facts, "latency")) & set(placed)
    known = set(slow(facts))
    if len(known & measured) < FEW or len(measured - known) < 2:  # noqa: PLR2004 - both kinds are needed to compare
        return {}
    found = {}
    for node in {node for nodes in placed.values() for node in nodes}:
        crossed = {
            end
            for call in facts.calls
            for end in (call.caller.name, call.callee.name)
            if (node in placed.get(call.caller.name, set())) != (node in placed.get(call.callee.name, set()))
            and call.caller.name in placed
            and call.callee.name in placed
        }
        found[node] = sum((name in crossed) == (name in known) for name in measured) / len(measured)
    return found


def resource(facts: Facts, name: str) -> tuple[str, str]:
    """What else changed with a slow service: (throttled | busy | packets | nothing, in words)."""
    throttled = max(recent.of(facts, name, "throttling"), key=lambda s: s.high - s.before, default=None)
    requests = max(recent.of(facts, name, "requests"), key=lambda s: s.times, default=None)
    cpu = max(recent.of(facts, name, "cpu"), key=lambda s: s.times, default=None)
    if throttled and throttled.times >= 3 and throttled.high > 0.25:  # noqa: PLR2004 - a quarter of the time, three times
        if requests and requests.times >= MORE:
            return "busy", f"is held back answering {requests.high:.1f} requests a second, before {requests.before:.1f}"
        return (
            "throttled",
            f"held back by its CPU limit for {throttled.high:.2f} s a second, before {throttled.before:.2f}",
        )
    if cpu and cpu.times >= 2 * (requests.times if requests else 1.0) and cpu.high - cpu.before >= BUSY_CORES:
        return "busy", f"uses {cpu.high:.2f} cores, before {cpu.before:.2f}"
    per_request = _packets(facts, name)
    if per_request and per_request >= 1.4:  # noqa: PLR2004 - a good third more for the same request
        return "packets", f"sends and receives {per_request:.1f}× the packets a request it did before"
    return "nothing", "neither CPU nor packets a request rose"


def _packets(facts: Facts, name: str) -> float | None:
    packets = max(recent.of(facts, name, "packets"), key=lambda s: s.times, default=None)
    requests = max(recent.of(facts, name, "requests"), key=lambda s: s.times, default=None)
    if packets is None or packets.before <= 0:
        return None
    return packets.times / (requests.times if requests else 1.0)
