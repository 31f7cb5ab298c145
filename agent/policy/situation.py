"""What a playbook is fitted to: the place of the confirmed cause as it is now, not as it was when the investigation began."""

from agent.model.change import Change
from agent.model.content import Version
from agent.model.entity import Entity
from agent.model.hypothesis import Condition
from agent.model.inventory import Estate
from agent.model.record import Record
from agent.model.workload import Revision, Workload


class Situation(Record):
    """The workload to act on, what changed it, the revisions that still exist, and the namespace around them."""

    workload: Workload | None
    change: Change | None = None  # the blamed one
    brought: Change | None = None  # where none is blamed: the rollout that brought the template running now
    revisions: list[Revision] = []
    estate: Estate | None = None  # None: the namespace could not be read
    condition: Condition | None = None  # the pinned one
    versions: list[Version] = []  # what the blamed ConfigMap held, the present content last
    flag: Change | None = None  # the turning of the flag that is blamed, or that let blamed code run
    flag_services: list[Entity] = []  # where flags may be turned off, beside ConfigMaps
