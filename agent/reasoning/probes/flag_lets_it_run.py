"""Was the flag that lets this commit's code run turned just before the first failure?"""

from agent.reasoning.facts import Facts
from agent.reasoning.gated import gated
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.probes.deployed_before import SLACK, SOON
from agent.reasoning.symptoms import began


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is not None and any(load.change.id == subject.change.id for _, load in gated(facts))


def _read(facts: Facts, subject: Subject) -> Reading | None:
    mine = {flag for flag, load in gated(facts) if subject.change and load.change.id == subject.change.id}
    turned = [change for change in facts.changes if change.id in mine]
    if not turned:
        return None
    start = began(facts)
    nearest = min(turned, key=lambda change: abs((start - change.at).total_seconds()))
    lag = (start - nearest.at).total_seconds()
    outcome = "after" if lag < -SLACK else "just before" if lag <= SOON else "earlier"
    told = f"{nearest.title} at {nearest.at:%H:%M:%S}, {abs(lag) / 60:.0f} min {'after' if lag < 0 else 'before'} the first failure"
    return Reading(outcome=outcome, statement=told, evidence=facts.change_evidence())


PROBE = Probe(
    name="flag lets it run",
    question="was the flag that lets its code run turned just before?",
    otherwise={"just before": 0.15, "earlier": 0.60, "after": 0.25},
    cost=0.2,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
)
