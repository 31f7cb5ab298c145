"""An attempt as a person writes it down to ask what the policy would say: docs/policy.md has one. What is left out is unknown."""

from datetime import datetime
from typing import Annotated

from pydantic import BeforeValidator, Field

from agent.complaints import nearest
from agent.errors import Unusable
from agent.model.action import Action, Preview, TargetState
from agent.model.entity import ServiceRef
from agent.model.freeze import CalendarReading
from agent.model.playbook import Playbook
from agent.model.record import Instant, Record
from agent.model.slo import Severity
from agent.policy.attempt import Attempt, Touch


def _service(said: object) -> object:
    return ServiceRef.parse(said) if isinstance(said, str) else said


class Sketch(Record):
    """The keys of the file."""

    at: Instant | None = None  # unset: now
    action: Action
    playbook: str
    pods: int = Field(ge=0)
    replicas: int = Field(default=0, ge=0)
    service: Annotated[ServiceRef | None, BeforeValidator(_service)] = None
    severity: Severity | None = None
    namespaces: list[str] | None = None
    acted_here: int | None = 0
    acted_last_hour: int | None = 0
    burn: float | None = None
    budget_left: float | None = None
    evidence_at: Instant | None = None
    rollouts: list[str] | None = None
    touches: list[Touch] | None = None
    silences: list[str] | None = None
    hands_off: list[str] | None = None

    def attempt(self, playbooks: list[Playbook], at: datetime, calendars: list[CalendarReading]) -> Attempt:
        """What the guard would be asked. Raises Unusable for a playbook that is not there."""
        found = next((playbook for playbook in playbooks if playbook.name == self.playbook), None)
        if found is None:
            known = [playbook.name for playbook in playbooks]
            raise Unusable(f"playbook: there is none called {self.playbook!r}; {nearest(self.playbook, known)}")
        before = TargetState(entity=self.action.target, uid="", generation=0, spec_hash="", replicas=self.replicas)
        facts = {name: getattr(self, name) for name in type(self).model_fields if name in Attempt.model_fields}
        own = [self.action.target.namespace] if self.action.target.namespace else None
        return Attempt.model_validate(
            facts
            | {
                "playbook": found,
                "preview": Preview(before=before, after_spec_hash="", diff="", pods=self.pods),
                "at": at,
                "namespaces": own if self.namespaces is None else self.namespaces,
                "busy": [],
                "checks": [],
                "calendars": calendars,
            }
        )
