"""Which attempts a line of the policy is about: by namespace, service, action and severity. Matched in agent.policy.scopes."""

from typing import Annotated

from pydantic import AfterValidator, Field

from agent.model.entity import ServiceRef
from agent.model.record import Record
from agent.model.slo import Severity


def _service(text: str) -> str:
    return str(ServiceRef.parse(text))


class Scope(Record):
    """Every list that is not empty must hold the attempt's; the more lists there are, the more specific the line."""

    namespaces: list[str] = Field(default=[], description="only in these namespaces; empty: in all")
    services: list[Annotated[str, AfterValidator(_service)]] = Field(
        default=[], description="only for these services, as NAMESPACE/NAME; empty: for all"
    )
    actions: list[str] = Field(default=[], description="only for these kinds of action, as `rollback`; empty: for all")
    severities: list[Severity] = Field(default=[], description="only for incidents this severe; empty: for all")

    @property
    def specificity(self) -> int:
        """How many of the four are narrowed down."""
        return sum(map(bool, (self.namespaces, self.services, self.actions, self.severities)))
