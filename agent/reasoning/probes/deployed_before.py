"""Was it live before the first failure, and how long?"""

from agent.model.change import ChangeKind
from agent.reasoning.cargo import loads
from agent.reasoning.facts import Facts
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import began, visible

KINDS = (ChangeKind.DEPLOY, ChangeKind.COMMIT, ChangeKind.FLAG)
SLACK, SOON = 60.0, 15 * 60.0
"""Seconds: how far clocks and sampling are trusted, and what most effects take to show."""


def live_since(facts: Facts, subject: Subject) -> float | None:
    """Epoch seconds since when the change takes effect."""
    if subject.change is None:
        return None
    if subject.change.kind is ChangeKind.FLAG:
        return subject.change.at.timestamp()
    return next((load.at.timestamp() for load in loads(facts.changes) if load.change.id == subject.change.id), None)


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and subject.change.kind in KINDS and visible(facts)


def _read(facts: Facts, subject: Subject) -> Reading | None:
    since = live_since(facts, subject)
    if since is None:
        return None
    start = began(facts)
    lag = start.timestamp() - since
    outcome = "after the onset" if lag < -SLACK else "soon" if lag <= SOON else "long"
    told = f"live {abs(lag) / 60:.0f} min {'after' if lag < 0 else 'before'} the first failure at {start:%H:%M:%S}"
    return Reading(outcome=outcome, statement=told, evidence=facts.change_evidence())


PROBE = Probe(
    name="deployed before",
    question="was it live before the first failure?",
    otherwise={"after the onset": 0.25, "soon": 0.35, "long": 0.40},
    cost=0.2,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
