"""Not a third time: what failed here twice against the same cause, on the same spec, is not proposed again."""

from agent.model.playbook import Playbook
from agent.model.record import Record
from agent.model.setback import Setback

TWICE = 2


class Untired(Record):
    """The playbooks that may still be tried, and one reason for each that may not."""

    playbooks: list[Playbook]
    reasons: list[str] = []


def untired(playbooks: list[Playbook], setbacks: list[Setback], spec_hash: str) -> Untired:
    """`setbacks` are those of this target and cause, from memory and from this incident; a repeated one counts once."""
    here = {back.key: back for back in setbacks if back.spec_hash == spec_hash}
    failed = {p.name: [b for b in here.values() if b.playbook == p.name] for p in playbooks}
    worn = [name for name, backs in failed.items() if len(backs) >= TWICE]
    return Untired(playbooks=[p for p in playbooks if p.name not in worn], reasons=[_why(failed[n]) for n in worn])


def _why(backs: list[Setback]) -> str:
    last = max(backs, key=lambda back: back.at)
    return (
        f"{last.playbook}: it did not help {last.target} {len(backs)} times against {last.cause}, on this same spec"
        f" (last in {last.incident_id} on {last.at:%Y-%m-%d}); not tried again"
    )
