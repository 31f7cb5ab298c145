"""What an incident has said so far: the live story every channel shows, each entry once."""

from enum import StrEnum
from typing import Any

from agent.model.record import Instant, Record


class Topic(StrEnum):
    """What an entry is about; `data` holds the record of that name as JSON where there is one."""

    OPENED = "opened"  # Incident
    BURN = "burn"  # Burn
    RECALLED = "recalled"  # list of Memory
    TIMELINE = "timeline"  # list of Change
    FINDING = "finding"  # Finding
    HYPOTHESES = "hypotheses"  # list of Hypothesis, before any test
    TEST = "test"  # list of Hypothesis after one test; text names the test
    COVERAGE = "coverage"  # Coverage
    VERDICT = "verdict"  # list of Hypothesis, settled
    PROPOSAL = "proposal"  # Proposal
    PERMISSION = "permission"  # Permission
    APPROVAL = "approval"  # Decision, one of several that are needed
    DECISION = "decision"  # Decision
    TAKEN = "taken"  # Incident: somebody is on it, or has handed it back
    ACTION = "action"  # LedgerEntry
    VERIFYING = "verifying"  # Verification, each look
    VERIFIED = "verified"  # Verification, the outcome
    ESCALATED = "escalated"  # text: what a person should look at
    REMEMBERED = "remembered"  # Memory
    TROUBLE = "trouble"  # something of ours went wrong; text says what happens next


class JournalEntry(Record):
    """One thing said; (incident_id, key) is unique, so a repeated step repeats nothing."""

    incident_id: str
    key: str
    topic: Topic
    text: str
    data: Any = None
    at: Instant
    seq: int = 0  # given by the store, increasing
