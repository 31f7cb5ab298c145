"""Events of a namespace, from the core API: the newer one leaves times null for most emitters."""

from datetime import UTC, datetime

from agent.model.cluster import KubeEvent
from agent.model.entity import Entity
from agent.model.question import Events, EventsQuestion
from agent.redact import redact
from integrations.kubernetes.api import Api
from integrations.kubernetes.fields import Json, moment, number, text
from integrations.kubernetes.route import Route

COMPONENT = "steadyhand"
"""The source of Events that we write (notices.py)."""

_LONGEST_MESSAGE = 1000
_NEVER = datetime.fromtimestamp(0, UTC)


async def read(api: Api, question: EventsQuestion) -> Events:
    """Oldest first by when they were last seen."""
    listed = await api.recent(Route("v1", "events", question.namespace))
    return Events(items=told(listed))


def told(listed: list[Json]) -> list[KubeEvent]:
    """Oldest first by when they were last seen, without our own: what we said ourselves is evidence of nothing."""
    others = (converted(each) for each in listed if text(each, "source", "component") != COMPONENT)
    return sorted(others, key=lambda event: event.last_at or _NEVER)


def converted(found: Json) -> KubeEvent:
    """The record of a raw Event."""
    made = moment(found, "eventTime") or moment(found, "metadata", "creationTimestamp")
    first = moment(found, "firstTimestamp") or made
    return KubeEvent(
        entity=Entity(
            kind=text(found, "involvedObject", "kind"),
            namespace=text(found, "involvedObject", "namespace"),
            name=text(found, "involvedObject", "name"),
        ),
        type=text(found, "type"),
        reason=text(found, "reason"),
        message=redact(text(found, "message"))[:_LONGEST_MESSAGE],
        count=number(found, "series", "count") or number(found, "count") or 1,
        first_at=first,
        last_at=moment(found, "series", "lastObservedTime") or moment(found, "lastTimestamp") or first,
    )
