"""How often a read is tried, by kind of trouble. Used by api.py; writes are never repeated there."""

from tenacity import RetryCallState

from integrations.kubernetes.failure import Failure, Trouble

_LONGEST_WAIT = 10.0  # seconds; a Retry-After beyond it is not worth holding up an investigation
_ATTEMPTS = {
    Trouble.BUSY: 4,
    Trouble.BROKEN: 4,
    Trouble.UNREACHABLE: 4,
    Trouble.CUT_OFF: 3,
    Trouble.TIMED_OUT: 2,
    Trouble.GARBLED: 2,
}
_OF_A_LOG = 2
"""Whether the node answers the API server for a log will not be different for the third time."""


def failure_of(state: RetryCallState) -> Failure | None:
    """What the last try came to, if it failed."""
    error = state.outcome.exception() if state.outcome else None
    return error if isinstance(error, Failure) else None


def enough(state: RetryCallState) -> bool:
    """Whether another try has no point."""
    failure = failure_of(state)
    if failure is None or (failure.retry_after or 0) > _LONGEST_WAIT:
        return True
    return state.attempt_number >= _ATTEMPTS.get(failure.trouble, 1)


def soon_enough(state: RetryCallState) -> bool:
    """The same for a log."""
    failure = failure_of(state)
    broken = failure is not None and failure.trouble is Trouble.BROKEN
    return enough(state) or (broken and state.attempt_number >= _OF_A_LOG)
