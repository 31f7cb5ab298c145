"""The files of one case as records; what cannot be read is counted among the troubles."""

import csv
import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from agent.model.change import Change, ChangeKind
from agent.model.entity import Entity
from agent.model.message import Message, Span
from agent.model.query import Series
from agent.redact import redact

NAMESPACE = "estate"
"""The files name none."""

MESSAGE_FIELDS = {"timestamp", "service", "severity_text", "msg", "trace_id", "message", "level"}
SPAN_FIELDS = {"trace_id", "span_id", "parent_id", "service", "name", "start", "duration_ms", "status", "attributes"}
ERROR_FIELDS = ("error", "status_message", "error.message", "exception.message", "error.type")


class Reader:
    """Files to records; what cannot be read is counted among the troubles."""

    def __init__(self, place: Path, now: datetime, troubles: list[str]) -> None:
        self._place, self._now, self._troubles = place, now, troubles

    def series(self) -> list[Series]:
        """metrics.csv: timestamp, service, metric, value."""
        found: dict[tuple[str, str], list[tuple[float, float]]] = {}
        path = self._place / "metrics.csv"
        if not path.exists():
            return []
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                try:
                    at, value = moment(row["timestamp"]), float(row["value"])
                except (KeyError, TypeError, ValueError) as error:
                    self._troubles.append(f"metrics.csv: {error}")
                    continue
                if at <= self._now:
                    found.setdefault((row["service"], row["metric"]), []).append((at.timestamp(), value))
        return [
            Series(
                labels={"__name__": metric, "namespace": NAMESPACE, "service": service},
                times=[time for time, _ in sorted(points)],
                values=[value for _, value in sorted(points)],
            )
            for (service, metric), points in found.items()
        ]

    def messages(self) -> list[Message]:
        """logs.ndjson, one JSON object a line."""
        return [message for row in self._lines("logs.ndjson") for message in self._try("logs.ndjson", _message, row)]

    def patterns(self) -> list[Message]:
        """patterns.json: shapes of log lines with how often they occurred."""
        return [
            m for row in self._rows("patterns.json") for m in self._try("patterns.json", _pattern, row, dated=False)
        ]

    def status(self) -> list[Message]:
        """status_feed.json, where there is one: what a provider says of itself."""
        feed = self._json("status_feed.json")
        events = feed.get("events", []) if isinstance(feed, dict) else feed if isinstance(feed, list) else []
        about = feed if isinstance(feed, dict) else {}
        return [m for row in events for m in self._try("status_feed.json", partial(_status, about), row)]

    def spans(self) -> list[Span]:
        """traces.json."""
        return [span for row in self._rows("traces.json") for span in self._try("traces.json", _span, row)]

    def deployments(self) -> list[Change]:
        """Deployments with what they brought, and the commits that were merged."""
        commits = {str(row.get("sha")): row for row in self._rows("context/commits.json") if isinstance(row, dict)}
        deployed = [
            change
            for number, row in enumerate(self._rows("context/deploys.json"))
            for change in self._try("deploys.json", partial(_deploy, number, commits), row)
        ]
        merged = [c for row in commits.values() for c in self._try("commits.json", _merged, row)]
        return [*deployed, *merged]

    def flags(self) -> list[Change]:
        """Feature flags that were turned."""
        return [
            change
            for number, row in enumerate(self._rows("context/flags.json"))
            for change in self._try("flags.json", partial(_flag, number), row)
        ]

    def _json(self, name: str) -> Any:
        path = self._place / name
        try:
            return json.loads(path.read_text()) if path.exists() else None
        except ValueError as error:
            self._troubles.append(f"{name}: {error}")
            return None

    def _rows(self, name: str) -> list[Any]:
        found = self._json(name)
        if isinstance(found, dict):  # some exports wrap their list
            found = next((value for value in found.values() if isinstance(value, list)), [])
        if not isinstance(found, list):
            if (self._place / name).exists():
                self._troubles.append(f"{name}: no list")
            return []
        if odd := sum(not isinstance(row, dict) for row in found):
            self._troubles.append(f"{name}: {odd} entries are no objects")
        return found

    def _lines(self, name: str) -> Iterator[Any]:
        path = self._place / name
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                yield json.loads(line)
            except ValueError as error:
                self._troubles.append(f"{name}: {error}")

    def _try(self, name: str, make: Callable[[Any], Any], row: Any, *, dated: bool = True) -> list[Any]:
        try:
            made = make(row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._troubles.append(f"{name}: {type(error).__name__} {error}")
            return []
        return [] if dated and made.at is not None and made.at > self._now else [made]


def moment(text: Any) -> datetime:
    """A point in time; one without a zone is UTC."""
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else datetime.fromisoformat(f"{text}+00:00")


def _message(row: dict[str, Any]) -> Message:
    fields = {key: redact(_plain(value)) for key, value in row.items() if key not in MESSAGE_FIELDS}
    return Message(
        service=str(row["service"]),
        at=moment(row["timestamp"]),
        level=str(row.get("severity_text") or row.get("level") or ""),
        text=redact(str(row.get("msg") or row.get("message") or "")),
        fields=fields,
    )


def _pattern(row: dict[str, Any]) -> Message:
    change = re.sub(r"[^\d-]", "", str(row.get("delta_vs_baseline", ""))) or "0"
    return Message(
        service=str(row["service"]),
        text=redact(str(row["signature"])),
        count=max(int(row.get("count", 1)), 0),
        fields={"more than before": change},
    )


def _status(feed: dict[str, Any], row: dict[str, Any]) -> Message:
    about = " ".join(str(feed[key]) for key in ("provider", "component", "service", "region") if feed.get(key))
    said = " ".join(_plain(row[key]) for key in row if key not in ("timestamp", "started_at", "updated_at"))
    when = row.get("timestamp") or row.get("started_at")
    return Message(
        service="",
        at=moment(when) if when else None,
        level=str(row.get("status", "")),
        text=redact(f"{about} {said}"),
        fields={"feed": "status page"},
    )


def _span(row: dict[str, Any]) -> Span:
    extra = {**(row.get("attributes") or {}), **{key: row[key] for key in row if key not in SPAN_FIELDS}}
    fields = {str(key): redact(_plain(value)) for key, value in extra.items()}
    return Span(
        trace=str(row["trace_id"]),
        id=str(row["span_id"]),
        parent=str(row.get("parent_id") or ""),
        service=str(row["service"]),
        peer=fields.get("peer.service", ""),
        name=str(row.get("name", "")),
        at=moment(row["start"]),
        milliseconds=float(row.get("duration_ms") or 0),
        failed=str(row.get("status", "")).upper() == "ERROR",
        error=" ".join(fields[key] for key in ERROR_FIELDS if fields.get(key)),
        fields=fields,
    )


def _deploy(number: int, commits: dict[str, dict[str, Any]], row: dict[str, Any]) -> Change:
    sha = str(row.get("commit_sha") or row.get("sha") or "")
    at = moment(row["timestamp"])
    return Change(
        id=f"deploy-{number}",
        kind=ChangeKind.DEPLOY,
        entity=_service(row["service"]),
        at=at,
        version=str(row.get("version", "")),
        **_brought(sha, commits.get(sha, {})),
    )


def _merged(row: dict[str, Any]) -> Change:
    sha = str(row["sha"])
    entity = Entity(kind="Repository", namespace=NAMESPACE, name="trunk")
    return Change(
        id=f"commit-{sha}", kind=ChangeKind.COMMIT, entity=entity, at=moment(row["timestamp"]), **_brought(sha, row)
    )


def _brought(sha: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "actor": str(row.get("author", "")),
        "summary": redact(str(row.get("message", ""))),
        "commit": sha,
        "diff": "\n".join(_masked(line) for line in str(row.get("diff") or "").splitlines()),
        "files": [str(path) for path in row.get("files_changed") or []],
    }


_NUMBER_ASSIGNED = re.compile(r"[:=]\s*[\"']?\d[\d.]*\s*(?:[a-z]{1,3}|\*\s*[\w.]+)?[\"']?[,;)]*\s*$", re.IGNORECASE)


def _masked(line: str) -> str:
    """A line of a diff without secrets; a number is none, however its key is called."""
    return line if _NUMBER_ASSIGNED.search(line) else redact(line)


def _flag(number: int, row: dict[str, Any]) -> Change:
    return Change(
        id=f"flag-{number}",
        kind=ChangeKind.FLAG,
        entity=_service(row["service"]),
        at=moment(row["timestamp"]),
        actor=str(row.get("actor", "")),
        summary=f"{row['flag']} {row.get('change', '')}",
        version=str(row.get("change", "")).rpartition(">")[2],
        keys=[str(row["flag"])],
    )


def _service(name: Any) -> Entity:
    return Entity(kind="Service", namespace=NAMESPACE, name=str(name))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
