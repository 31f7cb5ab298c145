"""Reads the record back that a journal entry carries; the story shows the entry's text where there is none."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from agent.model.action import LedgerEntry
from agent.model.change import Change
from agent.model.coverage import Coverage
from agent.model.finding import Finding
from agent.model.hypothesis import Hypothesis
from agent.model.incident import Incident
from agent.model.journal import JournalEntry, Topic
from agent.model.memory import Memory
from agent.model.proposal import Decision, Permission, Proposal
from agent.model.slo import Burn
from agent.model.verification import Verification

_SHAPES: dict[Topic, TypeAdapter[Any]] = {
    Topic.OPENED: TypeAdapter(Incident),
    Topic.BURN: TypeAdapter(Burn),
    Topic.RECALLED: TypeAdapter(list[Memory]),
    Topic.TIMELINE: TypeAdapter(list[Change]),
    Topic.FINDING: TypeAdapter(Finding),
    Topic.HYPOTHESES: TypeAdapter(list[Hypothesis]),
    Topic.TEST: TypeAdapter(list[Hypothesis]),
    Topic.COVERAGE: TypeAdapter(Coverage),
    Topic.VERDICT: TypeAdapter(list[Hypothesis]),
    Topic.PROPOSAL: TypeAdapter(Proposal),
    Topic.PERMISSION: TypeAdapter(Permission),
    Topic.APPROVAL: TypeAdapter(Decision),
    Topic.DECISION: TypeAdapter(Decision),
    Topic.TAKEN: TypeAdapter(Incident),
    Topic.ACTION: TypeAdapter(LedgerEntry),
    Topic.VERIFYING: TypeAdapter(Verification),
    Topic.VERIFIED: TypeAdapter(Verification),
    Topic.REMEMBERED: TypeAdapter(Memory),
}


def record_of(entry: JournalEntry) -> Any | None:
    """The record (or list of records) its topic promises, or None where it is missing or of another version."""
    shape = _SHAPES.get(entry.topic)
    if shape is None or entry.data is None:
        return None
    try:
        return shape.validate_python(entry.data)
    except ValidationError:
        return None
