"""The words in which simulated software complains: a message and, where it has one, a stack trace.

Chosen by mechanism, so that a log tells what a real one would: a bad build speaks of its new code,
a bad value of its key, a failing call of whom it called. Called by `logbook`.
"""

import hashlib
from dataclasses import dataclass, field

from integrations.simulation.fault import Fault, FaultKind
from integrations.simulation.pod import SimulatedPod
from integrations.simulation.shop import PORT

NEW_CODE = [
    (
        "unhandled exception: TypeError: discount rule has no attribute threshold",
        ["at DiscountRules.apply (/app/discount_rules.py:88)", "at Order.total (/app/order.py:141)"],
    ),
    (
        "panic recovered: index out of range in voucher lookup",
        ["at voucher.lookup (/app/voucher.go:57)", "at server.handle (/app/server.go:203)"],
    ),
    (
        "unhandled exception: KeyError: region missing from address record",
        ["at Address.normalise (/app/address.py:34)", "at Request.parse (/app/request.py:77)"],
    ),
    (
        "serialization failed: unknown enum constant SPLIT_TENDER",
        ["at com.example.Tender.decode(Tender.java:61)", "at com.example.Handler.run(Handler.java:118)"],
    ),
]

ORDINARY = "request aborted: client closed the connection"


@dataclass(frozen=True)
class Complaint:
    """One log entry's words."""

    message: str
    stack: list[str] = field(default_factory=list)


def complaint(fault: Fault | None, pod: SimulatedPod) -> Complaint:
    """What a pod says when a request fails by its own doing; without a visible reason, what it always says."""
    if fault is None:
        return Complaint(ORDINARY)
    if fault.kind is FaultKind.CODE:
        pick = hashlib.sha256(fault.build.encode()).digest()[0] % len(NEW_CODE)
        return Complaint(*NEW_CODE[pick])
    said = {
        FaultKind.ERRORS: "request failed: worker pool is wedged, giving up after 3 tries",
        FaultKind.DISK: f"write error on /var/lib/{pod.app}: input/output error",
        FaultKind.CONFIG: f"request failed: cannot use setting {fault.key} of {fault.config}: no such host",
        FaultKind.LEAK: "request failed: cannot allocate memory",
    }
    return Complaint(said.get(fault.kind, ORDINARY))


def upstream_complaint(callee: str, code: str) -> Complaint:
    """What a caller says of a call that failed."""
    return Complaint(f"upstream connect error or disconnect/reset before headers: {callee}:{PORT} (status {code})")


def last_words(reason: str, service: str) -> str:
    """What a container says right before it ends; nothing when the kernel kills it."""
    return f"fatal: cannot open /var/lib/{service}: input/output error" if reason == "Error" else ""
