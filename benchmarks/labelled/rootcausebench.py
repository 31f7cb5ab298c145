"""RootCauseBench (edgedelta/root-cause-bench): logs, metrics, traces, commits, deployments and flags of one incident.

Only what was known when the alert fired is handed on. Its files say nothing of namespaces, so every
service is put into one. Its answer names the guilty commit, or "none" for what no commit caused.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.model.alert import Alert, AlertStatus
from agent.model.change import Change, ChangeKind
from agent.model.entity import WHOLE, Entity, ServiceRef
from agent.model.finding import FindingKind
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Incident
from agent.model.message import Message, Span
from agent.model.query import Series
from agent.model.question import (
    Changes,
    ChangesQuestion,
    ClusterAnswer,
    ClusterQuestion,
    Gap,
    GapReason,
    Messages,
    MessagesQuestion,
    MetricAnswer,
    MetricQuestion,
    Spans,
    SpansQuestion,
)
from agent.model.slo import Severity
from agent.reasoning.evaluate import answer
from agent.redact import redact
from agent.state import IncidentState
from benchmarks.labelled.case import Case

NAMESPACE = "estate"
MESSAGE_FIELDS = {"timestamp", "service", "severity_text", "msg", "trace_id", "message", "level"}
SPAN_FIELDS = {"trace_id", "span_id", "parent_id", "service", "name", "start", "duration_ms", "status", "attributes"}
ERROR_FIELDS = ("error", "status_message", "error.message", "exception.message", "error.type")
LEADING = 0.5
"""A commit is named only when it is likelier than everything else together."""

REMEDIES = {
    "name-resolution": "escalate-upstream",
    "provider-impaired": "escalate-upstream",
    "quota-exhausted": "escalate-upstream",
    "certificate-expired": "rotate-cert",
    "bad-data": "purge-bad-data",
    "traffic-surge": "scale",
    "hardware": "failover",
    "flag-turned": "feature-flag-disable",
    "flagged-code": "feature-flag-disable",
    "bad-config-value": "config-revert",
    "missing-schema": "roll-forward",
}
"""Our causes in this data set's words; everything else that somebody changed is rolled back."""


class Told:
    """Both ports over the parsed files of one case."""

    def __init__(self) -> None:
        self.series: list[Series] = []
        self.messages: list[Message] = []
        self.spans: list[Span] = []
        self.changes: list[Change] = []

    async def ask(self, question: MetricQuestion | ClusterQuestion) -> Any:
        """Metric questions are worked out, logs, traces and changes looked up; there is no cluster behind these files."""
        match question:
            case MessagesQuestion():
                return Messages(items=self.messages) if self.messages else _empty("log line")
            case SpansQuestion():
                return Spans(items=self.spans) if self.spans else _empty("span")
            case ChangesQuestion():
                return Changes(items=self.changes) if self.changes else _empty("change")
            case _ if question.kind in ("instant", "range", "series"):
                return self._measured(question)  # type: ignore[arg-type]
            case _:
                return Gap(reason=GapReason.NOT_CONFIGURED, detail=f"the case has no {question.kind}")

    def _measured(self, question: MetricQuestion) -> MetricAnswer | Gap:
        return answer(question, self.series)


def _empty(what: str) -> Gap:
    return Gap(reason=GapReason.EMPTY, detail=f"the case has no {what}")


class RootCauseBench:
    """The adapter."""

    def ids(self, folder: Path) -> Iterable[str]:
        """Every folder with an alert."""
        return sorted(path.parent.name for path in folder.glob("*/alert.json"))

    def load(self, folder: Path, case_id: str) -> Case:
        """One case up to the moment its alert fired."""
        place = folder / case_id
        alert = json.loads((place / "alert.json").read_text())
        if not isinstance(alert, dict):
            raise ValueError("alert.json holds no object")  # noqa: TRY004 - a case that cannot be read, for the caller
        now = _moment(alert["fired_at"])
        told, troubles = Told(), list[str]()
        read = Reader(place, now, troubles)
        told.series = read.series()
        told.messages = [*read.messages(), *read.patterns(), *read.status()]
        told.spans = read.spans()
        told.changes = sorted([*read.deployments(), *read.flags()], key=lambda change: change.at)
        return Case(case_id, _incident(case_id, alert, now), now, told, told, troubles)

    def answer(self, case: Case, state: IncidentState) -> Any:
        """The likeliest hypothesis in the data set's words."""
        return in_words(case.cluster.changes if isinstance(case.cluster, Told) else [], state)


def in_words(changes: list[Change], state: IncidentState) -> dict[str, Any]:
    """What the data set wants to know of the strongest hypothesis."""
    best = max(state.get("hypotheses", []), key=lambda h: h.probability, default=None)
    findings = state.get("findings", [])
    first = [f.entity.name for f in findings if f.kind is FindingKind.BEGINS_HERE]
    reached = [f.entity.name for f in findings if f.kind is FindingKind.REACHED]
    return {
        "root_cause_commit": _commit(best, changes) or "none",
        "first_failing_service": first[0] if first else (best.entity.name if best else ""),
        "blast_radius": sorted(set(reached) - set(first[:1])),
        "remediation": REMEDIES.get(best.cause, "rollback") if best else "rollback",
    }


