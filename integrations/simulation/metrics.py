"""The simulated world as a metrics source: the stored samples a question can touch, evaluated by `agent.reasoning.evaluate`."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from agent.model.query import Aggregate, Increase, MatchOp, Quantile, Query, Rate, Ratio, Raw, Select, Series
from agent.model.question import Gap, InstantQuestion, MetricAnswer, MetricQuestion, RangeQuestion
from agent.reasoning.evaluate import answer
from integrations.simulation.world import World

LOOK_BACK_SECONDS = 300
"""How far back Prometheus looks for the newest sample of a series."""


@dataclass(frozen=True)
class _Need:
    """A selector with the seconds it reaches back."""

    select: Select
    reach: int


class SimulatedMetrics:
    """Implements `agent.ports.MetricSource`."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def ask(self, question: MetricQuestion) -> MetricAnswer | Gap:
        """Series for the question; no matching series is Gap(EMPTY)."""
        self._world.advance()
        start, end, needs = _needed(question)
        return answer(question, self._series(start, end, needs))

    def _series(self, start: datetime, end: datetime, needs: list[_Need]) -> list[Series]:
        samples, found = self._world.samples, {}
        reach = max((need.reach for need in needs), default=0)
        for need in needs:
            for row in samples.of_metric(need.select.metric) if need.select.metric else range(len(samples.labels)):
                if row not in found and _may_match(need.select, samples.labels[row]):
                    found[row] = samples.labels[row]
        rows = list(found)
        times, values = samples.window(rows, start.timestamp() - reach, end.timestamp())
        return [
            Series.model_construct(labels=labels, times=times[there].tolist(), values=one[there].tolist())
            for labels, one in zip(found.values(), values, strict=True)
            if (there := np.isfinite(one)).any()
        ]


def _may_match(select: Select, labels: dict[str, str]) -> bool:
    """By the plain equalities only: all other conditions are the evaluator's business, errors in them too."""
    return all(m.op is not MatchOp.EQUAL or labels.get(m.label, "") == m.value for m in select.matchers)


def _needed(question: MetricQuestion) -> tuple[datetime, datetime, list[_Need]]:
    if isinstance(question, InstantQuestion):
        return question.at, question.at, _selects(question.query)
    if isinstance(question, RangeQuestion):
        return question.window.start, question.window.end, _selects(question.query)
    return question.window.start, question.window.end, [_Need(select, 0) for select in question.selectors]


def _selects(query: Query) -> list[_Need]:
    match query:
        case Select():
            return [_Need(query, LOOK_BACK_SECONDS)]
        case Rate() | Increase():
            return [_Need(query.of, query.window_seconds)]
        case Aggregate() | Quantile():
            return _selects(query.of)
        case Ratio():
            return [*_selects(query.numerator), *_selects(query.denominator)]
        case Raw():
            return []
