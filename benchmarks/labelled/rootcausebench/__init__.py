"""RootCauseBench (edgedelta/root-cause-bench): logs, metrics, traces, commits, deployments and flags of one incident.

Only what was known when the alert fired is handed on. Its files say nothing of namespaces, so every
service is put into one. Its answer names the guilty commit, or "none" for what no commit caused.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from agent.model.alert import Alert, AlertStatus
from agent.model.change import Change
from agent.model.entity import WHOLE, ServiceRef
from agent.model.finding import FindingKind
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Incident
from agent.model.message import Message, Span
from agent.model.query import Series
from agent.model.question import (
    Changes,
    ChangesQuestion,
    ClusterQuestion,
    Gap,
    GapReason,
    InstantQuestion,
    Messages,
    MessagesQuestion,
    MetricQuestion,
    RangeQuestion,
    SeriesQuestion,
    Spans,
    SpansQuestion,
)
from agent.model.slo import Severity
from agent.reasoning.evaluate import answer
from agent.redact import redact
from agent.state import IncidentState
from benchmarks.labelled.case import Case
from benchmarks.labelled.rootcausebench.files import NAMESPACE, Reader, moment

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
            case InstantQuestion() | RangeQuestion() | SeriesQuestion():
                return answer(question, self.series)
            case _:
                return Gap(reason=GapReason.NOT_CONFIGURED, detail=f"the case has no {question.kind}")


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
        now = moment(alert["fired_at"])
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


DATA_SET = RootCauseBench()