def _commit(best: Hypothesis | None, changes: list[Change]) -> str:
    if best is None or best.probability < LEADING:
        return ""
    return next((change.commit for change in changes if change.id == best.change), "")


def _incident(case_id: str, alert: dict[str, Any], now: datetime) -> Incident:
    name = str(alert.get("monitor") or alert.get("metric") or "alert")
    fired = Alert(
        fingerprint=case_id,
        status=AlertStatus.FIRING,
        starts_at=now,
        labels={"alertname": name, "metric": str(alert.get("metric", "")), "service": str(alert["service"])},
        annotations={key: redact(str(alert[key])) for key in ("summary", "detail", "description") if alert.get(key)},
    )
    return Incident(
        id=case_id,
        service=ServiceRef(namespace=NAMESPACE, name=WHOLE),
        title=redact(str(alert.get("summary") or name)),
        severity=Severity.PAGE,
        started_at=now,
        opened_at=now,
        alerts=[fired],
    )


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
                    at, value = _moment(row["timestamp"]), float(row["value"])
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
        return [m for row in self._rows("patterns.json") for m in self._try("patterns.json", _pattern, row, dated=False)]

    def status(self) -> list[Message]:
        """status_feed.json, where there is one: what a provider says of itself."""
        feed = self._json("status_feed.json")
        events = feed.get("events", []) if isinstance(feed, dict) else feed if isinstance(feed, list) else []
        about = feed if isinstance(feed, dict) else {}
        return [m for row in events for m in self._try("status_feed.json", lambda r: _status(about, r), row)]

    def spans(self) -> list[Span]:
        """traces.json."""
        return [span for row in self._rows("traces.json") for span in self._try("traces.json", _span, row)]

    def deployments(self) -> list[Change]:
        """Deployments with what they brought, and the commits that were merged."""
        commits = {str(row.get("sha")): row for row in self._rows("context/commits.json") if isinstance(row, dict)}
        deployed = [
            change
            for number, row in enumerate(self._rows("context/deploys.json"))
            for change in self._try("deploys.json", lambda r, n=number: _deploy(n, r, commits), row)
        ]
        merged = [c for row in commits.values() for c in self._try("commits.json", _merged, row)]
        return [*deployed, *merged]

    def flags(self) -> list[Change]:
        """Feature flags that were turned."""
        return [
            change
            for number, row in enumerate(self._rows("context/flags.json"))
            for change in self._try("flags.json", lambda r, n=number: _flag(n, r), row)
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
        return found or []

    def _lines(self, name: str) -> Iterator[Any]:
        path = self._place / name
        for line in path.read_text().splitlines() if path.exists() else []:
            try:
                yield json.loads(line)
            except ValueError as error:
                self._troubles.append(f"{name}: {error}")

    def _try(self, name: str, make: Any, row: Any, *, dated: bool = True) -> list[Any]:
        try:
            made = make(row)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            self._troubles.append(f"{name}: {type(error).__name__} {error}")
            return []
        return [] if dated and made.at is not None and made.at > self._now else [made]


def _moment(text: Any) -> datetime:
    found = datetime.fromisoformat(str(text))
    return found if found.tzinfo else datetime.fromisoformat(f"{text}+00:00")


def _message(row: dict[str, Any]) -> Message:
    fields = {key: redact(_plain(value)) for key, value in row.items() if key not in MESSAGE_FIELDS}
    return Message(
        service=str(row["service"]),
        at=_moment(row["timestamp"]),
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
        at=_moment(when) if when else None,
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
        at=_moment(row["start"]),
        milliseconds=float(row.get("duration_ms") or 0),
        failed=str(row.get("status", "")).upper() == "ERROR",
        error=" ".join(fields[key] for key in ERROR_FIELDS if fields.get(key)),
        fields=fields,
    )


def _deploy(number: int, row: dict[str, Any], commits: dict[str, dict[str, Any]]) -> Change:
    sha = str(row.get("commit_sha") or row.get("sha") or "")
    at = _moment(row["timestamp"])
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
    return Change(id=f"commit-{sha}", kind=ChangeKind.COMMIT, entity=entity, at=_moment(row["timestamp"]), **_brought(sha, row))


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
        at=_moment(row["timestamp"]),
        actor=str(row.get("actor", "")),
        summary=f"{row['flag']} {row.get('change', '')}",
        version=str(row.get("change", "")).rpartition(">")[2],
        keys=[str(row["flag"])],
    )


def _service(name: Any) -> Entity:
    return Entity(kind="Service", namespace=NAMESPACE, name=str(name))


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


DATA_SET = RootCauseBench()
