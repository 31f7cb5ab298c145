"""Evidence as a report lists it: what was asked, in words or as the PromQL to paste, and what came back in short."""

from agent.model.evidence import Evidence
from agent.model.question import (
    ChangesQuestion,
    ConfigsQuestion,
    Connected,
    ConnectQuestion,
    EventsQuestion,
    Gap,
    InstantQuestion,
    Inventory,
    InventoryQuestion,
    Logs,
    LogsQuestion,
    MessagesQuestion,
    MetricAnswer,
    NodesQuestion,
    PodsQuestion,
    Question,
    RangeQuestion,
    RevisionsQuestion,
    SeriesQuestion,
    ServicesQuestion,
    SpansQuestion,
    WorkloadQuestion,
)
from agent.model.report import Cited


def cite(evidence: Evidence) -> Cited:
    """One line of the evidence list."""
    return Cited(
        id=evidence.id,
        source=evidence.source,
        question=_asked(evidence),
        summary=_summary(evidence),
        asked_at=evidence.asked_at,
    )


def _asked(evidence: Evidence) -> str:
    question = evidence.question
    if not isinstance(question, InstantQuestion | RangeQuestion):
        return in_words(question)
    text = (evidence.answer.text if isinstance(evidence.answer, MetricAnswer) else "") or in_words(question)
    if isinstance(question, RangeQuestion):
        return f"{text}  [{question.window.start:%H:%M:%S} to {question.window.end:%H:%M:%S}, every {question.step_seconds} s]"
    return f"{text}  [at {question.at:%H:%M:%S}]"


def in_words(question: Question) -> str:  # noqa: C901, PLR0911, PLR0912 - one line for each member of a closed set
    """What was asked, for people."""
    match question:
        case InstantQuestion() | RangeQuestion():
            return f"metric query {question.query.kind}"
        case SeriesQuestion():
            return f"which of {len(question.selectors)} known series exist"
        case WorkloadQuestion():
            return f"the workload behind {question.namespace}/{question.name}"
        case RevisionsQuestion():
            return f"revisions of {question.entity}"
        case PodsQuestion():
            return f"pods of {question.entity}"
        case ConfigsQuestion():
            return f"configuration {question.entity} refers to"
        case EventsQuestion():
            return f"events in {question.namespace}"
        case ServicesQuestion():
            return f"services and endpoints in {question.namespace}"
        case NodesQuestion():
            return "nodes"
        case LogsQuestion():
            return f"last {question.lines} log lines of {question.namespace}/{question.pod}"
        case ChangesQuestion():
            return f"changes in {question.namespace} since {question.window.start:%H:%M}"
        case InventoryQuestion():
            return f"the objects of {question.namespace}, and the nodes"
        case MessagesQuestion():
            whose = ", ".join(question.services) or "all services"
            return f"log lines of {whose} in {question.namespace} since {question.window.start:%H:%M}"
        case SpansQuestion():
            return f"trace spans in {question.namespace} since {question.window.start:%H:%M}"
        case ConnectQuestion():
            return f"a connection to port {question.port} of {question.namespace}/{question.service}"


def _summary(evidence: Evidence) -> str:
    answer = evidence.answer
    if isinstance(answer, Gap):
        return f"no answer, {answer.reason}: {answer.detail}"
    if isinstance(answer, MetricAnswer):
        return _metric(answer)
    if isinstance(answer, Logs):
        return f"{len(answer.excerpt.lines)} lines"
    if isinstance(answer, Inventory):
        estate = answer.estate
        return f"{len(estate.workloads)} workloads, {len(estate.pods)} pods, {len(estate.routes)} services, {len(estate.machines)} nodes"
    if isinstance(answer, Connected):
        return answer.detail or ("accepted" if answer.accepted else "not accepted")
    return f"{len(answer.items)} found"


def _metric(answer: MetricAnswer) -> str:
    values = [series.values[-1] for series in answer.series if series.values]
    warned = f"; warnings: {'; '.join(answer.warnings)}" if answer.warnings else ""
    if len(values) == 1:
        return f"{values[0]:.6g}{warned}"
    return f"{len(answer.series)} series{warned}"
