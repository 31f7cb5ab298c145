"""Small builders of facts for tests of the reasoning and the policy: a shop with traffic, changes, pods and logs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from agent.model.alert import Alert, AlertStatus
from agent.model.change import Change, ChangeKind
from agent.model.cluster import LogExcerpt, LogLine
from agent.model.entity import Entity, ServiceRef
from agent.model.evidence import Evidence
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Incident
from agent.model.pod import Container, ContainerPhase, Pod, Termination
from agent.model.profile import Edge, Profile
from agent.model.query import Matcher, MatchOp, Select, Series
from agent.model.question import (
    Changes,
    ChangesQuestion,
    Gap,
    GapReason,
    Logs,
    LogsQuestion,
    MetricAnswer,
    Pods,
    PodsQuestion,
    Question,
    RangeQuestion,
    Revisions,
    RevisionsQuestion,
)
from agent.model.record import Window
from agent.model.slo import Severity, Sli, Slo
from agent.model.workload import Revision, Workload
from agent.reasoning.counting import refined_questions, survey_questions
from agent.reasoning.facts import Facts, service_entity
from agent.reasoning.probes import Subject

ONSET = datetime(2026, 11, 12, 14, 0, tzinfo=UTC)
ANCHOR = ONSET + timedelta(minutes=10)
CHECKOUT = ServiceRef(namespace="shop", name="checkout")
PAYMENTS = ServiceRef(namespace="shop", name="payments")


def after(seconds: float) -> datetime:
    """So long after the onset."""
    return ONSET + timedelta(seconds=seconds)


def named(service: ServiceRef) -> Entity:
    """The Deployment of a service."""
    return Entity(kind="Deployment", namespace=service.namespace, name=service.name)


def sli(service: ServiceRef = CHECKOUT, **changes) -> Sli:
    total = Select(metric="http_requests_total", matchers=[Matcher(label="service", value=service.name)])
    bad = total.where(Matcher(label="code", op=MatchOp.REGEX, value="5.."))
    return Sli(total=total, bad=bad, pod_label="pod", why="a test says so").evolve(**changes)


def slo(service: ServiceRef = CHECKOUT, **changes) -> Slo:
    return Slo(name=f"{service.name}-slo", service=service, objective=0.999, sli=sli(service)).evolve(**changes)


def deployment(service: ServiceRef = CHECKOUT, **changes) -> Workload:
    whole = Workload(
        entity=named(service),
        uid=f"uid-{service.name}",
        generation=7,
        resource_version="100",
        spec_hash="aaaa",
        replicas=2,
    )
    return whole.evolve(**changes)


def profile(service: ServiceRef = CHECKOUT, **changes) -> Profile:
    return Profile(service=service, workload=deployment(service), slo=slo(service)).evolve(**changes)


def edge(callee: ServiceRef = PAYMENTS, caller: ServiceRef = CHECKOUT) -> Edge:
    calls = Select(metric="http_client_requests_total", matchers=[Matcher(label="server_address", value=callee.name)])
    return Edge(
        caller=caller,
        callee=callee,
        total=calls,
        bad=calls.where(Matcher(label="code", value="500")),
        known_by="a test",
    )


def rollout(seconds: float = -60, service: ServiceRef = CHECKOUT, **changes) -> Change:
    """Revision 4 became 7: the numbers in between are gone."""
    whole = Change(
        id=f"rollout-{service.name}-{seconds:g}",
        kind=ChangeKind.ROLLOUT,
        entity=named(service),
        at=after(seconds),
        summary="a new template",
        from_revision=4,
        to_revision=7,
    )
    return whole.evolve(**changes)


def config_change(seconds: float = -60, name: str = "checkout-config", **changes) -> Change:
    entity = Entity(kind="ConfigMap", namespace="shop", name=name)
    whole = Change(
        id=f"config-{name}-{seconds:g}", kind=ChangeKind.CONFIG, entity=entity, at=after(seconds), summary="edited"
    )
    return whole.evolve(**changes)


def revision(number: int, service: ServiceRef = CHECKOUT, **changes) -> Revision:
    """Its ReplicaSet is checkout-hashN."""
    whole = Revision(
        number=number, name=f"{service.name}-hash{number}", template_hash=f"hash{number}", created_at=after(-3600)
    )
    return whole.evolve(**changes)


def container(**changes) -> Container:
    return Container(name="app", ready=True, phase=ContainerPhase.RUNNING, started_at=after(-3600)).evolve(**changes)


def oom(seconds: float = 30) -> Termination:
    return Termination(reason="OOMKilled", exit_code=137, at=after(seconds))


def pod(name: str, number: int = 4, service: ServiceRef = CHECKOUT, **changes) -> Pod:
    """A ready pod of a revision, started an hour before the onset."""
    whole = Pod(
        namespace=service.namespace,
        name=name,
        owner=f"{service.name}-hash{number}",
        template_hash=f"hash{number}",
        ready=True,
        phase="Running",
        created_at=after(-3600),
        containers=[container()],
    )
    return whole.evolve(**changes)


class Load:
    """What one pod serves: `rps` requests a second, of which `healthy` fail, from the onset on (or `since`) `failing`."""

    def __init__(self, pod_name: str, *, rps: float = 20, healthy: float = 0.0, failing: float = 0.0, since=ONSET):
        self.pod, self.rps, self.healthy, self.failing = pod_name, rps, healthy, failing
        self.since = since.timestamp()
        self.began = ONSET.timestamp() - 86_400

    def total(self, moment: float) -> float:
        """The counter of requests at a moment."""
        return self.rps * (moment - self.began)

    def bad(self, moment: float) -> float:
        """The counter of failed ones."""
        sick = max(moment - self.since, 0.0)
        return self.rps * (self.healthy * (moment - self.began - sick) + self.failing * sick)


def moments(window: Window, step: int) -> list[float]:
    """The times a range answer has samples at."""
    start, end = window.start.timestamp(), window.end.timestamp()
    return [start + step * place for place in range(int((end - start) / step) + 1)]


def sampled(question: RangeQuestion, loads: list[Load], read: Callable[[Load, float], float]) -> MetricAnswer:
    """A range answer: one series a pod."""
    times = moments(question.window, question.step_seconds)
    series = [Series(labels={"pod": one.pod}, times=times, values=[read(one, t) for t in times]) for one in loads]
    return MetricAnswer(series=series)


class Notebook:
    """Evidence in the making; ids are E1, E2, … in the order of the answers."""

    def __init__(self, *profiles: Profile, recalled=(), started_at: datetime = ONSET) -> None:
        self.profiles = list(profiles) or [profile()]
        self.evidence: list[Evidence] = []
        self.recalled = list(recalled)
        self.incident = incident(started_at=started_at)
        self._ids = count(1)

    def answer(self, question: Question, answer) -> "Notebook":
        self.evidence.append(Evidence(id=f"E{next(self._ids)}", question=question, answer=answer, asked_at=ANCHOR))
        return self

    def gap(self, question: Question, reason: GapReason = GapReason.FAILED) -> "Notebook":
        return self.answer(question, Gap(reason=reason, detail="a test says so"))

    def facts(self) -> Facts:
        return Facts(self.incident, self.profiles, self.evidence, ANCHOR, self.recalled)

    def counted(self, loads: list[Load], place: int = 0) -> "Notebook":
        """The counting questions of a profile: survey (of the first), then refined around the first's onset."""
        mine = self.profiles[place]
        if place == 0:
            self._pair(survey_questions(mine, ANCHOR), loads)
        onset = self.facts().coarse_onset
        if onset:
            self._pair(refined_questions(mine, onset.at, ANCHOR), loads)
        return self

    def counted_as(self, questions, loads: list[Load]) -> "Notebook":
        """Any pair of counting questions."""
        self._pair(questions, loads)
        return self

    def _pair(self, questions, loads: list[Load]) -> None:
        total, bad = questions
        self.answer(total, sampled(total, loads, lambda load, moment: load.total(moment)))
        self.answer(bad, sampled(bad, loads, lambda load, moment: load.bad(moment)))

    def changed(self, *changes: Change, namespace: str = "shop") -> "Notebook":
        window = Window(start=after(-5400), end=ANCHOR)
        return self.answer(ChangesQuestion(namespace=namespace, window=window), Changes(items=list(changes)))

    def pods(self, *pods: Pod, service: ServiceRef = CHECKOUT) -> "Notebook":
        return self.answer(PodsQuestion(entity=named(service)), Pods(items=list(pods)))

    def revisions(self, *revisions: Revision, service: ServiceRef = CHECKOUT) -> "Notebook":
        return self.answer(RevisionsQuestion(entity=named(service)), Revisions(items=list(revisions)))

    def logged(self, pod_name: str, *texts: str, seconds: float | None = 30) -> "Notebook":
        moment = None if seconds is None else after(seconds)
        lines = [LogLine(at=moment, text=text) for text in texts]
        excerpt = LogExcerpt(pod=pod_name, container="app", lines=lines)
        return self.answer(LogsQuestion(namespace="shop", pod=pod_name), Logs(excerpt=excerpt))


