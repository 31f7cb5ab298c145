"""PetShop with nothing wrong: windows of five rows cut from the normal recordings, as if each were an incident.

The window's rows are taken out of what is normal, and the two sides of it are joined. The right answer
is to blame nobody: an empty list. What stands when the coverage's cap is left aside counts as blame too,
so that the data set's missing cluster does not do the abstaining.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.reasoning import judge
from agent.state import IncidentState
from benchmarks.labelled.case import Case
from benchmarks.labelled.petshop import STEP, Table, assembled, table

WINDOW = 5
WINDOWS = 20
"""Cut from each scenario and metric, evenly spread over the second half: the past of each is then long enough."""

METRICS = ("latency", "availability")


class NoIssue:
    """Windows in which nothing was wrong: so many a scenario and metric."""

    def __init__(self, windows: int = WINDOWS, metrics: tuple[str, ...] = METRICS) -> None:
        self._windows, self._metrics = windows, metrics

    def ids(self, folder: Path) -> Iterable[str]:
        """SCENARIO|METRIC|FIRST ROW of every window."""
        return [
            f"{path.parent.parent.name}|{metric}|{row}"
            for path in sorted(folder.glob("*/noissue/metrics.csv"))
            for metric in self._metrics
            for row in _starts(len(table(path).times), self._windows)
        ]

    def load(self, folder: Path, case_id: str) -> Case:
        """One window as a case: of the node that calls and is not called, whose alerts people get."""
        scenario, metric, row = case_id.split("|")
        whole, first = table(folder / scenario / "noissue" / "metrics.csv"), int(row)
        inside = _rows(whole, range(first, first + WINDOW))
        outside = _joined(whole, first)
        target = {"node": self._alerting(folder, scenario), "metric": metric}
        started = datetime.fromtimestamp(inside.times[WINDOW // 2], UTC)
        return assembled(case_id.replace("|", "-"), target, folder / scenario, outside, inside, started)

    @staticmethod
    def _alerting(folder: Path, scenario: str) -> str:
        """The node whose alerts the scenario's incidents are."""
        targets = (json.loads(path.read_text()) for path in sorted(folder.glob("cases/*/target.json")))
        return next(str(target["node"]) for target in targets if target["scenario"] == scenario)

    def answer(self, case: Case, state: IncidentState) -> Any:
        """Whom the investigation blames: nobody, if it is right."""
        del case
        settled = judge.settle(state.get("hypotheses", []), 1.0)
        stands = judge.confirmed(settled)
        return [stands.entity.name] if stands else []


def _starts(rows: int, windows: int) -> list[int]:
    span = rows - WINDOW - rows // 2
    return [rows // 2 + span * place // windows for place in range(windows)]


def _rows(whole: Table, places: Iterable[int]) -> Table:
    kept = list(places)
    return Table(whole.columns, [whole.times[p] for p in kept], [whole.rows[p] for p in kept], [])


def _joined(whole: Table, first: int) -> Table:
    """Without the window: what came before stays, what came after is put before that."""
    after = list(range(first + WINDOW, len(whole.times)))
    order = [*after, *range(first)]
    end = whole.times[first] - STEP
    times = [end - STEP * (len(order) - 1 - place) for place in range(len(order))]
    return Table(whole.columns, times, [whole.rows[p] for p in order], [])


DATA_SET = NoIssue()
