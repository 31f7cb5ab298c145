"""Which attempts a line of the policy is about: by namespace, service, action and severity. Matched in agent.policy.scopes."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from agent.model.action import action_kinds
from agent.model.entity import ServiceRef
from agent.model.record import Record
from agent.model.slo import Severity


def _service(text: str) -> str:
    return str(ServiceRef.parse(text))


def _kind(text: str) -> str:
    """A line about an action that does not exist would be about nothing, and a rule that narrows would not."""
    if text not in action_kinds():
        raise PydanticCustomError(
            "action", "there is no such kind of action; write one of {known}", {"known": ", ".join(action_kinds())}
        )
    return text


class Scope(Record):
    """Every list that is not empty must hold the attempt's; the more lists there are, the more specific the line."""

    namespaces: list[str] = Field(default=[], description="only in these namespaces; empty: in all")
    services: list[Annotated[str, AfterValidator(_service)]] = Field(
        default=[], description="only for these services, as NAMESPACE/NAME; empty: for all"
    )
    actions: list[Annotated[str, AfterValidator(_kind)]] = Field(
        default=[], description="only for these kinds of action, as `rollback`; empty: for all"
    )
    severities: list[Severity] = Field(default=[], description="only for incidents this severe; empty: for all")

    @property
    def specificity(self) -> int:
        """How many of the four are narrowed down."""
        return sum(map(bool, (self.namespaces, self.services, self.actions, self.severities)))
