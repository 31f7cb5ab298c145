"""Facts made of log lines, courses, spans and changes: what the tests of blame by text share."""

from datetime import UTC, datetime, timedelta

from agent.model.alert import Alert, AlertStatus
from agent.model.change import Change, ChangeKind
from agent.model.entity import WHOLE, Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.incident import Incident
from agent.model.message import Message
from agent.model.profile import Profile
from agent.model.query import Series
from agent.model.question import Changes, ChangesQuestion, Messages, MessagesQuestion, MetricAnswer
from agent.model.record import Window
from agent.model.slo import Severity
from agent.reasoning import signals
from agent.reasoning.facts import Facts

AT = datetime(2026, 5, 4, 12, tzinfo=UTC)
"""When the trouble begins."""

NOW = AT + timedelta(minutes=6)
SHOP = ServiceRef(namespace="shop", name=WHOLE)


def minutes(number):
    return AT + timedelta(minutes=number)


def said(service, text, *, every=15, since=AT, level="ERROR", **fields):
    """The same line again and again up to the alert; {n} counts."""
    count = int((NOW - since).total_seconds() // every)
    return [
        Message(
            service=service,
            at=since + timedelta(seconds=every * n),
            level=level,
            text=text.replace("{n}", str(n)),
            fields=fields,
        )
        for n in range(count)
    ]


def calm(*services):
    """An hour of ordinary lines."""
    return [
        Message(service=service, at=minutes(-60 + n), level="INFO", text=f"handled request in {n} ms")
        for n in range(66)
        for service in services
    ]


def deploy(service, at, diff, *files, commit="aaaa1111"):
    entity = Entity(kind="Service", namespace="shop", name=service)
    return Change(
        id=f"deploy-{commit}",
        kind=ChangeKind.DEPLOY,
        entity=entity,
        at=at,
        summary="tidy",
        commit=commit,
        diff=diff,
        files=list(files),
    )


def merged(at, diff, *files, commit="bbbb2222"):
    entity = Entity(kind="Repository", namespace="shop", name="trunk")
    return Change(
        id=f"commit-{commit}",
        kind=ChangeKind.COMMIT,
        entity=entity,
        at=at,
        summary="tidy",
        commit=commit,
        diff=diff,
        files=list(files),
    )


def course(service, metric, value):
    """A metric a minute for two hours; `value` of minutes from the onset."""
    times = [minutes(n) for n in range(-100, 7)]
    labels = {"__name__": metric, "namespace": "shop", "service": service}
    return Series(
        labels=labels,
        times=[t.timestamp() for t in times],
        values=[float(value((t - AT).total_seconds() / 60)) for t in times],
    )


def facts(messages, changes=(), series=(), alerting="till"):
    window = Window(start=minutes(-120), end=NOW)
    evidence = [
        Evidence(
            id="E1",
            question=MessagesQuestion(namespace="shop", window=window),
            answer=Messages(items=[*messages]),
            asked_at=NOW,
        ),
        Evidence(
            id="E2",
            question=ChangesQuestion(namespace="shop", window=window),
            answer=Changes(items=[*changes]),
            asked_at=NOW,
        ),
    ]
    question = signals.questions("shop", NOW)[0]
    evidence.append(Evidence(id="E3", question=question, answer=MetricAnswer(series=[*series]), asked_at=NOW))
    alert = Alert(
        fingerprint="f", status=AlertStatus.FIRING, starts_at=NOW, labels={"alertname": "Errors", "service": alerting}
    )
    incident = Incident(
        id="i",
        service=SHOP,
        title=f"{alerting} fails",
        severity=Severity.PAGE,
        started_at=NOW,
        opened_at=NOW,
        alerts=[alert],
    )
    return Facts(incident, [Profile(service=SHOP)], evidence, NOW)
