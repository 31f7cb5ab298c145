"""Alerts into incidents: one incident a service, duplicates folded, a resolved incident never absorbs a new firing.

Called by the daemon for every delivery, inside one critical section.
"""

from datetime import datetime, timedelta

from agent.model.alert import Alert, AlertStatus
from agent.model.entity import WHOLE, ServiceRef
from agent.model.incident import Incident, Resolution
from agent.model.record import digest
from agent.model.rules import Rules
from agent.model.slo import Severity

SAME_DEGRADATION = timedelta(hours=1)
"""How long after the hand-over another alert of the service, while the first still fires, is taken as more of the same."""


COMES_AND_GOES = timedelta(minutes=5)
"""How soon after its end the same rule fires again for the same degradation, while that is being worked on.

As long as Alertmanager waits before it takes an alert for resolved that nobody sends any more (its `resolve_timeout`).
"""


def correlate(alerts: list[Alert], known: list[Incident], rules: Rules, now: datetime) -> list[Incident]:
    """Incidents that are new or have changed. `known`: open ones and recently closed ones.

    An alert seen before (same fingerprint and start) belongs where it was, also when re-sent, late or
    out of order. A new firing joins the open incident of its service while that one still fires, or did a moment ago
    by the same rule.
    """
    incidents = {incident.id: incident for incident in known}
    touched: dict[str, Incident] = {}
    for alert in sorted(alerts, key=lambda a: a.starts_at):
        current = _home(alert, list(incidents.values()), rules, now)
        updated = _joined(current, alert) if current else _opened(alert, rules, now)
        if updated != current:
            incidents[updated.id] = touched[updated.id] = updated
    return list(touched.values())


def service_of(alert: Alert, rules: Rules) -> ServiceRef | None:
    """The service the labels name, by the configured pairs of labels; all of a namespace where they name only that."""
    for namespace_label, name_label in rules.service_labels:
        namespace, name = alert.labels.get(namespace_label), alert.labels.get(name_label)
        if namespace and name:
            return ServiceRef(namespace=namespace, name=name)
    namespace = next((value for label, _ in rules.service_labels if (value := alert.labels.get(label))), None)
    return ServiceRef(namespace=namespace, name=WHOLE) if namespace else None


def _home(alert: Alert, incidents: list[Incident], rules: Rules, now: datetime) -> Incident | None:
    for incident in incidents:
        if any(seen.key == alert.key for seen in incident.alerts):
            return incident
    service = service_of(alert, rules)
    if service is None or alert.status is AlertStatus.RESOLVED:
        return None
    mine = [i for i in incidents if i.service == service]
    return next(
        (i for i in mine if _holds(i, now) or _flickers(i, alert) or (i.firing and _takes_in(i, alert, now))), None
    )


def _flickers(incident: Incident, alert: Alert) -> bool:
    """Nobody is done with it yet, and a rule of its own that had resolved fires again at once."""
    ends = [seen.ends_at for seen in incident.alerts if seen.fingerprint == alert.fingerprint and seen.ends_at]
    return not incident.phase.closed() and any(end <= alert.starts_at < end + COMES_AND_GOES for end in ends)


def _holds(incident: Incident, now: datetime) -> bool:
    """A dry run said what it would do; the trouble is still there and comes and goes: every re-fire is the same story.

    Until the service has been quiet for a while.
    """
    if incident.resolution is not Resolution.HELD or incident.closed_at is None:
        return False
    last = max([incident.closed_at, *(alert.starts_at for alert in incident.alerts)])
    return now - last < SAME_DEGRADATION


def _takes_in(incident: Incident, alert: Alert, now: datetime) -> bool:
    """An open incident takes in whatever fires for its service.

    So does one that a person has just been handed: it is the same degradation. But not a new firing of
    a rule that it knows, nor anything later.
    """
    if incident.closed_at is None:
        return not incident.phase.closed()
    left_open = incident.resolution in (Resolution.HANDED_OVER, Resolution.ADVISED)
    known = any(seen.fingerprint == alert.fingerprint for seen in incident.alerts)
    return left_open and not known and now - incident.closed_at < SAME_DEGRADATION


def _joined(incident: Incident, alert: Alert) -> Incident:
    before = next((seen for seen in incident.alerts if seen.key == alert.key), None)
    if before and before.status is AlertStatus.RESOLVED:
        return incident  # a late "firing" of what is known to have ended says nothing new
    if before and before.status is alert.status:
        return incident
    others = [seen for seen in incident.alerts if seen.key != alert.key]
    return incident.evolve(
        alerts=[*others, alert],
        started_at=min(incident.started_at, alert.starts_at),
        severity=min(incident.severity, severity(alert), key=list(Severity).index),
    )


def _opened(alert: Alert, rules: Rules, now: datetime) -> Incident:
    service = service_of(alert, rules)
    return Incident(
        id=f"inc-{digest(alert.key)[:10]}",
        service=service,
        title=f"{alert.name} on {service}" if service else f"{alert.name} (service unknown)",
        severity=severity(alert),
        started_at=alert.starts_at,
        opened_at=now,
        alerts=[alert],
        unresolved="" if service else _unresolved(alert, rules),
    )


def severity(alert: Alert) -> Severity:
    """`page` for critical or paging alerts, else `ticket`."""
    return (
        Severity.PAGE
        if alert.labels.get("severity", "page").lower() in ("page", "critical", "error")
        else Severity.TICKET
    )


def _unresolved(alert: Alert, rules: Rules) -> str:
    pairs = ", ".join(f"{namespace} + {name}" for namespace, name in rules.service_labels)
    return f"no service in the alert's labels ({', '.join(sorted(alert.labels)) or 'it has none'}); looked for {pairs}"
