"""Ways into a namespace as their controllers see them: the Gateways there are, and the routes that hang on them."""

from agent.model.entity import Entity
from agent.model.record import Record


class Listener(Record):
    """One listener of a Gateway."""

    name: str
    port: int = 0
    hostname: str = ""  # "" for any; *.DOMAIN for all below it
    takes_from: str = "Same"  # routes of which namespaces: Same, All, Selector, None


class Gateway(Record):
    """A Gateway of the Gateway API."""

    entity: Entity
    listeners: list[Listener] = []


class Parent(Record):
    """A Gateway that a route wants to hang on."""

    entity: Entity
    section: str = ""  # the listener's name, "" for any
    port: int = 0  # 0 for any


class Way(Record):
    """An HTTPRoute; `refusals` are its parents' conditions that are False, "Type: Reason: message"."""

    entity: Entity
    hosts: list[str] = []
    parents: list[Parent] = []
    refusals: list[str] = []
