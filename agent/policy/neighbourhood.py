"""Whose SLOs an action on a service may spoil: callers and callees first, then the services of the same namespace."""

from agent.model.entity import ServiceRef
from agent.model.profile import Profile
from agent.model.slo import Slo

MOST = 12
"""SLOs looked at; four questions each."""


def neighbourhood(profiles: list[Profile], configured: list[Slo]) -> list[Slo]:
    """One SLO a service, nearest first, without the service that was acted on (the first profile's)."""
    if not profiles:
        return []
    own = profiles[0].service
    found: dict[ServiceRef, Slo] = {}
    known = {**{p.service: p.slo for p in reversed(profiles) if p.slo}, **{s.service: s for s in reversed(configured)}}
    near = [p.service for p in profiles] + [s for p in profiles for e in p.edges for s in (e.caller, e.callee)]
    for service in [*near, *(s for s in known if s.namespace == own.namespace)]:
        if service != own and service in known:
            found.setdefault(service, known[service])
    return list(found.values())[:MOST]
