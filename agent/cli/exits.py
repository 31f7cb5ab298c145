"""What the process says by its exit status, so that scripts and CI can act on it; used by every verb.

Imported by main.py at start: nothing heavy at module level.
"""

from enum import IntEnum
from typing import TYPE_CHECKING, assert_never

if TYPE_CHECKING:
    from agent.model.report import Report


class ExitCode(IntEnum):
    """The closed set; other verbs than `investigate` use the first three and, in `doctor`, BLIND."""

    CONFIRMED = 0  # a cause stands, tested; for other verbs: done
    FAILED = 1  # our own failure; replay --diff: a conclusion changed
    USAGE = 2  # bad usage or configuration, no daemon, or a refusal: nothing was done
    INCONCLUSIVE = 3  # looked, and could not settle it
    BLIND = 4  # could not see enough to say anything; doctor: something needed is missing
    HEALTHY = 6  # nothing burns


MEANINGS = {
    ExitCode.CONFIRMED: "cause confirmed (other verbs: done)",
    ExitCode.FAILED: "Steadyhand itself failed (replay --diff: a conclusion changed)",
    ExitCode.USAGE: "bad usage, bad configuration, no daemon, or refused: nothing was done",
    ExitCode.INCONCLUSIVE: "inconclusive: looked, and could not settle it",
    ExitCode.BLIND: "could not see enough (doctor: something is missing)",
    ExitCode.HEALTHY: "nothing burns",
}


def of(report: "Report") -> int:
    """The exit status that a report's conclusion stands for."""
    from agent.model.report import Conclusion  # noqa: PLC0415 - pydantic, not needed for --help

    match report.conclusion:
        case Conclusion.CONFIRMED:
            return ExitCode.CONFIRMED
        case Conclusion.INCONCLUSIVE:
            return ExitCode.INCONCLUSIVE
        case Conclusion.BLIND:
            return ExitCode.BLIND
        case Conclusion.HEALTHY:
            return ExitCode.HEALTHY
    assert_never(report.conclusion)


def epilog() -> str:
    """The table of exit statuses as --help shows it."""
    return "\b\nExit status:\n" + "\n".join(f"  {code.value}  {meaning}" for code, meaning in MEANINGS.items())
