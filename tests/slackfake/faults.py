"""What can be wrong with Slack for a while: rate limits, errors, resets, lost answers, silence.

Tests switch them; `web.py` asks before and after each call.
"""

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One bad answer. `lost`: the call is carried out and only its answer is bad, so that the caller cannot know."""

    status: int = 0  # 0: the connection is reset
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    delay: float = 0.0
    passes: bool = False  # after the delay the call goes on as usual


def breaks(status: int = 503, lost: bool = False) -> Fault:
    """An error of a server or of a proxy in between, with a page of HTML."""
    return Fault(status=status, body="<html><h1>Our robots are working on it</h1></html>", lost=lost)


def resets(lost: bool = False) -> Fault:
    """The connection ends without an answer."""
    return Fault(lost=lost)


def says(error: str) -> Fault:
    """An answer of Slack itself: internal_error, fatal_error, service_unavailable, request_timeout, …"""
    return Fault(status=200, body=f'{{"ok": false, "error": "{error}"}}', headers={"Content-Type": "application/json"})


def garbage(body: str = '{"ok": tr') -> Fault:
    """200, and a body that is no JSON."""
    return Fault(status=200, body=body, headers={"Content-Type": "application/json"})


def limited(seconds: int = 1) -> Fault:
    """429, come back later."""
    body = '{"ok": false, "error": "ratelimited"}'
    return Fault(status=429, body=body, headers={"Retry-After": str(seconds), "Content-Type": "application/json"})


def slow(seconds: float) -> Fault:
    """The answer is right, and late."""
    return Fault(delay=seconds, passes=True)


PER_MINUTE = {
    "apps.connections.open": 30,
    "chat.delete": 50,
    "chat.postEphemeral": 100,
    "chat.postMessage": 60,  # about one a second and channel
    "chat.update": 50,
    "conversations.history": 50,
    "conversations.info": 50,
    "conversations.list": 20,
    "conversations.open": 50,
    "conversations.replies": 50,
    "files.completeUploadExternal": 100,
    "files.getUploadURLExternal": 100,
    "reactions.add": 50,
    "usergroups.list": 20,
    "usergroups.users.list": 20,
    "users.info": 100,
    "views.open": 100,
    "views.push": 100,
    "views.update": 100,
}
"""Slack's documented tiers; a short burst passes."""

BURST = {"chat.postMessage": 3}


class Faults:
    """The switches."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.rate_limits = False  # whether the documented tiers are kept
        self.down = False  # every connection is reset
        self.limits = dict(PER_MINUTE)
        self._queued: dict[str, deque[Fault]] = defaultdict(deque)
        self._standing: dict[str, Fault] = {}
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}

    def next(self, method: str, *faults: Fault) -> None:
        """These answers come first, one for each of the next calls of a method."""
        self._queued[method].extend(faults)

    def always(self, method: str, fault: Fault | None) -> None:
        """Every call gets this, until it is None again."""
        if fault is None:
            self._standing.pop(method, None)
        else:
            self._standing[method] = fault

    def for_call(self, method: str) -> Fault | None:
        """What is wrong with this call, if anything; uses up what was queued."""
        if self.down:
            return resets()
        if self._queued[method]:
            return self._queued[method].popleft()
        return self._standing.get(method)

    def too_fast(self, method: str, channel: str) -> int:
        """Seconds to wait before this call is taken; 0 when it is taken now."""
        if not self.rate_limits or method not in self.limits:
            return 0
        per_second = self.limits[method] / 60
        room = BURST.get(method, max(1, self.limits[method] // 10))
        left, at = self._buckets.get((method, channel), (float(room), self._now()))
        left = min(room, left + (self._now() - at) * per_second)
        taken = left >= 1
        self._buckets[method, channel] = (left - taken, self._now())
        return 0 if taken else max(1, round((1 - left) / per_second))
