"""What Steadyhand says about itself: structured logs on stderr, and its own Prometheus metrics.

Every value of every log line, ours or a library's, goes through `agent.redact`. structlog and
prometheus_client are imported at first use: most commands need neither.
"""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from agent.redact import MASK, redact, secret_name
from agent.visible import spelled

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
    from structlog.stdlib import BoundLogger
    from structlog.typing import Processor

_CHATTY = ("alembic", "aiosqlite", "httpcore", "httpx", "urllib3", "asyncio")
"""Libraries that at level debug tell every statement with its parameters: they speak up only when something is wrong."""

_FOREIGN = ("uvicorn", "uvicorn.error", "uvicorn.access")
_DEEPEST = 8
_OF_LINES = ("exception", "stack")
"""Keys whose values are tracebacks: several lines on a console too."""


def configure(level: str = "info", format: str = "json") -> None:  # noqa: A002 - named as the setting
    """Send all logs to stderr, as JSON lines or (`console`) as text; `level` is the least that is written."""
    import structlog  # noqa: PLC0415 - see the module's first lines

    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]
    last: list[Processor] = [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.StackInfoRenderer(),
        # as text, before masking, and without local variables, which hold secrets
        structlog.processors.format_exc_info,
        masked,
        _spelling(format),
        structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        if format == "console"
        else structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *first,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processors=last, foreign_pre_chain=first))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _FOREIGN:
        foreign = logging.getLogger(name)
        foreign.handlers, foreign.propagate = [], True
        foreign.setLevel(logging.NOTSET)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def log(name: str) -> "BoundLogger":
    """A logger: `log("daemon").info("what happened", key=value)`."""
    import structlog  # noqa: PLC0415 - see the module's first lines

    logger: BoundLogger = structlog.stdlib.get_logger(name)
    return logger


@contextmanager
def incident(incident_id: str) -> Iterator[None]:
    """Everything logged inside, in this task and those it starts, carries the incident's id."""
    import structlog  # noqa: PLC0415 - see the module's first lines

    with structlog.contextvars.bound_contextvars(incident=incident_id):
        yield


def masked(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """The structlog processor that masks secrets in every value, however deep, and under every secret-looking key."""
    return {key: _safe(value, key, _DEEPEST) for key, value in event.items()}


def _spelling(form: str) -> "Processor":
    """The processor that writes out what a terminal or a collector of lines would obey; JSON escapes its own line feeds."""
    keep = "" if form == "console" else "\n\t"

    def spell(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
        return {spelled(key): _spelled(value, "\n" if key in _OF_LINES else keep) for key, value in event.items()}

    return spell


def _spelled(value: Any, keep: str) -> Any:
    match value:
        case str():
            return spelled(value, keep)
        case dict():
            return {spelled(name, keep): _spelled(inner, keep) for name, inner in value.items()}
        case list():
            return [_spelled(inner, keep) for inner in value]
        case _:
            return value


def _safe(value: Any, key: str, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if secret_name(key):
        return MASK
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _inside(value, depth - 1) if depth else "…"
    if isinstance(value, int | float):
        return value
    return redact(value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value))


def _inside(value: Any, depth: int) -> Any:
    if isinstance(value, Mapping):
        return {redact(str(name)): _safe(inner, str(name), depth) for name, inner in value.items()}
    return [_safe(inner, "", depth) for inner in value]


@dataclass(frozen=True)
class Metrics:
    """Our own metrics, in a registry of their own; all names begin with `steadyhand_`."""

    registry: "CollectorRegistry"
    webhooks: "Counter"  # outcome
    alerts: "Counter"
    incidents: "Gauge"  # phase
    ready: "Gauge"
    questions: "Counter"  # source, outcome
    question_seconds: "Histogram"  # source
    actions: "Counter"  # kind, state
    verifications: "Counter"  # outcome
    step_seconds: "Histogram"  # step
    leases_lost: "Counter"
    contents: "Counter"  # outcome
    requests: "Counter"  # server
    watches: "Gauge"  # state
    lacking: "Gauge"

    def exposition(self) -> tuple[bytes, str]:
        """The Prometheus text format, and its content type."""
        from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - as above

        return generate_latest(self.registry), CONTENT_TYPE_LATEST


@cache
def metrics() -> Metrics:
    """The process's metrics."""
    return new_metrics()


def new_metrics() -> Metrics:
    """Metrics that start at nothing, for tests; everything else uses `metrics`."""
    from prometheus_client import (  # noqa: PLC0415 - see the module's first lines
        CollectorRegistry,
        Counter,
        Gauge,
        Histogram,
        ProcessCollector,
    )

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    ours: dict[str, Any] = {"namespace": "steadyhand", "registry": registry}
    slow = (0.005, 0.02, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60)
    return Metrics(
        registry=registry,
        webhooks=Counter("webhooks", "Webhook requests by what became of them.", ["outcome"], **ours),
        alerts=Counter("alerts", "Alerts taken in, repetitions included.", **ours),
        incidents=Gauge("incidents", "Open incidents by phase.", ["phase"], **ours),
        ready=Gauge("ready", "1 while nothing is in the way, 0 while GET /readyz says what is.", **ours),
        questions=Counter("questions", "Questions to sources by what came back.", ["source", "outcome"], **ours),
        question_seconds=Histogram("question_seconds", "Time until an answer.", ["source"], buckets=slow, **ours),
        actions=Counter("actions", "Ledger entries by the state they reached.", ["kind", "state"], **ours),
        verifications=Counter("verifications", "Verifications by outcome.", ["outcome"], **ours),
        step_seconds=Histogram("step_seconds", "Time spent in a step of the graph.", ["step"], buckets=slow, **ours),
        leases_lost=Counter("leases_lost", "Leases that another worker took over.", **ours),
        requests=Counter("requests", "Requests that were sent, repetitions included.", ["server"], **ours),
        watches=Gauge("watches", "Watched collections of the Kubernetes API by state.", ["state"], **ours),
        lacking=Gauge("lacking", "Sources and channels that could not be reached at the last look.", **ours),
        contents=Counter("contents", "Contents of ConfigMaps by what became of them.", ["outcome"], **ours),
    )
