"""What a GitOps tool keeps in a namespace, and how far it has come: an Argo CD Application, a Flux Kustomization or HelmRelease."""

from agent.model.entity import Entity
from agent.model.record import Instant, Record


class Delivered(Record):
    """One object that a delivery keeps, as its tool sees it."""

    entity: Entity
    differs: bool = False  # live is not what is declared
    detail: str = ""  # of its health, or of its last sync


class Applied(Record):
    """One entry of the history that Argo CD keeps of what it applied."""

    id: int
    revision: str


class Delivery(Record):
    """One source of objects. `complaints` are the tool's own words for what does not work, "Reason: message"."""

    entity: Entity
    tool: str  # "Argo CD" or "Flux"
    suspended: bool = False
    automatic: bool = True  # applies by itself what is declared
    differs: bool = False  # live is not what is declared, as the tool says
    complaints: list[str] = []
    applied: str = ""  # the revision that was applied last
    wanted: str = ""  # the one that should be
    failed: bool = False  # the last try to apply did not succeed
    applied_at: Instant | None = None
    needs: list[Entity] = []  # deliveries that must be ready before it
    ready: bool = True
    history: list[Applied] = []
    objects: list[Delivered] = []
