"""Did the validity of something end when the trouble began: a gauge that reached zero, or a date that errors name?"""

from datetime import UTC, datetime, timedelta

from agent.model.question import InventoryQuestion, MessagesQuestion
from agent.model.signal import Signal, SignalKind
from agent.reasoning.certificates import ended, ends
from agent.reasoning.facts import Facts
from agent.reasoning.outside_signs import SHARE, sign
from agent.reasoning.probes import Probe, Reading, Subject
from agent.reasoning.symptoms import began, symptoms

NEAR = timedelta(minutes=3)
ABSOLUTE = 1e9
"""Gauges of expiry with values from here on are the moment itself in epoch seconds, no count-down."""


def _applies(facts: Facts, subject: Subject) -> bool:
    return subject.change is None and bool(symptoms(facts).loud)


def _read(facts: Facts, _subject: Subject) -> Reading | None:
    found, start = sign(facts, "certificate-expired"), began(facts)
    over = [
        s.name for s in facts.signals if s.kind is SignalKind.EXPIRY and (at := _ran_out(s)) and abs(at - start) <= NEAR
    ]
    dated = [text for text in _texts(facts) for moment in ends(text) if abs(moment - start) <= NEAR]
    listed = [f"{c.entity} of {', '.join(c.names[:3])} ended" for c in ended(facts, start, NEAR)]
    if found.services and (over or listed or dated):
        outcome = "passed"
        told = f"{over[0]} reached its end" if over else listed[0] if listed else f'"{dated[0][:120]}"'
    elif found.share >= SHARE:
        outcome, told = "said", f'errors say so: "{found.examples[0]}"'
    else:
        outcome, told = "no", "nothing says that a certificate or credential has expired"
    cited = [*facts.evidence_of(MessagesQuestion), *(facts.evidence_of(InventoryQuestion) if listed else [])]
    return Reading(outcome=outcome, statement=told, evidence=cited)


def _texts(facts: Facts) -> list[str]:
    told = [text for alert in facts.incident.alerts for text in alert.annotations.values()]
    return [*(saying.text for saying in symptoms(facts).sayings), *told]


def _ran_out(signal: Signal) -> datetime | None:
    """When a count-down passed zero, or the moment that a gauge names."""
    values = signal.values
    if values and min(values) >= ABSOLUTE:
        return datetime.fromtimestamp(min(values), UTC)
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
