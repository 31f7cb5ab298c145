"""From a Service to its pods by the specs: who is meant, and what keeps connections from arriving. Called by the detector and the probe of routing."""

from difflib import SequenceMatcher
from functools import lru_cache

from agent.model.inventory import SERVING, Declared, Estate, Route
from agent.reasoning.owners import selects

ALIKE = 0.8
"""How alike two label values or names must be to be meant for each other (Ratcliff/Obershelp, as difflib)."""


@lru_cache(maxsize=20_000)
def alike(left: str, right: str) -> float:
    """How alike two names are, punctuation aside: 1 for the same."""
    return SequenceMatcher(None, _plain(left), _plain(right)).ratio()


def _plain(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isalnum())


def meant(estate: Estate, route: Route) -> Declared | None:
    """The workload a Service stands for: selected, else of its name, else one without a Service whose labels nearly fit."""
    found = [w for w in estate.workloads if selects(route.selector, w.template.labels)]
    named = [w for w in found or estate.workloads if w.entity.name == route.entity.name]
    if named or found:
        return (named or found)[0]
    taken = [r.selector for r in estate.routes if r.entity != route.entity]
    free = [w for w in estate.workloads if not any(selects(selector, w.template.labels) for selector in taken)]
    scored = [(_near(route, workload), workload) for workload in free]
    best = max(scored, key=lambda row: row[0], default=None)
    return best[1] if best and best[0] >= ALIKE else None


def _near(route: Route, workload: Declared) -> float:
    labels = workload.template.labels
    if not route.selector:
        return 0.0
    return sum(alike(value, labels.get(key, "")) for key, value in route.selector.items()) / len(route.selector)


def fault(estate: Estate, route: Route) -> tuple[str, str]:
    """What is wrong by the specs: (selector | target port | protocol | sound | "" where it cannot be told, in words)."""
    declared = meant(estate, route)
    fits = declared is not None and selects(route.selector, declared.template.labels)
    if route.selector and not fits and not estate.knows(*SERVING):
        return "", "may select a workload that is out of sight"
    if declared is None or not route.selector:
        return "sound", "it selects nobody here" if route.selector else "it has no selector"
    if fits:
        return _ports(route, declared)
    if route.ready:
        return "sound", "it has endpoints: pods that are out of sight here"
    labels = {key: declared.template.labels.get(key, "-") for key in route.selector}
    return "selector", f"selects {route.selector}, the pods of {declared.entity.name} have {labels}"


def worst(faults: list[tuple[str, str]]) -> tuple[str, str]:
    """What is wrong with any of several; that nothing is only where all of them can be told."""
    return next((one for one in sorted(faults, key=lambda one: not one[0]) if one[0] != "sound"), faults[0])


def _ports(route: Route, declared: Declared) -> tuple[str, str]:
    offered = [port for container in declared.template.containers for port in container.ports]
    for port in route.ports if offered else []:
        target = port.target or str(port.number)
        fitting = [p for p in offered if target in (str(p.number), p.name)]
        if not fitting:
            has = ", ".join(p.name or str(p.number) for p in offered)
            return "target port", f"sends port {port.number} to {target}, its pods have {has}"
        if port.protocol not in {p.protocol for p in fitting}:
            return "protocol", f"speaks {port.protocol}, its pods {fitting[0].protocol}"
    return "sound", "selects its pods and sends to a port of theirs" if offered else "its pods name no ports"
