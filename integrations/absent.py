"""What stands in for a source that is not configured, or that only knows the present: it answers, with a gap.

Chosen by agent.reality; that keeps "not configured" and "in the past" out of every step.
"""

from datetime import datetime

from agent.errors import Refused
from agent.model.action import Action, Applied, Observation, Observed, Preview, TargetState
from agent.model.question import (
    ChangesQuestion,
    ClusterAnswer,
    ClusterQuestion,
    ConnectQuestion,
    Gap,
    GapReason,
    MetricAnswer,
    MetricQuestion,
    RevisionsQuestion,
    SpansQuestion,
    WorkloadQuestion,
)
from agent.ports import ClusterSource

_KEPT = {"inventory": "objects", "messages": "log lines"}  # what a person calls them


class NoMetrics:
    """A MetricSource without a source."""

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """Always the same gap."""
        del question
        return Gap(reason=GapReason.NOT_CONFIGURED, detail="no Prometheus: set prometheus.url (--prometheus URL)")


class NoCluster:
    """A ClusterSource and an Actuator without a cluster; `why` says what would have to be configured."""

    def __init__(self, why: str) -> None:
        """`why` is shown to people."""
        self._gap = Gap(reason=GapReason.NOT_CONFIGURED, detail=why)

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """Always the same gap."""
        del question
        return self._gap

    async def preview(self, action: Action) -> Preview | Gap:
        """Always the same gap."""
        del action
        return self._gap

    async def apply(self, action: Action, expected: TargetState, key: str) -> Applied:
        """Always refused."""
        del expected, key
        raise Refused(f"{action}: {self._gap.detail}")

    async def observe(self, action: Action, expected: TargetState, key: str) -> Observed:
        """Nothing can be seen."""
        del action, expected, key
        return Observed(observation=Observation.CANNOT_TELL, detail=self._gap.detail)


class PastCluster:
    """A cluster asked about the past: what carries its own times is passed on, what is only a present state is a gap."""

    def __init__(self, present: ClusterSource, at: datetime) -> None:
        """`at` is the moment the investigation is about."""
        self._present, self._at = present, at

    async def ask(self, question: ClusterQuestion) -> ClusterAnswer | Gap:
        """Changes, revisions, spans and the workload's identity; everything else is out of range."""
        if isinstance(question, ChangesQuestion | RevisionsQuestion | WorkloadQuestion | SpansQuestion):
            return await self._present.ask(question)
        if isinstance(question, ConnectQuestion):
            detail = "a connection can be tried now, not in the past"
        else:
            what = _KEPT.get(question.kind, question.kind)
            detail = f"the cluster keeps no {what} of {self._at:%Y-%m-%d %H:%M} UTC, only the present ones"
        return Gap(reason=GapReason.OUT_OF_RANGE, detail=detail)
