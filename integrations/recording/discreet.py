"""Sources whose answers are redacted before anybody sees them, while a recording is made.

Adapters mask what they know to hold secrets; a file that is handed on is masked in every string. So that
the report of the recorded investigation is the report of its replay, both are made from the same masked answers.
"""

from agent.model.action import Action, Applied, Observed, Preview, TargetState
from agent.model.question import ClusterAnswer, ClusterQuestion, Gap, MetricAnswer, MetricQuestion
from agent.ports import Actuator, ClusterSource, MetricSource
from agent.redacted import redacted


class DiscreetMetrics:
    """A MetricSource."""

    def __init__(self, source: MetricSource) -> None:
        self._source = source

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """The source's answer, redacted."""
        return redacted(await self._source.ask(question))


class DiscreetCluster:
    """A ClusterSource."""

    def __init__(self, source: ClusterSource) -> None:
        self._source = source

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """The source's answer, redacted."""
        return redacted(await self._source.ask(question))


class DiscreetActuator:
    """An Actuator."""

    def __init__(self, actuator: Actuator) -> None:
        self._actuator = actuator

    async def preview(self, action: Action) -> Preview | Gap:
        """The actuator's answer, redacted."""
        return redacted(await self._actuator.preview(action))

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """As the actuator does."""
        return await self._actuator.apply(action, expected, key)

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """As the actuator does."""
        return await self._actuator.observe(action, expected, key)