def incident(**changes) -> Incident:
    whole = Incident(
        id="inc-1",
        service=CHECKOUT,
        title="Burn on shop/checkout",
        severity=Severity.PAGE,
        started_at=ONSET,
        opened_at=ONSET,
        alerts=[alert()],
    )
    return whole.evolve(**changes)


def alert(fingerprint: str = "f1", seconds: float = 0, *, resolved: bool = False, **labels: str) -> Alert:
    """One firing; without labels it names shop/checkout."""
    return Alert(
        fingerprint=fingerprint,
        status=AlertStatus.RESOLVED if resolved else AlertStatus.FIRING,
        starts_at=after(seconds),
        ends_at=after(seconds + 60) if resolved else None,
        labels=labels or {"alertname": "Burn", "namespace": "shop", "service": "checkout", "severity": "page"},
    )


def about(service: ServiceRef = CHECKOUT, change: Change | None = None) -> Subject:
    """A probe's subject."""
    return Subject(entity=service_entity(service), change=change)


def hypothesis(cause: str, probability: float = 0.5, service: ServiceRef = CHECKOUT, change: str = "") -> Hypothesis:
    return Hypothesis(
        id=f"{cause}|{service.name}|{change}",
        cause=cause,
        entity=service_entity(service),
        change=change,
        claim=f"{cause} of {service.name}",
        prior=probability,
        probability=probability,
    )
