"""Who keeps an object as it is declared elsewhere: a GitOps tool, an operator, Helm."""

from agent.model.entity import Entity
from agent.model.record import Record


class Keeper(Record):
    """One keeper of one object. `reconciles`: what we write there it would put back within minutes."""

    entity: Entity  # what is kept
    tool: str  # "Argo CD", "Flux", "Helm", the kind of the object that owns it
    name: str = ""  # of the application, the release, the owner
    reconciles: bool = True

    def __str__(self) -> str:
        return f"{self.tool} {self.name}".strip()
