"""PetShop (Hardt et al., 2023): a call graph whose nodes measure latency, requests and availability; one of them failed.

A case's five rows are the incident. What is normal comes from its scenario's `noissue` file, which was
recorded on other days: it is moved so that it directly precedes the incident. There is no cluster, no
log and no change in the data; the graph arrives as a service mesh's request counters would name it.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agent.model.alert import Alert, AlertStatus
from agent.model.entity import ServiceRef
from agent.model.incident import Incident
from agent.model.query import Series
from agent.model.slo import Severity
from agent.state import IncidentState
from benchmarks.labelled.answers import ranked
from benchmarks.labelled.case import Case
from benchmarks.labelled.series import Stored
from integrations.absent import NoCluster

NAMESPACE = "case"
STEP = 300.0
HEADERS = 3


@dataclass(frozen=True)
class Table:
    """metrics.csv: a column a node, metric and statistic; a row every five minutes."""

    columns: list[tuple[str, str, str]]
    times: list[float]
    rows: list[list[float]]
    troubles: list[str]


class PetShop:
    """The data set as published."""

    def ids(self, folder: Path) -> Iterable[str]:
        """The cases, in order."""
        return sorted(path.parent.name for path in folder.glob("cases/*/target.json"))

    def load(self, folder: Path, case_id: str) -> Case:
        """One case."""
        place = folder / "cases" / case_id
        target = json.loads((place / "target.json").read_text())
        scenario = folder / str(target["scenario"])
        normal, incident = table(scenario / "noissue" / "metrics.csv"), table(place / "metrics.csv")
        started = datetime.fromtimestamp(float(target["timestamp"]), UTC)
        return assembled(case_id, target, scenario, normal, incident, started)

    def answer(self, case: Case, state: IncidentState) -> Any:
        """Nodes by the probability of the hypotheses about them."""
        del case
        return ranked(state)


def assembled(
    case_id: str, target: dict[str, Any], scenario: Path, normal: Table, incident: Table, started: datetime
) -> Case:
    """A case of a normal and an incident table."""
    shift = incident.times[0] - STEP - normal.times[-1]
    series = [*_series(normal, shift), *_series(incident, 0.0)]
    now = datetime.fromtimestamp(incident.times[-1], UTC)
    node, metric = str(target["node"]), str(target["metric"])
    service = ServiceRef(namespace=NAMESPACE, name=node)
    title = f"{metric} of {node}"
    alert = Alert(
        fingerprint=case_id,
        status=AlertStatus.FIRING,
        starts_at=min(started, now),
        labels={"alertname": metric, "namespace": NAMESPACE, "service": node},
    )
    return Case(
        id=case_id,
        incident=Incident(
            id=case_id,
            service=service,
            title=title,
            severity=Severity.PAGE,
            started_at=min(started, now),
            opened_at=now,
            alerts=[alert],
        ),
        now=now,
        metrics=Stored([*_merged(series), *_edges(scenario / "graph.csv", incident.times)]),
        cluster=NoCluster("there is no cluster in this data set"),
        troubles=[*normal.troubles, *incident.troubles],
    )


def table(path: Path) -> Table:
    """Read a metrics.csv. Raises ValueError for one without header or rows; a cell that is no number is a trouble."""
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    if len(lines) <= HEADERS:
        raise ValueError(f"{path.name}: three header lines and rows expected, {len(lines)} lines found")
    columns = list(zip(*(line[1:] for line in lines[:HEADERS]), strict=False))
    times, rows, troubles = [], [], []
    for line in lines[HEADERS:]:
        try:
            times.append(float(line[0]))
        except (ValueError, IndexError):
            continue  # the name of the index, or an empty line
        cells = [_number(cell) for cell in line[1:]]
        if len(cells) < len(columns) or None in cells:
            troubles.append(f"{path.name}: the row of {line[0]} has cells that are no numbers or too few")
        padded = [*cells, *[None] * len(columns)][: len(columns)]
        rows.append([float("nan") if cell is None else cell for cell in padded])
    if not times:
        raise ValueError(f"{path.name}: no row has a time")
    return Table(columns, times, rows, troubles)


def _number(cell: str) -> float | None:
    try:
        return float(cell) if cell.strip() else float("nan")
    except ValueError:
        return None


def _series(found: Table, shift: float) -> list[Series]:
    whole = []
    for place, (node, metric, statistic) in enumerate(found.columns):
        samples = [
            (moment + shift, row[place])
            for moment, row in zip(found.times, found.rows, strict=True)
            if row[place] == row[place]
        ]
        if samples and node:
            labels = {"__name__": _name(metric, statistic), "namespace": NAMESPACE, "service": node}
            times, values = zip(*samples, strict=True)
            whole.append(Series(labels=labels, times=list(times), values=list(values)))
    return whole


def _name(metric: str, statistic: str) -> str:
    """As exporters of cloud metrics call them; a sum of requests is the number of requests in a step."""
    return metric if statistic == "Sum" else f"{metric}_{statistic.lower()}"


def _merged(series: list[Series]) -> list[Series]:
    """The normal and the incident part of one metric in one series."""
    found: dict[tuple[tuple[str, str], ...], Series] = {}
    for one in series:
        key = tuple(sorted(one.labels.items()))
        before = found.get(key)
        found[key] = (
            one.evolve(times=[*before.times, *one.times], values=[*before.values, *one.values]) if before else one
        )
    return list(found.values())


def _edges(path: Path, times: list[float]) -> list[Series]:
    with path.open(newline="") as file:
        lines = list(csv.reader(file))
    return [
        Series(
            labels={
                "__name__": "traces_service_graph_request_total",
                "client": line[0],
                "server": callee,
            },
            times=times,
            values=[0.0] * len(times),
        )
        for line in lines[1:]
        for callee, cell in zip(lines[0][1:], line[1:], strict=False)
        if _number(cell) and line[0] != callee
    ]


DATA_SET = PetShop()
