"""Who became slow, and who only waits for somebody who did. Called by the detector and the probes of slowness.

A caller's latency holds its callees'. So the origin is a slow service none of whose callees is slow by an
amount that would explain it.
"""

from agent.model.inventory import Estate
from agent.reasoning import shifts
from agent.reasoning.facts import Facts
from agent.reasoning.shifts import Shift

SLOW_TIMES = 2.5
SLOW_MILLISECONDS = 12.0
"""A level that is that many times the one before, and that much more, is slow."""

EXPLAINS = 0.2
"""Part of a caller's rise that a callee's must reach to explain it: a caller may call it several times."""


def slow(facts: Facts) -> dict[str, Shift]:
    """By service, its largest lasting rise of latency."""
    found: dict[str, Shift] = {}
    for shift in shifts.read(facts):
        rise = shift.high - shift.before
        if shift.kind != "latency" or shift.node or shift.times < SLOW_TIMES or rise < SLOW_MILLISECONDS:
            continue
        if shift.name not in found or rise > found[shift.name].high - found[shift.name].before:
            found[shift.name] = shift
    return found


def origins(facts: Facts) -> dict[str, Shift]:
    """Those that no slow callee explains, the largest rise first."""
    known = slow(facts)
    callees: dict[str, set[str]] = {}
    for call in facts.calls:
        callees.setdefault(call.caller.name, set()).add(call.callee.name)
    found = {
        name: shift
        for name, shift in known.items()
        if not any(
            known[c].high - known[c].before >= EXPLAINS * (shift.high - shift.before)
            for c in callees.get(name, set())
            if c in known and c != name
        )
    }
    return dict(sorted(found.items(), key=lambda row: row[1].before - row[1].high))


def crossing(facts: Facts, estate: Estate) -> dict[str, set[str]]:
    """By origin, the nodes at both ends of the calls to it that go from one node to another."""
    placed: dict[str, set[str]] = {}
    for running in estate.pods:
        if running.pod.node:
            placed.setdefault(running.owner, set()).add(running.pod.node)
    found: dict[str, set[str]] = {}
    for name in origins(facts):
        here = placed.get(name, set())
        callers = {c.caller.name for c in facts.calls if c.callee.name == name}
        there = {node for caller in callers for node in placed.get(caller, set())}
        if here and there - here:
            found[name] = here | there
    return found


def resource(facts: Facts, name: str) -> tuple[str, str]:
    """What else changed with a slow service: (throttled | busy | packets | nothing, in words)."""
    throttled = max(shifts.of(facts, name, "throttling"), key=lambda s: s.high - s.before, default=None)
    cpu = max(shifts.of(facts, name, "cpu"), key=lambda s: s.times, default=None)
    if throttled and throttled.times >= 3 and throttled.high > 0.1:  # noqa: PLR2004 - a tenth of the time and three times
        return "throttled", f"held back by its CPU limit for {throttled.high:.2f} s a second, before {throttled.before:.2f}"
    if cpu and cpu.times >= 2:  # noqa: PLR2004 - twice the CPU
        return "busy", f"uses {cpu.high:.2f} cores, before {cpu.before:.2f}"
    per_request = _packets(facts, name)
    if per_request and per_request >= 1.3:  # noqa: PLR2004 - a third more for the same request
        return "packets", f"sends and receives {per_request:.1f}× the packets a request it did before"
    return "nothing", "neither CPU nor packets a request rose"


def _packets(facts: Facts, name: str) -> float | None:
    packets = max(shifts.of(facts, name, "packets"), key=lambda s: s.times, default=None)
    requests = max(shifts.of(facts, name, "requests"), key=lambda s: s.times, default=None)
    if packets is None or packets.before <= 0:
        return None
    more = max(requests.times, 0.1) if requests else 1.0
    return packets.times / more
