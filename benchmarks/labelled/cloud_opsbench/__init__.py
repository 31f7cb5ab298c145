"""Cloud-OpsBench: states of a Kubernetes cluster as the outputs of kubectl and a few other tools, one JSON a case."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agent.model.incident import Incident
from agent.model.slo import Severity
from agent.state import IncidentState
from benchmarks.labelled.case import Case
from benchmarks.labelled.cloud_opsbench import sources, verdict
from benchmarks.labelled.cloud_opsbench.bundle import Bundle


class CloudOpsBench:
    """The data set."""

    def ids(self, folder: Path) -> Iterable[str]:
        """One case a file."""
        return sorted(path.stem for path in folder.glob("cob-*.json"))

    def load(self, folder: Path, case_id: str) -> Case:
        """Read a case's file. Raises ValueError for one that cannot be read at all."""
        bundle = Bundle.read(folder / f"{case_id}.json")
        cluster = sources.CaseCluster(bundle)
        incident = Incident(
            id=case_id,
            service=sources.whole(bundle),
            title=bundle.symptom,
            severity=Severity.PAGE,
            started_at=bundle.at,
            opened_at=bundle.at,
            alerts=[],
        )
        machines = {machine.name for machine in cluster.estate.machines}
        metrics = sources.metrics(bundle, machines)
        return Case(case_id, incident, bundle.at, metrics, cluster, bundle.troubles)

    def answer(self, case: Case, state: IncidentState) -> Any:
        """The hypotheses, most probable first, in the data set's words."""
        estate = case.cluster.estate if isinstance(case.cluster, sources.CaseCluster) else None
        return verdict.answers(state.get("hypotheses", []), estate) if estate else []


DATA_SET = CloudOpsBench()
