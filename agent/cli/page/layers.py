"""Where the services of a topology stand: callers left of whom they call, neighbours near their callers. Pure."""

import itertools
from collections import deque

from agent.model.picture import Link

ROUNDS = 4
"""Sweeps over the layers: more does not help in graphs of this size."""


def layers(links: list[Link], start: str = "") -> list[list[str]]:
    """Names by distance from those nobody calls (or from `start`, if everybody is called); each name once."""
    callees: dict[str, list[str]] = {}
    called = {link.callee for link in links if link.callee != link.caller}
    names = list(dict.fromkeys([name for link in links for name in (link.caller, link.callee)]))
    for link in links:
        callees.setdefault(link.caller, []).append(link.callee)
    roots = [name for name in names if name not in called] or [name for name in names if name == start] or names[:1]
    depth = _depths(roots, callees)
    for name in names:  # circles that no root reaches
        if name not in depth:
            depth.update({each: d for each, d in _depths([name], callees).items() if each not in depth})
    rows: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in names:
        rows[depth[name]].append(name)
    return _untangled(rows, links)


def _depths(roots: list[str], callees: dict[str, list[str]]) -> dict[str, int]:
    depth = dict.fromkeys(roots, 0)
    waiting = deque(roots)
    while waiting:
        name = waiting.popleft()
        for callee in callees.get(name, []):
            if callee not in depth:
                depth[callee] = depth[name] + 1
                waiting.append(callee)
    return depth


def _untangled(rows: list[list[str]], links: list[Link]) -> list[list[str]]:
    """Each layer in the order of its callers' places: the barycentre rule (Sugiyama, 1981)."""
    for _ in range(ROUNDS):
        for above, row in itertools.pairwise(rows):
            place = {name: i for i, name in enumerate(above)}
            callers = {name: [place[k.caller] for k in links if k.callee == name and k.caller in place] for name in row}
            row.sort(key=lambda name: sum(found) / len(found) if (found := callers[name]) else len(above))
    return rows


def path(links: list[Link], start: str, goal: str) -> set[tuple[str, str]]:
    """The calls on the shortest way from one to the other; empty if there is none."""
    before: dict[str, str] = {start: start}
    waiting = deque([start])
    while waiting:
        name = waiting.popleft()
        for link in links:
            if link.caller == name and link.callee not in before:
                before[link.callee] = name
                waiting.append(link.callee)
    found = set()
    while goal in before and goal != start:
        found.add((before[goal], goal))
        goal = before[goal]
    return found
