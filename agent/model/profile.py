"""What is known of a service before anything is suspected: its workload, SLO, and whom it calls."""

from agent.model.entity import ServiceRef
from agent.model.query import Select
from agent.model.record import Record
from agent.model.slo import Slo
from agent.model.workload import Workload


class Edge(Record):
    """Calls from one service to another, and how we know of them; without counters the edge is only a reference."""

    caller: ServiceRef
    callee: ServiceRef
    external: bool = False  # the callee is not a service of this cluster; its name is a host then
    total: Select | None = None
    bad: Select | None = None
    known_by: str


class Profile(Record):
    """One service, as far as it could be resolved."""

    service: ServiceRef
    workload: Workload | None = None
    slo: Slo | None = None
    edges: list[Edge] = []
    rate_seconds: int = 60  # the shortest rate window that has data here
    unresolved: str = ""  # what could not be found, and where it was looked for
