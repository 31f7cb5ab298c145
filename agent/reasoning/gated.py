"""Which flag lets which code run: a commit's diff names the flag that was turned."""

from agent.model.change import ChangeKind
from agent.reasoning import terms
from agent.reasoning.cargo import Load, loads
from agent.reasoning.facts import Facts
from agent.reasoning.once import once
from agent.reasoning.patches import patch


@once
def gated(facts: Facts) -> list[tuple[str, Load]]:
    """(id of the flag's change, commit that was live before it was turned)."""
    flags = [change for change in facts.changes if change.kind is ChangeKind.FLAG and change.keys]
    return [
        (flag.id, load)
        for flag in flags
        for load in loads(facts.changes)
        if load.at <= flag.at and terms.compact(flag.keys[0]) in patch(load.change).names
    ]
