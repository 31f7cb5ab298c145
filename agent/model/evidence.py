"""One observation together with the question that made it; everything a report says cites these."""

from agent.model.question import Gap, InstantQuestion, Question, RangeQuestion, Reply, SeriesQuestion
from agent.model.record import Instant, Record

SOURCES = {"logs": "logs", "messages": "logs", "spans": "traces", "changes": "changes", "events": "events"}
"""Which kind of source a question belongs to, where it is not the cluster."""


class Evidence(Record):
    """Question, answer or gap, and when it was asked. `id` is E1, E2, … within its incident."""

    id: str
    question: Question
    answer: Reply
    asked_at: Instant

    @property
    def gap(self) -> Gap | None:
        """The gap, where there is one."""
        return self.answer if isinstance(self.answer, Gap) else None

    @property
    def source(self) -> str:
        """Which kind of source was asked: metrics, logs, traces, changes, events or cluster."""
        if isinstance(self.question, InstantQuestion | RangeQuestion | SeriesQuestion):
            return "metrics"
        return SOURCES.get(self.question.kind, "cluster")
