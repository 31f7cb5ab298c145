"""Did the validity of something end when the trouble began: a gauge that reached zero, or a date that errors name?"""

import re
from datetime import UTC, datetime, timedelta

from agent.model.question import MessagesQuestion
from agent.model.signal import Signal, SignalKind
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import SHARE, sign
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import began, symptoms

NEAR = timedelta(minutes=3)
_DATE = re.compile(
    r"(?:not ?after|valid (?:until|to)|expir\w*|is after|validity)[^\d]{0,20}(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d)?)",
    re.IGNORECASE,
)


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    found, start = sign(facts, "certificate-expired"), began(facts)
    ended = [
        s.name for s in facts.signals if s.kind is SignalKind.EXPIRY and (at := _ran_out(s)) and abs(at - start) <= NEAR
    ]
    dated = [text for text in _texts(facts) for moment in _dates(text) if abs(moment - start) <= NEAR]
    if found.services and (ended or dated):
        outcome, told = "passed", f"{ended[0]} reached zero" if ended else f'"{dated[0][:120]}"'
    elif found.share >= SHARE:
        outcome, told = "said", f'errors say so: "{found.examples[0]}"'
    else:
        outcome, told = "no", "nothing says that a certificate or credential has expired"
    return Reading(outcome=outcome, statement=told, evidence=facts.evidence_of(MessagesQuestion))


def _texts(facts: Facts) -> list[str]:
    told = [text for alert in facts.incident.alerts for text in alert.annotations.values()]
    return [*(saying.text for saying in symptoms(facts).sayings), *told]


def _dates(text: str) -> list[datetime]:
    found = []
    for match in _DATE.finditer(text):
        try:
            found.append(datetime.fromisoformat(match[1].replace(" ", "T")).replace(tzinfo=UTC))
        except ValueError:
            continue
    return found


def _ran_out(signal: Signal) -> datetime | None:
    """When a count-down passed zero."""
    values = signal.values
    for before, after, moment in zip(values, values[1:], signal.times[1:], strict=False):
        if before > 0 >= after:
            return datetime.fromtimestamp(moment, UTC)
    return None


PROBE = Probe(
    name="expiry",
    question="did something's validity end when the trouble began?",
    otherwise={"passed": 0.01, "said": 0.01, "no": 0.98},
    cost=0.3,
    applies=_applies,
    needs=lambda _facts, _subject: [],
    read=_read,
    whole=True,
)
