"""What the guards need to know of the data sets beside their adapters: the names in a case's files, its files, and what counts as right.

Kept apart from the adapters, so that whoever reads those sees that they know no labels.
"""

import csv
import json
import re
from pathlib import Path
from typing import Any, Protocol

SHORTEST_SHA = 7


class Marking(Protocol):
    """One data set as the guards see it."""

    def names(self, folder: Path, case_id: str) -> set[str]:
        """Every name in a case's files that somebody gave: services, namespaces, pods, nodes, hosts, commits, label keys."""

    def files(self, folder: Path, case_id: str) -> list[Path]:
        """The files and folders a case is made of, relative to `folder`, shared ones too."""

    def right(self, answer: Any, label: Any) -> bool:
        """Whether the first thing an answer says is what the label says."""

    def kind(self, label: Any) -> str:
        """The type of fault, by which figures are held out of fold."""


class RootCauseBench:
    """Services and hosts as logs, metrics, traces and deployments name them; commits by their ids."""

    def names(self, folder: Path, case_id: str) -> set[str]:
        """See Marking."""
        place = folder / case_id
        context = {
            part: json.loads((place / "context" / f"{part}.json").read_text()) for part in ("commits", "deploys")
        }
        with (place / "metrics.csv").open(newline="") as file:
            services = {row["service"] for row in csv.DictReader(file)}
        services |= {span["service"] for span in json.loads((place / "traces.json").read_text())}
        services |= {deploy["service"] for deploy in context["deploys"]}
        services |= {json.loads(line)["service"] for line in (place / "logs.ndjson").read_text().splitlines() if line}
        commits = {commit["sha"] for commit in context["commits"]}
        authors = {commit["author"] for commit in context["commits"]}
        return {name for name in services | commits | authors if name}

    def files(self, folder: Path, case_id: str) -> list[Path]:
        """See Marking."""
        del folder
        return [Path(case_id)]

    def right(self, answer: Any, label: Any) -> bool:
        """The culprit's id, a prefix of seven digits or more, or "none"."""
        said, truth = str((answer or {}).get("root_cause_commit", "")).lower(), label["root_cause_commit"]
        return said == truth or (len(said) >= SHORTEST_SHA and truth.startswith(said))

    def kind(self, label: Any) -> str:
        """See Marking."""
        return str(label["scenario"])


class CloudOpsBench:
    """Workloads, Services, nodes and the namespace as kubectl lists them, and label keys of nodes that are nobody's standard."""

    def names(self, folder: Path, case_id: str) -> set[str]:
        """See Marking."""
        case = json.loads((folder / f"{case_id}.json").read_text())
        found = {case["namespace"]}
        for call in case["tools"]:
            match = re.match(r'(?:DescribeResource|GetResources):\{"resource_type":"(\w+)","name":"([^"]*)"', call)
            if match and match[1] in LISTED and match[2] not in ("", "default"):
                found.add(match[2])
        return found

    def files(self, folder: Path, case_id: str) -> list[Path]:
        """See Marking."""
        del folder
        return [Path(f"{case_id}.json")]

    def right(self, answer: Any, label: Any) -> bool:
        """All three fields of the first answer."""
        first = (answer or [{}])[0]
        return all(str(first.get(key, "")).lower() == str(label[key]).lower() for key in EXACT)

    def kind(self, label: Any) -> str:
        """See Marking."""
        return str(label["root_cause"])


EXACT = ("fault_taxonomy", "fault_object", "root_cause")
LISTED = {"deployments", "services", "statefulsets", "statefulset", "service", "nodes"}
"""What has a name of its own; pods and replica sets carry their workload's."""


class PetShop:
    """Nodes of the call graph."""

    def names(self, folder: Path, case_id: str) -> set[str]:
        """See Marking."""
        with (folder / self._scenario(folder, case_id) / "graph.csv").open(newline="") as file:
            rows = list(csv.reader(file))
        return {name for name in [*rows[0][1:], *(row[0] for row in rows[1:])] if name}

    def files(self, folder: Path, case_id: str) -> list[Path]:
        """See Marking."""
        return [Path("cases") / case_id, Path(self._scenario(folder, case_id))]

    def right(self, answer: Any, label: Any) -> bool:
        """The first node."""
        return bool(answer) and answer[0] == label["root_cause"]["node"]

    def kind(self, label: Any) -> str:
        """See Marking."""
        return str(label["root_cause"]["node"])

    @staticmethod
    def _scenario(folder: Path, case_id: str) -> str:
        return str(json.loads((folder / "cases" / case_id / "target.json").read_text())["scenario"])


class SockShop:
    """What stands before the first underscore of a column."""

    def names(self, folder: Path, case_id: str) -> set[str]:
        """See Marking."""
        header = (folder / case_id / "normal.csv").open().readline().strip().split(",")
        return {column.partition("_")[0] for column in header if "_" in column}

    def files(self, folder: Path, case_id: str) -> list[Path]:
        """See Marking."""
        del folder
        return [Path(case_id)]

    def right(self, answer: Any, label: Any) -> bool:
        """The first service."""
        return bool(answer) and answer[0] == label["service"]

    def kind(self, label: Any) -> str:
        """See Marking."""
        return str(label["fault"])


MARKINGS: dict[str, Marking] = {
    "rootcausebench": RootCauseBench(),
    "cloud-opsbench": CloudOpsBench(),
    "petshop": PetShop(),
    "rcd-sockshop": SockShop(),
    "rcd-sockshop-blind": SockShop(),
}
