"""SLI, SLO and burn rate in the Google SRE workbook's words."""

from enum import StrEnum

from pydantic import Field

from agent.model.entity import ServiceRef
from agent.model.query import Aggregate, Query, Rate, Ratio, Raw, Select
from agent.model.record import Instant, Record

WINDOW_PLACEHOLDER = "{{.window}}"
"""Where a user's own SLI query wants its range, as Sloth writes it."""


class Severity(StrEnum):
    """How fast a person is needed."""

    PAGE = "page"  # now: the budget is gone in hours
    TICKET = "ticket"  # in working hours


class Sli(Record):
    """What share of events is bad: `bad` over `total`, or one minus `good` over `total`.

    A `Raw` expression holds {{.window}} where the range goes and cannot be split by a label.
    `pod_label` is the label that names the pod in these series ("" if there is none); `why` is one
    sentence for the report on where this indicator comes from.
    """

    total: Select | Raw
    bad: Select | Raw | None = None
    good: Select | Raw | None = None
    pod_label: str = ""
    why: str

    @property
    def splittable(self) -> bool:
        """Whether the error ratio can be asked by label."""
        return isinstance(self.total, Select) and not isinstance(self.bad or self.good, Raw)

    def error_ratio(self, window_seconds: int, by: list[str] | None = None) -> Ratio:
        """The error ratio over a window, 0 to 1, by labels where splittable."""
        part = self.bad or self.good or self.total
        return Ratio(
            numerator=_over(part, window_seconds, by),
            denominator=_over(self.total, window_seconds, by),
            complement=self.bad is None,
        )

    def traffic(self, window_seconds: int, by: list[str] | None = None) -> Query:
        """Events per second over a window."""
        return _over(self.total, window_seconds, by)


def _over(part: Select | Raw, window_seconds: int, by: list[str] | None) -> Query:
    if isinstance(part, Raw):
        return Raw(promql=part.promql.replace(WINDOW_PLACEHOLDER, f"{window_seconds}s"))
    return Aggregate(of=Rate(of=part, window_seconds=window_seconds), by=by or [])


class Slo(Record):
    """A promise: `objective` of events are good over `period_days`."""

    name: str
    service: ServiceRef
    objective: float = Field(gt=0, lt=1)
    period_days: int = Field(default=30, gt=0)
    sli: Sli
    assumed: bool = False  # nobody stated this objective: it is the configured default


class BurnReading(Record):
    """One row of the multi-window table: burn over the long and the short window against its factor."""

    severity: Severity
    factor: float
    long_seconds: int
    short_seconds: int
    long_burn: float | None = None  # None: no data
    short_burn: float | None = None

    @property
    def fires(self) -> bool:
        """Both windows burn faster than the factor."""
        return (self.long_burn or 0) > self.factor and (self.short_burn or 0) > self.factor


class Burn(Record):
    """How fast the error budget burns at a moment: 1.0 spends exactly the budget in the period."""

    at: Instant
    objective: float
    readings: list[BurnReading]

    @property
    def worst(self) -> float | None:
        """The highest short-window burn that was measured."""
        measured = [r.short_burn for r in self.readings if r.short_burn is not None]
        return max(measured, default=None)

    @property
    def sustained(self) -> float | None:
        """The highest burn that both windows of a row show; None: no row has both."""
        both = [
            min(r.long_burn, r.short_burn)
            for r in self.readings
            if r.long_burn is not None and r.short_burn is not None
        ]
        return max(both, default=None)

    @property
    def severity(self) -> Severity | None:
        """Page before ticket before nothing."""
        firing = [r.severity for r in self.readings if r.fires]
        return min(firing, key=list(Severity).index, default=None)
