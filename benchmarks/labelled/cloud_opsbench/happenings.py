"""Events and log lines: what the cluster and the programs said."""

import json
import re
from datetime import timedelta
from typing import Any

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.model.message import Message
from agent.redact import redact
from benchmarks.labelled.cloud_opsbench.bundle import Bundle
from benchmarks.labelled.cloud_opsbench.describe import age, of
from benchmarks.labelled.cloud_opsbench.table import columns

KINDS = {
    "pod": "Pod",
    "service": "Service",
    "deployment": "Deployment",
    "statefulset": "StatefulSet",
    "daemonset": "DaemonSet",
    "replicaset": "ReplicaSet",
    "node": "Node",
    "persistentvolumeclaim": "PersistentVolumeClaim",
    "persistentvolume": "PersistentVolume",
}
CLUSTER_WIDE = {"Node", "PersistentVolume"}
AGES = re.compile(r"^(\S+)(?: \(x(\d+) over (\S+)\))?$")
CELLS = 5
LINES = 50
"""Log lines kept a service: what is newest tells most."""

LONGEST = 1500


def events(bundle: Bundle) -> list[KubeEvent]:
    """The Events of every described object, oldest first."""
    found = [
        event
        for singular, kind in KINDS.items()
        for name, sections in bundle.described(singular).items()
        for row in columns(of(sections, "Events").lines)
        if (event := _event(bundle, kind, name, row)) is not None
    ]
    return sorted(found, key=lambda event: event.last_at or bundle.at)


def _event(bundle: Bundle, kind: str, name: str, row: list[str]) -> KubeEvent | None:
    if len(row) < CELLS or (match := AGES.match(row[2])) is None:
        return None
    last, first = age(match[1]), age(match[3] or match[1])
    return KubeEvent(
        entity=Entity(kind=kind, namespace="" if kind in CLUSTER_WIDE else bundle.namespace, name=name),
        type=row[0],
        reason=row[1],
        message=redact("  ".join(row[4:])),
        count=int(match[2] or 1),
        first_at=bundle.at - (first or timedelta()),
        last_at=bundle.at - (last or timedelta()),
    )


def messages(bundle: Bundle, owners: dict[str, str]) -> list[Message]:
    """Samples of error lines with their counts, and the newest lines of every service; `owners` names a pod's workload."""
    counted: dict[tuple[str, str], int] = {}
    for arguments, value in bundle.values("GetErrorLogs"):
        service = owners.get(name := str(arguments.get("service_name")), name)
        for text, count in _samples(value):
            counted[service, _told(text)] = counted.get((service, _told(text)), 0) + count
    for name, lines in (bundle.logs or {}).items():
        service = owners.get(name, name)
        for line in (lines or [])[-LINES:]:
            counted.setdefault((service, _told(line)), 1)
    return [_message(service, text, count) for (service, text), count in counted.items() if text.strip()]


FRAME = re.compile(r"^(?:\S+Z?\s+)?(?:\s*at [\w.$<>/]+\(|\s*\.\.\. \d+ (?:common frames|more))")
"""A frame of a stack trace: it follows the error it belongs to, and says nothing of its own."""


def _told(text: str) -> str:
    """A line, or the lines of a trace without their frames."""
    return "\n".join(line for line in text.split("\n") if not FRAME.match(line))


def _message(service: str, text: str, count: int) -> Message:
    return Message(service=service, level=_level(text), text=redact(text[:LONGEST]), count=max(count, 1))


def _samples(value: Any) -> list[tuple[str, int]]:
    """Error lines however nested: patterns with counts, or lists of lines."""
    if isinstance(value, str):
        return [(value, 1)] if value.strip() else []
    if isinstance(value, list):
        return [pair for one in value for pair in _samples(one)]
    if isinstance(value, dict):
        if isinstance(value.get("sample"), str):
            return [(value["sample"], int(value.get("count") or 1))]
        return [pair for one in value.values() if isinstance(one, list | dict) for pair in _samples(one)]
    return []


LEVEL = re.compile(r"\b(TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL|CRITICAL)\b")


def _level(text: str) -> str:
    if text.startswith("{"):
        try:
            fields = json.loads(text)
        except ValueError:
            fields = {}
        if isinstance(fields, dict):
            return str(fields.get("severity") or fields.get("level") or "").lower()
    match = LEVEL.search(text[:120])
    return match[1].lower() if match else ""
