"""How often, over many worlds, the investigation blames right, blames nobody, or blames wrongly.

test_families.py holds it to floors with twenty worlds a scenario; benchmarks/trust.py runs as many as asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.simulation.scenarios import Truth
from tests.trust.investigation import Investigation, a_case


@dataclass(frozen=True)
class Score:
    """Counts over the worlds of one scenario; `innocent` is how many had an innocent change blamed."""

    scenario: str
    worlds: int
    right: int
    abstained: int
    wrong: int
    innocent: int
    astray: int  # actions proposed on something that is not to blame
    failed_seeds: tuple[int, ...]

    def cells(self) -> list[str]:
        """What a table shows."""
        figures = (self.worlds, self.right, self.abstained, self.wrong, self.innocent, self.astray)
        return [self.scenario, *(str(figure) for figure in figures)]


COLUMNS = ["scenario", "worlds", "right", "abstained", "wrong", "innocent change blamed", "action on the innocent"]


def blames_an_innocent_change(found: Investigation, truth: Truth) -> bool:
    """A change is confirmed as the cause, and it did not do it."""
    guilty = truth.blamed.name.removesuffix("-config") if truth.blamed else None
    return any(h.change and h.entity.name != guilty for h in found.confirmed)


def acts_astray(found: Investigation, truth: Truth) -> bool:
    """An action is proposed on a workload in which the cause does not sit."""
    return found.action is not None and found.action.target != truth.entity


async def score(scenario: str, seeds: Iterable[int]) -> Score:
    """Investigate the scenario in one world a seed."""
    counts = dict.fromkeys(("right", "abstained", "wrong", "innocent", "astray"), 0)
    failed = []
    worlds = 0
    for seed in seeds:
        case = a_case(scenario, seed)
        found = await case.investigate()
        worlds += 1
        outcome = "abstained" if not found.confirmed else "right" if found.right(case.truth) else "wrong"
        counts[outcome] += 1
        counts["innocent"] += blames_an_innocent_change(found, case.truth)
        counts["astray"] += acts_astray(found, case.truth)
        if outcome == "wrong":
            failed.append(seed)
    return Score(scenario, worlds, failed_seeds=tuple(failed), **counts)
