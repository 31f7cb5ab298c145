"""What an adapter makes of one labelled incident: everything the graph needs, and nothing about the answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from agent.model.incident import Incident
from agent.ports import ClusterSource, MetricSource
from agent.state import IncidentState


@dataclass(frozen=True)
class Case:
    """One incident at the moment it is handed to us; `troubles` are parts of its files that could not be read."""

    id: str
    incident: Incident
    now: datetime
    metrics: MetricSource
    cluster: ClusterSource
    troubles: list[str] = field(default_factory=list)


class DataSet(Protocol):
    """One data set: how its folder is read, and how a verdict is written in its words."""

    def ids(self, folder: Path) -> Iterable[str]:
        """The cases in an unpacked folder, in order."""

    def load(self, folder: Path, case_id: str) -> Case:
        """One case. Raises ValueError for one that cannot be read at all."""

    def answer(self, case: Case, state: IncidentState) -> Any:
        """What predictions.json holds for this case: a translation of the hypotheses, nothing more."""
