"""SLOs as people write them in the configuration file, and their way into `agent.model.slo.Slo`.

An objective is 0.999 or "99.9%"; an indicator is PromQL with {{.window}} in it, or a metric with
label conditions. Part of `agent.settings`.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from agent.model.entity import ServiceRef
from agent.model.query import Matcher, MatchOp, Raw, Select
from agent.model.record import Record
from agent.model.rules import Objective
from agent.model.slo import WINDOW_PLACEHOLDER, Sli, Slo

_LABEL = r"^[a-zA-Z_][a-zA-Z0-9_]*$"
_METRIC = r"^[a-zA-Z_:][a-zA-Z0-9_:]*$"
_ADVICE = 'write the share of good events, as 0.999 or "99.9%"'


def share(written: Any) -> Any:
    """0.999 of "99.9%"; other forms pass, for pydantic to judge, except those that surely mean something else."""
    if isinstance(written, str) and written.strip().endswith("%"):
        try:
            written = float(Decimal(written.strip().removesuffix("%").strip()) / 100)
        except InvalidOperation:
            raise ValueError(f"this is no percentage; {_ADVICE}") from None
    if isinstance(written, bool):
        raise ValueError(_ADVICE)  # noqa: TRY004 - pydantic turns only ValueError into a complaint
    if isinstance(written, int | float) and not 0 < written < 1:
        raise ValueError(f"an objective lies between 0 and 1, both excluded; {_ADVICE}")
    return written


Share = Annotated[float, BeforeValidator(share), Field(gt=0, lt=1)]


def _with_share(written: Any) -> Any:
    if isinstance(written, dict) and "objective" in written:
        try:
            return written | {"objective": share(written["objective"])}
        except ValueError as error:
            raise PydanticCustomError("objective", "{said}", {"said": str(error), "key": "objective"}) from error
    return written


DefaultObjective = Annotated[Objective, BeforeValidator(_with_share)]
"""`agent.model.rules.Objective` that also understands percentages."""


class MetricSelector(Record):
    """A counter and the label conditions that pick its series."""

    metric: str = Field(pattern=_METRIC, description="name of a counter, e.g. http_requests_total")
    matchers: dict[Annotated[str, Field(pattern=_LABEL)], str] = Field(
        default={}, description='label: value; "=~regex", "!=value" and "!~regex" compare otherwise'
    )

    def select(self) -> Select:
        """The same as a query value."""
        return Select(metric=self.metric, matchers=[_matcher(label, text) for label, text in self.matchers.items()])


def _matcher(label: str, text: str) -> Matcher:
    """The longest operator in front wins; "=" in front makes the rest literal, whatever it begins with."""
    for op in (MatchOp.REGEX, MatchOp.NOT_REGEX, MatchOp.NOT_EQUAL, MatchOp.EQUAL):
        if text.startswith(op):
            return Matcher(label=label, op=op, value=text.removeprefix(op))
    return Matcher(label=label, value=text)


def _windowed(promql: str) -> str:
    if WINDOW_PLACEHOLDER not in promql:
        example = f"sum(rate(http_requests_total[{WINDOW_PLACEHOLDER}]))"
        raise ValueError(f"the query has no {WINDOW_PLACEHOLDER}; write it where the range goes, as in {example}")
    return promql


def _form(value: Any) -> str:
    return "selector" if isinstance(value, dict | MetricSelector) else "query"


PromQl = Annotated[str, AfterValidator(_windowed)]
Indicator = Annotated[
    Annotated[PromQl, Tag("query")] | Annotated[MetricSelector, Tag("selector")], Discriminator(_form)
]
"""PromQL, or a metric with conditions; told apart by their form, so that an error speaks of the one that was meant."""


class ServiceObjective(Record):
    """One configured SLO."""

    name: str = Field(min_length=1, description="what the SLO is called in reports")
    service: Annotated[str, AfterValidator(lambda text: str(ServiceRef.parse(text)))] = Field(
        description="the service, as NAMESPACE/NAME"
    )
    objective: Share = Field(description='share of good events that is promised, as 0.999 or "99.9%"')
    period_days: int = Field(default=30, gt=0, le=366, description="the period it is promised for")
    total: Indicator = Field(description="all events: PromQL with {{.window}} as its range, or a metric selector")
    bad: Indicator | None = Field(default=None, description="the bad ones, in the same forms (or give `good`)")
    good: Indicator | None = Field(default=None, description="the good ones, in the same forms (or give `bad`)")
    pod_label: str = Field(default="", description="the label that names the pod in these series, if there is one")

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        if (self.bad is None) == (self.good is None):
            raise ValueError("write `total` and exactly one of `good` and `bad`")
        return self

    def slo(self, number: int) -> Slo:
        """As the machine works with it; `number` is its place in the file's list."""
        return Slo(
            name=self.name,
            service=ServiceRef.parse(self.service),
            objective=self.objective,
            period_days=self.period_days,
            sli=Sli(
                total=_asked(self.total),
                bad=_asked(self.bad) if self.bad else None,
                good=_asked(self.good) if self.good else None,
                pod_label=self.pod_label,
                why=f"configured: slos[{number}]",
            ),
        )


def _asked(indicator: str | MetricSelector) -> Select | Raw:
    return indicator.select() if isinstance(indicator, MetricSelector) else Raw(promql=indicator)
