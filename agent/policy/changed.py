"""What is different from the question before: shown on the new one, so that nobody approves by habit. Called by propose."""

from agent.model.action import TargetState
from agent.model.proposal import Proposal


def changed(before: Proposal, now: Proposal, why: str) -> str:
    """The differences that made a new question necessary; `why` is what the attempt to act said."""
    told = "; ".join(differences(before, now)) or "the target is as it was"
    return f"asked again: {told}" + (f" ({why})" if why else "")


def differences(before: Proposal, now: Proposal) -> list[str]:
    """What of actions and targets is not as it was; of an action that was narrowed, only the target is compared."""
    whole = not before.narrowed_from
    found = []
    if whole and before.what != now.what:
        found.append(f"now {now.what}, before: {before.what}")
    olds = {part.before.entity: part.before for part in before.parts}
    for part in now.parts:
        if old := olds.get(part.before.entity):
            found += _moved(old, part.before)
    if whole and before.way_back != now.way_back:
        found.append(f"the undo is now: {now.way_back or 'none'}")
    return found


def _moved(old: TargetState, new: TargetState) -> list[str]:
    found = []
    if old.uid != new.uid:
        found.append(f"{new.entity} was deleted and made anew")
    if old.spec_hash != new.spec_hash:
        found.append(f"its spec was changed ({old.spec_hash[:8]} → {new.spec_hash[:8]})")
    if old.replicas != new.replicas:
        found.append(f"replicas {old.replicas} → {new.replicas}")
    if old.revision != new.revision:
        found.append(f"revision {old.revision} → {new.revision}")
    if old.generation != new.generation:
        found.append(f"generation {old.generation} → {new.generation}")
    return found
