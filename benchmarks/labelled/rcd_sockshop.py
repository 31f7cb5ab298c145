"""Sock Shop of RCD (Ikram et al., 2022): what each service and database uses and serves, every second, before and in a fault.

The two files of a case were recorded up to days apart: the normal one is moved so that it directly
precedes the anomalous one. Nobody says which service it is: the incident is about all of them.
"""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.model.entity import WHOLE, ServiceRef
from agent.model.incident import Incident
from agent.model.query import Series
from agent.model.slo import Severity
from agent.state import IncidentState
from benchmarks.labelled.answers import ranked
from benchmarks.labelled.case import Case
from benchmarks.labelled.series import Stored
from integrations.absent import NoCluster

NAMESPACE = "case"


class SockShop:
    """The data set with the start of the anomaly given, or (`blind`) only the moment at its end."""

    def __init__(self, *, blind: bool = False) -> None:
        self.blind = blind

    def ids(self, folder: Path) -> Iterable[str]:
        """The cases, in order."""
        return sorted(path.parent.name for path in folder.glob("*/anomalous.csv"))

    def load(self, folder: Path, case_id: str) -> Case:
        """One case."""
        troubles: list[str] = []
        normal = columns(folder / case_id / "normal.csv", troubles)
        anomalous = columns(folder / case_id / "anomalous.csv", troubles)
        start, end = _span(anomalous)
        shift = start - 1.0 - _span(normal)[1]
        now = datetime.fromtimestamp(end, UTC)
        started = now if self.blind else datetime.fromtimestamp(start, UTC)
        return Case(
            id=case_id,
            incident=Incident(
                id=case_id,
                service=ServiceRef(namespace=NAMESPACE, name=WHOLE),
                title="something degrades",
                severity=Severity.PAGE,
                started_at=started,
                opened_at=now,
                alerts=[],
            ),
            now=now,
            metrics=Stored(_series(normal, anomalous, shift)),
            cluster=NoCluster("there is no cluster in this data set"),
            troubles=troubles,
        )

    def answer(self, case: Case, state: IncidentState) -> Any:
        """Services by the probability of the hypotheses about them."""
        del case
        return ranked(state)


Samples = dict[str, list[tuple[float, float]]]


def columns(path: Path, troubles: list[str]) -> Samples:
    """By column, its samples; cells that are no number are left out and said. Raises ValueError without a time column."""
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    if not lines or lines[0][:1] != ["time"]:
        raise ValueError(f"{path.name}: the first column must be time")
    found: Samples = {}
    odd = 0
    for line in lines[1:]:
        try:
            moment = float(line[0])
        except (ValueError, IndexError):
            odd += 1
            continue
        for name, cell in zip(lines[0][1:], line[1:], strict=False):
            try:
                found.setdefault(name, []).append((moment, float(cell)))
            except ValueError:
                odd += bool(cell.strip())
    if odd:
        troubles.append(f"{path.name}: {odd} rows or cells are no numbers")
    if not found:
        raise ValueError(f"{path.name}: no samples")
    return found


def _span(samples: Samples) -> tuple[float, float]:
    moments = [moment for course in samples.values() for moment, _ in course]
    return min(moments), max(moments)


def _series(normal: Samples, anomalous: Samples, shift: float) -> list[Series]:
    whole = []
    for column in dict.fromkeys([*normal, *anomalous]):
        service, _, metric = column.partition("_")
        moved = [(moment + shift, value) for moment, value in normal.get(column, [])]
        course = dict(sorted([*moved, *anomalous.get(column, [])]))
        labels = {"__name__": metric, "namespace": NAMESPACE, "service": service}
        whole.append(Series(labels=labels, times=list(course), values=list(course.values())))
    return whole


DATA_SET = SockShop()
