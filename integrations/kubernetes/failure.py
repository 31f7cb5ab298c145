"""What can go wrong between us and the API server, in one type; api.py raises it, source.py makes Gaps of it.

The actuator asks it the one question that matters for a write: may the request have arrived?
"""

import asyncio
from collections.abc import Awaitable
from enum import StrEnum
from typing import TypeVar

from agent.model.question import Gap, GapReason

T = TypeVar("T")


class Trouble(StrEnum):
    """The kinds that differ in what happens next."""

    UNAUTHENTICATED = "401"  # worth one retry with credentials read afresh
    FORBIDDEN = "403"
    EMPTY = "404"  # there is no such thing
    CONFLICT = "409"  # somebody was faster: read again
    EXPIRED = "410"  # a list's continuation is too old: list again
    BUSY = "429"  # the server says when to come back
    REJECTED = "4xx"  # any other no: the request is at fault
    BROKEN = "5xx"  # the server, or something before it, failed
    UNREACHABLE = "unreachable"  # no connection: nothing was sent
    CUT_OFF = "cut off"  # the connection ended before the answer did
    TIMED_OUT = "timed out"
    GARBLED = "garbled"  # an answer that is not what it should be
    TOO_LARGE = "too large"


_GAPS = {
    Trouble.UNAUTHENTICATED: GapReason.REFUSED,
    Trouble.FORBIDDEN: GapReason.REFUSED,
    Trouble.EMPTY: GapReason.EMPTY,
    Trouble.TIMED_OUT: GapReason.TIMED_OUT,
    Trouble.TOO_LARGE: GapReason.OUT_OF_RANGE,
}
_UNDECIDED = {Trouble.BROKEN, Trouble.CUT_OFF, Trouble.TIMED_OUT, Trouble.GARBLED, Trouble.TOO_LARGE}


class Failure(Exception):
    """A request without the answer asked for; the text is for people and holds no secrets."""

    def __init__(self, trouble: Trouble, detail: str, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.trouble = trouble
        self.retry_after = retry_after

    @property
    def may_have_arrived(self) -> bool:
        """Whether a write that failed like this can have been carried out all the same.

        5xx count: the API server answers 500 or 504 when its own store times out after the write.
        """
        return self.trouble in _UNDECIDED

    @property
    def denied(self) -> bool:
        """Whether trying again as it is cannot help."""
        return self.trouble in {
            Trouble.UNAUTHENTICATED,
            Trouble.FORBIDDEN,
            Trouble.EMPTY,
            Trouble.REJECTED,
        }

    def gap(self) -> Gap:
        """The answer of a port that never raises."""
        return Gap(reason=_GAPS.get(self.trouble, GapReason.FAILED), detail=str(self))


async def outcomes(*calls: Awaitable[T]) -> list[T | Failure]:
    """Everything asked at once; the results in order, a Failure as a value, so that the rest can still be used."""
    results = await asyncio.gather(*calls, return_exceptions=True)
    found: list[T | Failure] = []
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, Failure):
            raise result
        found.append(result)
    return found
