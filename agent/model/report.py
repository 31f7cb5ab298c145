"""The machine form of an investigation, versioned: what `--json`, the HTTP API and the terminal all show."""

from enum import StrEnum
from typing import Literal

from agent.model.change import Change
from agent.model.coverage import Coverage
from agent.model.finding import Finding
from agent.model.hypothesis import Condition, Hypothesis
from agent.model.incident import Incident
from agent.model.memory import Memory
from agent.model.picture import Curve, Link
from agent.model.proposal import Decision, Permission, Proposal
from agent.model.record import Instant, Record
from agent.model.setback import Setback
from agent.model.slo import Burn, Slo
from agent.model.verification import Verification


class Conclusion(StrEnum):
    """What the investigation came to; the CLI's exit code follows from it."""

    CONFIRMED = "confirmed"  # a cause stands, tested
    INCONCLUSIVE = "inconclusive"  # we looked, and cannot settle it
    BLIND = "blind"  # we could not see enough to say anything
    HEALTHY = "healthy"  # nothing burns


class Cited(Record):
    """One piece of evidence as a report lists it."""

    id: str
    source: str
    question: str  # PromQL, or what was asked of the API, in words
    summary: str
    asked_at: Instant


class Report(Record):
    """Everything known about one incident at a moment."""

    schema_version: Literal["steadyhand.report/v1"] = "steadyhand.report/v1"
    at: Instant
    incident: Incident
    conclusion: Conclusion
    confidence: float
    summary: str  # two or three sentences
    slo: Slo | None = None
    burn: Burn | None = None
    onset: Instant | None = None
    changes: list[Change] = []
    findings: list[Finding] = []
    hypotheses: list[Hypothesis] = []
    condition: Condition | None = None
    coverage: Coverage = Coverage()
    recalled: list[Memory] = []
    proposal: Proposal | None = None
    proposal_digest: str = ""  # what a decision on the proposal has to name
    permission: Permission | None = None
    decision: Decision | None = None
    verification: Verification | None = None
    setbacks: list[Setback] = []  # actions of this incident that did not help
    next_steps: list[str] = []  # for the person: what to look at, what would settle it
    evidence: list[Cited] = []
    curves: list[Curve] = []  # the indicator over the look-back, and closely around the onset
    links: list[Link] = []  # who calls whom, as far as this investigation looked
