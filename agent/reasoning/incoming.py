"""What comes in: the courses of traffic of a namespace, and which of them rose before the trouble."""

from datetime import timedelta

from agent.model.signal import Signal, SignalKind
from agent.reasoning.cargo import loads
from agent.reasoning.facts import Facts
from agent.reasoning.once import once
from agent.reasoning.symptoms import Course, began, symptoms

MORE, MUCH_MORE = 1.6, 3.0
"""Times the usual load."""

AFTER = timedelta(minutes=2)
OUTGOING = (
    "out",
    "retry",
    "client",
    "upstream",
    "egress",
    "query",
    "queries",
    "write",
    "db_",
    "error",
    "fail",
    "duplicate",
)
"""Words of metrics that measure what a service sends or fails at, not what comes in."""


@once
def incoming(facts: Facts) -> list[Signal]:
    """Courses of what comes in."""
    return [
        s
        for s in facts.signals
        if s.kind is SignalKind.TRAFFIC and not any(word in s.name.lower() for word in OUTGOING)
    ]


def risen(facts: Facts) -> list[Course]:
    """Those that rose, before the trouble or as it began, and not because of a deployment that came well before it."""
    start, coming = began(facts), incoming(facts)
    return [
        course
        for course in symptoms(facts).courses
        if course.signal in coming
        and course.shift.up
        and course.shift.factor >= MORE
        and course.shift.at <= start + AFTER
        if not _deployed(facts, course)
    ]


def _deployed(facts: Facts, course: Course) -> bool:
    """Whether it began with a deployment of that service, long enough before the trouble not to be the trouble itself."""
    return any(
        load.deploy.entity.name == course.signal.service.name
        and abs(course.shift.at - load.at) <= AFTER
        and began(facts) - load.at > AFTER
        for load in loads(facts.changes)
    )
