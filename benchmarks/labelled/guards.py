"""`python -m benchmarks rename` and `thin`: does an answer hang on a name, and does less evidence make a bolder one?

Both take cases that `run` has shown to be solvable; `thin` needs the labels, which `run` never reads.
"""

import argparse
import asyncio
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

from agent import telemetry
from agent.model.hypothesis import Hypothesis
from agent.reasoning.calibration import wilson
from agent.reasoning.judge import confirmed
from benchmarks.labelled.case import DataSet
from benchmarks.labelled.investigation import Investigated, investigate, machine
from benchmarks.labelled.marking import MARKINGS, Marking
from benchmarks.labelled.names import Renaming, rewrite
from benchmarks.labelled.thinning import thinned

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)


class Renamed(NamedTuple):
    """One case before and after its names were replaced."""

    case: str
    expected: object
    found: object

    @property
    def same(self) -> bool:
        """The first thing said is the same, renamed."""
        return _first(self.expected) == _first(self.found)


def _first(answer: object) -> object:
    """What must stay: the first of a ranked answer; of a record its fields, in whatever order a list in them stands."""
    if isinstance(answer, list):
        return answer[:1]
    if isinstance(answer, dict):
        return {key: sorted(value) if isinstance(value, list) else value for key, value in answer.items()}
    return answer


def sample(ids: list[str], count: int) -> list[str]:
    """At most `count` of them, spread evenly."""
    step = max(len(ids) / max(count, 1), 1.0)
    return [ids[int(number * step)] for number in range(min(count, len(ids)))]


async def rename(found: DataSet, marking: Marking, folder: Path, ids: list[str], seed: int = 1) -> list[Renamed]:
    """Investigate each case as it is and renamed."""
    graph, results = machine(), []
    for case_id in ids:
        renaming = Renaming(marking.names(folder, case_id), seed)
        with tempfile.TemporaryDirectory(prefix="steadyhand-renamed-") as place:
            for part in marking.files(folder, case_id):
                rewrite(folder / part, Path(place) / part, renaming)
            plain, other = found.load(folder, case_id), found.load(Path(place), case_id)
            before = found.answer(plain, (await investigate(plain, graph)).state)
            after = found.answer(other, (await investigate(other, graph)).state)
        results.append(Renamed(case_id, renaming.answer(before), after))
    return results


class Thinning(NamedTuple):
    """What a share of dropped evidence did to many cases."""

    share: float
    cases: int
    right: int
    wrong_confirmed: int
    abstained: int
    confidence: float  # mean probability of the strongest hypothesis

    def cells(self) -> list[str]:
        """One row of the table."""
        low, high = wilson(self.right, self.cases)
        return [
            f"{self.share:.0%}",
            str(self.cases),
            f"{self.right / self.cases:.2f} ({low:.2f}-{high:.2f})",
            str(self.wrong_confirmed),
            f"{self.abstained / self.cases:.0%}",
            f"{self.confidence:.2f}",
        ]


COLUMNS = [
    "dropped",
    "cases",
    "first answer right (95 %)",
    "confirmed and wrong",
    "nothing confirmed",
    "mean probability",
]


async def thin(
    found: DataSet, marking: Marking, folder: Path, ids: list[str], labels: dict[str, object], *, silent: bool = False
) -> list[Thinning]:
    """The same cases with ever less to see; `silent` as in `Thinned`."""
    graph, rows = machine(), []
    for share in SHARES:
        right = wrong = abstained = 0
        sureness = 0.0
        for case_id in ids:
            case = found.load(folder, case_id)
            seen = await investigate(thinned(case, share, seed=1, silent=silent), graph)
            hit = marking.right(found.answer(case, seen.state), labels[case_id])
            stands = confirmed(_hypotheses(seen))
            right += hit
            wrong += stands is not None and not hit
            abstained += stands is None
            sureness += max((h.probability for h in _hypotheses(seen)), default=0.0)
        rows.append(Thinning(share, len(ids), right, wrong, abstained, sureness / max(len(ids), 1)))
    return rows


def _hypotheses(seen: Investigated) -> list[Hypothesis]:
    return seen.state.get("hypotheses", [])


def run_rename(found: DataSet, folder: Path, arguments: argparse.Namespace) -> int:
    """Print every case whose answer changed with its names; 1 if there is one."""
    telemetry.configure("critical", "console")
    ids = sample(list(found.ids(folder)), arguments.cases)
    if not ids:
        print(f"{arguments.folder}: no case found")
        return 2
    results = asyncio.run(rename(found, MARKINGS[arguments.dataset], folder, ids, arguments.seed))
    for one in results:
        if not one.same:
            print(f"{one.case}: expected {json.dumps(_first(one.expected))}, found {json.dumps(_first(one.found))}")
    changed = sum(not one.same for one in results)
    print(f"{len(results)} cases renamed, {changed} answered differently")
    return 1 if changed else 0


def run_thin(found: DataSet, folder: Path, arguments: argparse.Namespace) -> int:
    """Print the table."""
    telemetry.configure("critical", "console")
    labels = json.loads(arguments.labels.read_text())
    ids = sample([one for one in found.ids(folder) if one in labels], arguments.cases)
    print(f"| {' | '.join(COLUMNS)} |", f"| {' | '.join('---' for _ in COLUMNS)} |", sep="\n")
    for row in asyncio.run(thin(found, MARKINGS[arguments.dataset], folder, ids, labels, silent=arguments.silent)):
        print(f"| {' | '.join(row.cells())} |", flush=True)
    return 0
