"""How much closeness in time speaks for a change: it opens the question, it never answers it."""

from datetime import timedelta
from math import exp

from agent.model.change import Change, ChangeKind
from agent.model.profile import Profile
from agent.reasoning.facts import Facts

HALF = timedelta(minutes=20)
"""Most change-induced failures show within the first minutes; an older change is still possible."""

OVERLAP = timedelta(minutes=2)
"""A change recorded this much after the onset may still be its cause: clocks, scrape intervals and rollouts are not sharp."""


ROLLED = (ChangeKind.ROLLOUT, ChangeKind.ROLLBACK)

FIRST = 0.05
"""A release before which there was none, or none is known, broke nothing that had worked before."""

SUPERSEDED = 0.1
"""A release that another had replaced before the errors began is rarely their cause."""


def nearness(facts: Facts, change: Change) -> float:
    """Between 0.005 and 1 for changes up to the onset; 0 for later ones, little for those superseded before it."""
    began = facts.onset.at if facts.onset else facts.incident.started_at
    if change.at > began + OVERLAP:
        return 0.0
    successors = [
        c for c in facts.changes if c.entity == change.entity and c.kind in ROLLED and change.at < c.at < began
    ]
    superseded = SUPERSEDED if successors and change.kind in ROLLED else 1.0
    first = FIRST if change.kind in ROLLED and change.from_revision is None else 1.0
    return superseded * first * max(0.05, exp(-max((began - change.at) / HALF, 0.0)))


def rollouts(facts: Facts, profile: Profile) -> list[Change]:
    """Changes of a service's own pod template."""
    if profile.workload is None:
        return []
    return [c for c in facts.changes if c.kind in ROLLED and c.entity == profile.workload.entity]
