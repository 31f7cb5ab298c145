"""What the house allows and promises: policy, budgets, objectives, playbooks. Read from configuration at start."""

from pydantic import Field

from agent.model.entity import ServiceRef
from agent.model.playbook import Autonomy, Playbook
from agent.model.record import Instant, Record
from agent.model.slo import Slo


class Freeze(Record):
    """A dated window in which nothing is changed."""

    start: Instant
    end: Instant
    reason: str


class Policy(Record):
    """Who may do what, and how much."""

    autonomy: Autonomy = Field(default=Autonomy.PROPOSE, description="the widest autonomy anywhere")
    namespaces: dict[str, Autonomy] = Field(default={}, description="narrower autonomy by namespace")
    approval_seconds: int = Field(default=1800, gt=0, description="an unanswered question expires after this")
    max_actions_per_incident: int = Field(default=2, ge=0, description="undo not counted")
    max_actions_per_hour: int = Field(default=6, ge=0, description="over all incidents")
    max_pods: int = Field(default=50, gt=0, description="blast radius cap of one action")
    freezes: list[Freeze] = Field(default=[], description="dated windows without any action")


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
    dry_run: bool = False  # nothing is done: the actuator only says what it would do
    ignored_causes: list[str] = []  # names in agent.reasoning.causes that are never suspected here
    service_labels: list[list[str]] = Field(
        default=[["namespace", "service"], ["namespace", "deployment"], ["namespace", "app"], ["namespace", "job"]],
        description="pairs of alert labels tried in order as NAMESPACE, NAME",
    )

    def slo_of(self, service: ServiceRef) -> Slo | None:
        """The configured SLO of a service, the first if there are several."""
        return next((slo for slo in self.slos if slo.service == service), None)
