"""What can carry out one kind of action, and what all of them share: how failures of a write are told.

Called by the actuator, implemented in integrations.kubernetes.actions.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.errors import Refused, Temporary, Uncertain
from agent.history import Contents
from agent.model.action import Action, Applied, Observed, Preview, TargetState
from agent.model.content import HistoryLimits
from integrations.kubernetes.access import Need
from integrations.kubernetes.api import Api
from integrations.kubernetes.failure import Failure


@dataclass(frozen=True)
class Writer:
    """The API, the name our writes carry, and what was recorded of ConfigMaps (None: nothing)."""

    api: Api
    manager: str
    contents: Contents | None = None
    history: HistoryLimits = field(default_factory=HistoryLimits)

    @property
    def parameters(self) -> dict[str, str]:
        """Of every write."""
        return {"fieldManager": self.manager}


class Doer(Protocol):
    """One kind of action. Failures of reading before a write may be raised as they are: nothing was changed."""

    @property
    def needs(self) -> tuple[Need, ...]:
        """The rights it takes to act, beyond those of reading."""

    async def preview(self, writer: Writer, action: Any) -> Preview:
        """What the server would make of it. Raises Failure, or Refused where it has no effect or no meaning here."""

    async def apply(self, writer: Writer, action: Any, expected: TargetState, key: str) -> Applied:
        """Do it once. Raises Refused, Temporary or Uncertain as the port says."""

    async def observe(self, writer: Writer, action: Any, expected: TargetState, key: str) -> Observed:
        """Whether an attempt with this key reached the target. Raises Failure where that cannot be read."""


def not_started(action: Action, failure: Failure) -> Refused | Temporary:
    """What a failure before any write means."""
    said = f"did not {action}, nothing was changed: {failure}"
    return Refused(said) if failure.denied else Temporary(said)


def not_written(action: Action, failure: Failure) -> Refused | Temporary | Uncertain:
    """What a failure of the write itself means."""
    if failure.may_have_arrived:
        return Uncertain(f"may or may not have managed to {action}: {failure}")
    return not_started(action, failure)
