"""What the house allows and promises: policy, budgets, objectives, playbooks. Read from configuration at start."""

from typing import Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from agent.model.content import HistoryLimits
from agent.model.entity import ServiceRef
from agent.model.freeze import CalendarFile, Exemption, Freeze, WeeklyFreeze
from agent.model.identity import Approver
from agent.model.playbook import Autonomy, Playbook
from agent.model.record import Record
from agent.model.scope import Scope
from agent.model.slo import Slo


class AutonomyRule(Scope):
    """The autonomy of some attempts; of several rules that match, the most specific holds, then the narrowest."""

    autonomy: Autonomy = Field(description="at most this, and never more than `policy.autonomy` and the playbook allow")


class ErrorBudget(Record):
    """Acting alone is for when the error budget is really at stake. What is not known is never enough."""

    min_burn: float = Field(default=14.4, ge=0, description="the burn rate must be above this")
    max_left_percent: float = Field(
        default=20, gt=0, description="less than this share of the error budget must be left, in percent"
    )


class ApproverRule(Scope):
    """Who must approve some attempts; of several rules that match, all hold."""

    people: int = Field(
        default=1, ge=1, le=5, description="so many different people; from two on nothing is done alone"
    )
    roles: list[str] = Field(
        default=[], description="each of them one of these `approvers`, by name; empty: anybody who may approve"
    )


class Policy(Record):
    """Who may do what, and how much."""

    autonomy: Autonomy = Field(default=Autonomy.PROPOSE, description="the widest autonomy anywhere")
    namespaces: dict[str, Autonomy] = Field(default={}, description="narrower autonomy by namespace")
    autonomy_rules: list[AutonomyRule] = Field(
        default=[], description="autonomy by namespace, service, action and severity; the most specific one holds"
    )
    error_budget: ErrorBudget | None = Field(
        default=None, description="act alone only when the budget is at stake; unset: burn and budget are not looked at"
    )
    approvers: list[ApproverRule] = Field(default=[], description="how many people must approve, and in which roles")
    approval_seconds: int = Field(default=1800, gt=0, description="an unanswered question expires after this")
    max_evidence_age_seconds: int = Field(
        default=1800, gt=0, description="on deciding evidence older than this nothing is done alone"
    )
    max_actions_per_incident: int = Field(default=2, ge=0, description="undo not counted")
    max_actions_per_hour: int = Field(default=6, ge=0, description="over all incidents")
    max_pods: int = Field(default=50, gt=0, description="blast radius cap of one action")
    max_replicas_percent: int | None = Field(
        default=None, gt=0, description="share of the target's replicas that one action may touch; unset: all"
    )
    max_namespaces: int = Field(default=1, gt=0, description="namespaces that one action may touch")
    recent_change_minutes: int = Field(
        default=30, ge=0, description="after somebody else's change of the target nothing is done alone for so long"
    )
    kubectl_minutes: int = Field(
        default=15, ge=0, description="after somebody's `kubectl` wrote to the target nothing is done alone for so long"
    )
    freezes: list[Freeze] = Field(default=[], description="dated windows without any action")
    weekly_freezes: list[WeeklyFreeze] = Field(default=[], description="windows of every week without any action")
    calendars: list[CalendarFile] = Field(default=[], description="iCalendar files whose events are freezes")
    exemptions: list[Exemption] = Field(default=[], description="what is done in freezes that name it all the same")

    @model_validator(mode="after")
    def _exemptions_exist(self) -> Self:
        known = [exemption.name for exemption in self.exemptions]
        for number, name in enumerate(known):
            if name in known[:number]:
                raise PydanticCustomError(
                    "exemption",
                    "there are two exemptions called '{name}'; give each a name of its own",
                    {"name": name, "key": f"exemptions.{number}"},
                )
        for key in ("freezes", "weekly_freezes", "calendars"):
            for number, freeze in enumerate(getattr(self, key)):
                if unknown := [name for name in freeze.exemptions if name not in known]:
                    raise PydanticCustomError(
                        "exemption",
                        "there is no exemption called '{name}'; known: {known}",
                        {"name": unknown[0], "known": ", ".join(known) or "none", "key": f"{key}.{number}.exemptions"},
                    )
        return self


class Budget(Record):
    """What one investigation may spend."""

    questions: int = Field(default=150, gt=0, description="to all sources together")
    rounds: int = Field(default=3, gt=0, description="gather-to-examine loops")
    seconds: int = Field(default=600, gt=0, description="from first question to verdict")
    pause_seconds: int = Field(default=20, ge=0, description="wait before another round, for late data")
    lookback_minutes: int = Field(default=90, gt=0, description="how far before the alert changes are looked for")


class Objective(Record):
    """The SLO assumed for a service that has none configured."""

    objective: float = Field(default=0.999, gt=0, lt=1)
    period_days: int = Field(default=30, gt=0)


class Rules(Record):
    """All of it, frozen for the life of the process."""

    policy: Policy = Policy()
    budget: Budget = Budget()
    default_slo: Objective = Objective()
    slos: list[Slo] = []
    playbooks: list[Playbook] = []
    approvers: list[Approver] = []  # none: whoever reaches a channel may decide
    history: HistoryLimits = HistoryLimits()  # of what ConfigMaps held
    flag_services: list[str] = []  # names of services that flags may be turned off at
    silences: bool = False  # an alert manager is configured, to be asked for silences
    dry_run: bool = False  # nothing is done: the actuator only says what it would do
    ignored_causes: list[str] = []  # names in agent.reasoning.causes that are never suspected here
    service_labels: list[list[str]] = Field(
        default=[["namespace", "service"], ["namespace", "deployment"], ["namespace", "app"], ["namespace", "job"]],
        description="pairs of alert labels tried in order as NAMESPACE, NAME",
    )

    def slo_of(self, service: ServiceRef) -> Slo | None:
        """The configured SLO of a service, the first if there are several."""
        return next((slo for slo in self.slos if slo.service == service), None)
