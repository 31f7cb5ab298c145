"""A certificate, secret or licence has come to its end: it fails at a moment nobody deployed anything."""

from agent.reasoning.causes import Cause
from agent.reasoning.suspected import spoken

CAUSES = [
    Cause(
        name="certificate-expired",
        title="certificate or credential expired",
        suspect=spoken(
            "certificate-expired", "a certificate or credential that {where} depends on has expired", weight=0.35
        ),
        own={"expiry": {"passed": 0.55, "said": 0.43, "no": 0.02}},
        settled_by=frozenset({"logs"}),
        advice="renew the certificate or credential; no rollback makes it valid again",
    ),
]
