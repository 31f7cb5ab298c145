"""One case's file: the outputs of the data set's tools, found by tool and arguments, read once and only when asked for."""

import ast
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.labelled.cloud_opsbench.describe import Section, moment, sections
from benchmarks.labelled.cloud_opsbench.table import rows


class Output(NamedTuple):
    """What one call of a tool printed."""

    arguments: dict[str, Any]
    text: Any


class Bundle:
    """The outputs of one case; `troubles` collects what could not be read."""

    def __init__(self, content: dict[str, Any]) -> None:
        """`content` is the file's JSON object. Raises KeyError or TypeError for one that is no case."""
        self.namespace: str = content["namespace"]
        self.symptom: str = content.get("query") or "something is wrong"
        self.logs: dict[str, list[str]] | None = content.get("recent_logs")
        self.metrics: str = content.get("metrics_csv") or ""
        self.troubles: list[str] = []
        texts = content["texts"]
        self._outputs: dict[str, list[Output]] = {}
        for call, index in content["tools"].items():
            tool, _, arguments = call.partition(":")
            self._outputs.setdefault(tool, []).append(Output(json.loads(arguments or "{}"), texts[index]))

    @classmethod
    def read(cls, path: Path) -> "Bundle":
        """A case's file. Raises ValueError, KeyError, TypeError or OSError for one that cannot be read at all."""
        return cls(json.loads(path.read_text()))

    def outputs(self, tool: str) -> list[Output]:
        """Every call of a tool."""
        return self._outputs.get(tool, [])

    def values(self, tool: str) -> Iterator[tuple[dict[str, Any], Any]]:
        """Every call of a tool whose output is JSON, or Python's way of writing it."""
        for arguments, text in self.outputs(tool):
            if not isinstance(text, str):
                yield arguments, text
                continue
            try:
                yield arguments, _parsed(text)
            except (ValueError, SyntaxError) as error:
                if text.strip():
                    self.troubles.append(f"{tool} {arguments}: {error}")

    def table(self, kind: str, *, wide: bool = False, labels: bool = False) -> list[dict[str, str]]:
        """The rows of `kubectl get KIND` in the namespace."""
        for arguments, text in self.outputs("GetResources"):
            asked = (bool(arguments.get("output_wide")), bool(arguments.get("show_labels")))
            if arguments.get("resource_type") == kind and asked == (wide, labels) and self._all(arguments):
                return rows(str(text))
        return []

    def asked(self, kind: str) -> bool:
        """Whether objects of this kind were asked for at all."""
        return any(arguments.get("resource_type") == kind for arguments, _ in self.outputs("GetResources"))

    def _all(self, arguments: dict[str, Any]) -> bool:
        named = arguments.get("name") or arguments.get("label_selector")
        return not named and arguments.get("namespace", self.namespace) in (self.namespace, "")

    def described(self, kind: str) -> dict[str, list[Section]]:
        """`kubectl describe KIND` by object name, however the kind was written."""
        return self._described.get(kind.rstrip("s"), {})

    @cached_property
    def _described(self) -> dict[str, dict[str, list[Section]]]:
        found: dict[str, dict[str, list[Section]]] = {}
        for arguments, text in self.outputs("DescribeResource"):
            kind, name = str(arguments.get("resource_type")).rstrip("s"), str(arguments.get("name"))
            of_kind = found.setdefault(kind, {})
            if name not in of_kind and str(text).startswith("Name:"):
                of_kind[name] = sections(str(text).splitlines())
        return found

    @cached_property
    def at(self) -> datetime:
        """When it was collected; the clock has no zone of its own, so that of the described objects is taken."""
        texts = [str(text) for _, text in self.outputs("collection_timestamp")]
        if not texts:
            raise ValueError("no collection_timestamp")
        found = datetime.fromisoformat(texts[0].strip())
        return found if found.tzinfo else found.replace(tzinfo=self.zone)

    @cached_property
    def zone(self) -> Any:
        """The time zone of the machine that ran kubectl."""
        for _, text in self.outputs("DescribeResource"):
            for line in str(text).splitlines()[:30]:
                if line.startswith(("CreationTimestamp:", "Start Time:")) and (found := moment(line.partition(":")[2])):
                    return found.tzinfo
        return UTC


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return ast.literal_eval(text)
