"""Stored series as a MetricSource: what the adapters whose cases are tables of metrics have in common."""

from agent.model.query import Series
from agent.model.question import Gap, MetricAnswer, MetricQuestion
from agent.reasoning.evaluate import answer


class Stored:
    """Answers every metric question from series in memory, as a Prometheus that holds them would."""

    def __init__(self, series: list[Series]) -> None:
        self.series = series

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """The evaluator's answer."""
        return answer(question, self.series)
