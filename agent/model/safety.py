"""What was looked at before going back to an older state of things, and what was seen."""

from enum import StrEnum

from agent.model.record import Record


class CheckOutcome(StrEnum):
    """What a check says."""

    PASSED = "passed"
    FAILED = "failed"  # it is not safe: nothing is done
    UNKNOWN = "could not tell"  # a person must weigh it: never done alone


class SafetyCheck(Record):
    """One question, its answer, and what the answer stands on."""

    name: str
    outcome: CheckOutcome
    statement: str
