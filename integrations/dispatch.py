"""One `Actuator` of several: who acts follows from the kind of the target. Put together by agent.reality."""

from collections.abc import Mapping

from agent.model.action import Action, Applied, Observed, Preview, TargetState
from agent.model.question import Gap
from agent.ports import Actuator


class ByTarget:
    """Implements `agent.ports.Actuator` by asking another."""

    def __init__(self, actuator: Actuator, others: Mapping[str, Actuator]) -> None:
        """`others` act on targets of these kinds, `actuator` on all the rest."""
        self._actuator, self._others = actuator, others

    async def preview(self, action: Action) -> Preview | Gap:
        """As its actuator says."""
        return await self._of(action).preview(action)

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """As its actuator does."""
        return await self._of(action).apply(action, expected, key)

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """As its actuator sees it."""
        return await self._of(action).observe(action, expected, key)

    def _of(self, action: Action) -> Actuator:
        return self._others.get(action.target.kind, self._actuator)
