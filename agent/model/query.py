"""Metric queries as values: the closed set of things that may be asked of a metrics source.

The Prometheus adapter renders them to PromQL; `agent.reasoning.evaluate` computes the same value
over stored series with numpy. tests/contracts holds the two to the same results.
"""

import re
from enum import StrEnum
from functools import lru_cache
from math import isfinite
from typing import Annotated, Literal, Self, TypeAlias, Union

from pydantic import Field, model_validator

from agent.model.record import Record


class MatchOp(StrEnum):
    """How a label is compared; regular expressions are anchored at both ends, as in PromQL (RE2)."""

    EQUAL = "="
    NOT_EQUAL = "!="
    REGEX = "=~"
    NOT_REGEX = "!~"


class Matcher(Record):
    """One label condition; a label that is absent counts as the empty string."""

    label: str
    op: MatchOp = MatchOp.EQUAL
    value: str

    def accepts(self, labels: dict[str, str]) -> bool:
        """Whether a series with these labels passes."""
        present = labels.get(self.label, "")
        if self.op in (MatchOp.EQUAL, MatchOp.NOT_EQUAL):
            return (present == self.value) is (self.op is MatchOp.EQUAL)
        return bool(_pattern(self.value).fullmatch(present)) is (self.op is MatchOp.REGEX)


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


class Select(Record):
    """The newest sample of each series of a metric, no older than the source's look-back (5 minutes)."""

    kind: Literal["select"] = "select"
    metric: str
    matchers: list[Matcher] = []

    def accepts(self, labels: dict[str, str]) -> bool:
        """Whether a series with these labels (including `__name__`) is selected."""
        return labels.get("__name__") == self.metric and all(matcher.accepts(labels) for matcher in self.matchers)

    def where(self, *matchers: Matcher) -> "Select":
        """The same selection, narrowed."""
        return self.evolve(matchers=[*self.matchers, *matchers])


class Rate(Record):
    """Per-second increase of counters over the window, resets corrected, extrapolated as PromQL `rate` does."""

    kind: Literal["rate"] = "rate"
    of: Select
    window_seconds: int = Field(gt=0)


class Increase(Record):
    """Increase of counters over the window: `Rate` times the window."""

    kind: Literal["increase"] = "increase"
    of: Select
    window_seconds: int = Field(gt=0)


class AggregateOp(StrEnum):
    """How several series become one."""

    SUM = "sum"
    AVG = "avg"
    MIN = "min"
    MAX = "max"
    COUNT = "count"


class Aggregate(Record):
    """One series for each combination of the `by` labels (none: one series in all)."""

    kind: Literal["aggregate"] = "aggregate"
    op: AggregateOp = AggregateOp.SUM
    of: "Query"
    by: list[str] = []


class Ratio(Record):
    """numerator / denominator, matched on equal label sets.

    A denominator without a numerator counts as numerator 0 (no error series yet means no errors);
    a numerator without a denominator is dropped; 0/0 is NaN. With `complement`, 1 minus that.
    """

    kind: Literal["ratio"] = "ratio"
    numerator: "Query"
    denominator: "Query"
    complement: bool = False


class Quantile(Record):
    """PromQL `histogram_quantile(q, of)`: `of` must keep the label `le` (classic buckets)."""

    kind: Literal["quantile"] = "quantile"
    q: float = Field(ge=0, le=1)
    of: "Query"


class Raw(Record):
    """A user's own PromQL, passed on verbatim; nothing but a real Prometheus can answer it."""

    kind: Literal["raw"] = "raw"
    promql: str


Query: TypeAlias = Annotated[
    Union[Select, Rate, Increase, Aggregate, Ratio, Quantile, Raw],  # noqa: UP007 - forward references need Union
    Field(discriminator="kind"),
]

for _record in (Aggregate, Ratio, Quantile):
    _record.model_rebuild()


class Series(Record):
    """One time series: label set (with `__name__` where the source keeps it), epoch seconds, values of equal length."""

    labels: dict[str, str] = {}
    times: list[float] = []
    values: list[float] = []

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if len(self.times) != len(self.values):
            raise ValueError(f"{len(self.times)} times and {len(self.values)} values: one value a time is needed")
        if not all(map(isfinite, self.times)):
            raise ValueError("a time that is no number")
        return self
