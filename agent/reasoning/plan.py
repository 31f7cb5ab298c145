"""What to ask, stage by stage. Pure: profiles and the moment in, questions out; the steps do the asking."""

from datetime import datetime, timedelta

from agent.model.entity import ServiceRef
from agent.model.profile import Profile
from agent.model.question import (
    ChangesQuestion,
    ConfigsQuestion,
    EventsQuestion,
    InstantQuestion,
    InventoryQuestion,
    MessagesQuestion,
    NodesQuestion,
    PodsQuestion,
    Question,
    RevisionsQuestion,
    SeriesQuestion,
    ServicesQuestion,
    SpansQuestion,
    WorkloadQuestion,
)
from agent.model.record import Window
from agent.model.slo import Slo
from agent.reasoning import calls, recent, signals, topology
from agent.reasoning.counting import SURVEY, refined_questions, survey_questions
from agent.reasoning.facts import Facts
from agent.slo import burn, conventions

RECENT = timedelta(hours=1)
"""Series are looked for within this: long enough to find what has just vanished."""


def identify(service: ServiceRef, anchor: datetime) -> list[Question]:
    """Who is it: the workload behind the name, and the series that may be its indicator and its calls."""
    if service.whole:
        return [InventoryQuestion(namespace=service.namespace), series(service, anchor)]
    return [WorkloadQuestion(namespace=service.namespace, name=service.name), series(service, anchor)]


def series(service: ServiceRef, anchor: datetime) -> SeriesQuestion:
    """Which of the conventions' series exist for a service."""
    selectors = [*conventions.selectors(service), *topology.selectors(service)]
    return SeriesQuestion(selectors=selectors, window=Window(start=anchor - RECENT, end=anchor))


def burning(slo: Slo, anchor: datetime) -> dict[int, InstantQuestion]:
    """The error ratio over every window of the burn table."""
    return {w: InstantQuestion(query=slo.sli.error_ratio(w), at=anchor) for w in burn.windows()}


def resolution(slo: Slo, anchor: datetime) -> list[InstantQuestion]:
    """Traffic over ever longer windows: the first with data tells how often the source is scraped."""
    return [InstantQuestion(query=slo.sli.traffic(seconds), at=anchor) for seconds in RATE_WINDOWS]


RATE_WINDOWS = [60, 150, 300]
"""Rates need two samples: scrape intervals of up to 30 s, 75 s and 150 s."""


def survey(profile: Profile, anchor: datetime, lookback: timedelta) -> list[Question]:
    """Everything about the alerting service and its namespace that needs no earlier answer."""
    service = profile.service
    window = Window(start=anchor - max(lookback, SURVEY), end=anchor)
    wide: list[Question] = [
        ChangesQuestion(namespace=service.namespace, window=window),
        InventoryQuestion(namespace=service.namespace),
        MessagesQuestion(namespace=service.namespace, window=window),
        SpansQuestion(namespace=service.namespace, window=window),
        *signals.questions(service.namespace, anchor),
        *calls.questions(service.namespace, anchor),
        # whom an SLO names is measured by its own counts
        *(recent.questions(service.namespace, anchor) if service.whole else []),
    ]
    if service.whole:
        return wide
    questions: list[Question] = [
        *survey_questions(profile, anchor),
        *wide,
        EventsQuestion(namespace=service.namespace),
        ServicesQuestion(namespace=service.namespace),
        NodesQuestion(),
    ]
    if profile.workload:
        entity = profile.workload.entity
        questions += [RevisionsQuestion(entity=entity), PodsQuestion(entity=entity), ConfigsQuestion(entity=entity)]
    return questions


def around_onset(facts: Facts) -> list[Question]:
    """The fine counts that sharpen the onset; nothing when no onset was seen."""
    onset = facts.coarse_onset
    return [*refined_questions(facts.profile, onset.at, facts.anchor)] if onset else []


def neighbours(profiles: list[Profile], alerting: ServiceRef, anchor: datetime, lookback: timedelta) -> list[Question]:
    """About whom it calls: their pods, and the changes of namespaces not asked about yet."""
    pods: list[Question] = [PodsQuestion(entity=p.workload.entity) for p in profiles if p.workload]
    window = Window(start=anchor - max(lookback, SURVEY), end=anchor)
    elsewhere = sorted({p.service.namespace for p in profiles if p.workload} - {alerting.namespace})
    return [*pods, *(ChangesQuestion(namespace=namespace, window=window) for namespace in elsewhere)]
