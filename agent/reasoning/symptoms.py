"""What went wrong, in words: the log messages, failed operations and courses that are new since the trouble began.

Everything the other modules compare with changes and known mechanisms comes from here.
"""

from datetime import datetime, timedelta

from agent.model.message import Message
from agent.model.record import Instant, Record
from agent.model.signal import Signal, SignalKind
from agent.reasoning.facts import Facts
from agent.reasoning.once import once
from agent.reasoning.shift import Shift, shift
from agent.reasoning.templates import Miner, loud

SPAN = timedelta(minutes=30)
"""Messages are new against at least this much of the time before."""

USUAL = 0.2
"""A message of which more than this share was logged in the first half of the time is nothing new."""

REPEATED = 2
GROWN = 0.5
"""The share of a pattern's count that must be more than before."""

FEED = "feed"
"""A field of messages that are not a service's own: a provider's status page."""

STACKS = ("stack", "trace", "exception", "frame", "cause", "error")
BAD = {SignalKind.ERRORS, SignalKind.LATENCY, SignalKind.AVAILABILITY}
GROWTH = 1.3


class Saying(Record):
    """One shape of message that is new: an example, how often, since when; `loud` when it speaks of a failure."""

    service: str
    text: str  # an example, with its structured fields' texts
    template: str
    count: int
    first: Instant | None
    loud: bool
    fields: dict[str, str] = {}


class Course(Record):
    """A signal that left its level."""

    signal: Signal
    shift: Shift


class Symptoms(Record):
    """All of it."""

    sayings: list[Saying]
    courses: list[Course]
    calm: list[str]  # examples of what is logged as usual
    failed: list[Saying]  # errors of spans, each once

    @property
    def loud(self) -> list[Saying]:
        """New messages and failed operations that speak of a failure."""
        return [*(saying for saying in self.sayings if saying.loud), *self.failed]


@once
def symptoms(facts: Facts) -> Symptoms:
    """Read them from the facts, once."""
    sayings, calm = _sayings(facts)
    courses = [Course(signal=s, shift=found) for s in facts.signals if (found := shift(s)) is not None]
    return Symptoms(sayings=sayings, courses=[c for c in courses if _matters(c)], calm=calm, failed=_failed(facts))


def _matters(course: Course) -> bool:
    return course.shift.factor >= GROWTH


def _sayings(facts: Facts) -> tuple[list[Saying], list[str]]:
    """(what is new, examples of what is not)."""
    dated = [m for m in facts.messages if m.at is not None and FEED not in m.fields]
    began = min((m.at for m in dated if m.at), default=facts.anchor)
    half = min(began, facts.anchor - SPAN) + (facts.anchor - min(began, facts.anchor - SPAN)) / 2
    miner, groups = Miner(), dict[tuple[str, int], list[Message]]()
    for message in (m for m in facts.messages if FEED not in m.fields):
        groups.setdefault((message.service, miner.add(message.text)), []).append(message)
    new, calm = [], []
    for (_, number), group in groups.items():
        if _is_new(group, half):
            new.append(_saying(group, miner.text(number)))
        else:
            calm.append(group[0].text)
    return new, calm


def _is_new(group: list[Message], half: datetime) -> bool:
    dated = [m for m in group if m.at is not None]
    if dated:
        early = sum(m.count for m in dated if m.at and m.at < half)
        return early <= USUAL * sum(m.count for m in dated)
    return any(m.count > 0 and _number(m.fields.get("more than before", "")) >= GROWN * m.count for m in group)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _saying(group: list[Message], template: str) -> Saying:
    example = max(group, key=lambda m: (m.at is not None, sum(map(len, m.fields.values()))))
    stacks = [value for key, value in example.fields.items() if any(word in key.lower() for word in STACKS)]
    return Saying(
        service=example.service,
        text="\n".join([example.text, *stacks]),
        template=template,
        count=sum(m.count for m in group),
        first=min((m.at for m in group if m.at), default=None),
        loud=any(loud(m.level, m.text) for m in group),
        fields=example.fields,
    )


def _failed(facts: Facts) -> list[Saying]:
    found: dict[tuple[str, str], Saying] = {}
    for span in facts.spans:
        if span.failed and span.error and (span.service, span.error) not in found:
            text = f"{span.name} {span.error}"
            found[span.service, span.error] = Saying(
                service=span.service, text=text, template=text, count=1, first=span.at, loud=True, fields=span.fields
            )
    return list(found.values())


LAG = timedelta(minutes=10)
"""Alerts fire some minutes after what they are about has begun."""


def from_then_on(facts: Facts) -> datetime:
    """Since when events belong to the trouble: its beginning, and where nothing shows it, some minutes before the alert."""
    found = began(facts)
    return found if found < facts.incident.started_at or facts.onset else found - LAG


@once
def began(facts: Facts) -> datetime:
    """When the trouble began: the first of the new failures, in messages or in courses of errors and latency."""
    if facts.onset is not None:
        return facts.onset.at
    seen = symptoms(facts)
    times = [s.first for s in seen.sayings if s.loud and s.first and s.count >= REPEATED]
    struck = {s.service for s in seen.loud} | {alerting(facts)}
    times += [c.shift.at for c in seen.courses if c.signal.kind in BAD and c.signal.service.name in struck and bad(c)]
    recent = [moment for moment in times if moment >= facts.anchor - 2 * SPAN]
    return min(recent or times, default=facts.incident.started_at)


def alerting(facts: Facts) -> str:
    """The service the incident is about; of a whole namespace, the one its alerts name, if they do."""
    if not facts.profile.service.whole:
        return facts.profile.service.name
    return next((alert.labels["service"] for alert in facts.incident.alerts if alert.labels.get("service")), "")


def visible(facts: Facts) -> bool:
    """Whether the failures themselves are in sight: new errors in logs or traces, or courses of errors that left their level."""
    seen = symptoms(facts)
    said = any(saying.count >= REPEATED for saying in seen.loud)
    return said or any(course.signal.kind in BAD and bad(course) for course in seen.courses)


def bad(course: Course) -> bool:
    """Whether a course moved to the worse: errors and latency up, availability down."""
    return course.shift.up is (course.signal.kind is not SignalKind.AVAILABILITY)
