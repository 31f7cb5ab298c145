"""What is checkpointed of an incident: ids and short records; evidence bodies live in the store.

Keys and the records' module paths are a file format (tests/golden). Bump GRAPH_VERSION when a node is
renamed or a key changes its meaning: older threads are then finished by a hand-over, never resumed blindly.
"""

from datetime import datetime
from typing import TypedDict

from agent.model.action import LedgerEntry, Previewed
from agent.model.change import Change
from agent.model.content import Version
from agent.model.coverage import Coverage
from agent.model.entity import Entity
from agent.model.finding import Finding
from agent.model.freeze import CalendarReading
from agent.model.hypothesis import Condition, Hypothesis
from agent.model.incident import Incident, Resolution
from agent.model.memory import Memory
from agent.model.profile import Profile
from agent.model.proposal import Decision, Permission, Proposal
from agent.model.setback import Setback
from agent.model.silence import SilenceReading
from agent.model.slo import Burn
from agent.model.verification import Verification

GRAPH_VERSION = 1


class IncidentState(TypedDict, total=False):
    """One thread; every key is replaced as a whole by the step that writes it."""

    incident: Incident
    version: int
    anchor: datetime  # the moment this round's questions are about
    anchors: list[datetime]  # of every round so far: a replay asks about the same moments
    began: datetime  # when the investigation began: its time budget counts from here
    asked: int  # questions so far: the next evidence id, and the budget
    round: int
    profiles: list[Profile]  # the alerting service, then whom it calls
    burn: Burn | None
    recalled: list[Memory]
    onset: datetime | None
    changes: list[Change]
    findings: list[Finding]
    coverage: Coverage
    hypotheses: list[Hypothesis]
    condition: Condition | None
    unsettled: list[str]  # tests that got no reading: what would settle it
    again: bool  # another round of evidence may settle it
    tried: list[str]  # hypotheses whose treatment was denied or did not help
    proposal: Proposal | None
    previewed: Previewed | None  # what the cluster said it would do
    previewed_then: list[Previewed]  # the same of what would be done after it
    calendars: list[CalendarReading]  # what the policy's calendars said when the guard was asked
    versions: list[Version]  # what the blamed ConfigMap held, when an action was last chosen
    silences: SilenceReading  # what was known then of silences
    permission: Permission | None
    decision: Decision | None
    asked_again: int  # how often the target changed between question and action
    action: LedgerEntry | None
    followed: list[LedgerEntry]  # what was done, or tried, after it
    acted: int
    verification: Verification | None
    failed: list[Setback]  # what memory had that did not help here, when an action was last chosen
    here: Entity  # where the confirmed cause is treated
    here_hash: str  # of its spec then; "" where it has none
    setbacks: list[Setback]  # actions of this incident that did not help
    reasons: list[str]  # why it was handed over, or why nothing is proposed
    resolution: Resolution | None
