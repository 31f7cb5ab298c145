"""Calls are refused for who asks (401, 403 and their gRPC codes): one caller lost its credential, or the callee its keys.

Mechanism: a token, key or client certificate that expired, was rotated on one side only or lost a role is one
caller's trouble while the callee serves everybody else. A callee that cannot check anybody, because its signing
keys, identity provider or policy changed, refuses all alike.
"""

from agent.reasoning.causes import Cause
from agent.reasoning.stated import suspicions

ALONE, EVERYBODY = "credentials-refused", "authorization-broken"
SEEN = frozenset({"logs"})

CAUSES = [
    Cause(
        name=ALONE,
        title="its credentials are refused",
        suspect=lambda facts: suspicions(facts, ALONE, "its credentials are refused"),
        own={
            "credentials": {
                "alone": 0.58,
                "only caller": 0.25,
                "with others": 0.06,
                "refuses one": 0.02,
                "refuses several": 0.01,
                "none": 0.08,
            },
            "own part": {"own": 0.34, "some": 0.30, "passed on": 0.31, "quiet": 0.05},
        },
        elsewhere={
            # of the callee: only this caller's calls fail
            "other callers": {"everybody": 0.03, "alone": 0.60, "only others": 0.03, "nobody": 0.34},
            "dependency failing": {"failing": 0.04, "silent": 0.02, "healthy": 0.94},
        },
        settled_by=SEEN,
        advice="renew the token, key or certificate that {service} calls with, or give it its role back",
    ),
    Cause(
        name=EVERYBODY,
        title="it refuses every caller's credentials",
        suspect=lambda facts: suspicions(facts, EVERYBODY, "it refuses every caller's credentials"),
        own={
            "credentials": {
                "alone": 0.01,
                "only caller": 0.01,
                "with others": 0.02,
                "refuses one": 0.04,
                "refuses several": 0.86,
                "none": 0.06,
            },
            "other callers": {"everybody": 0.88, "alone": 0.04, "only others": 0.03, "nobody": 0.05},
        },
        settled_by=SEEN,
        advice="look at what {service} checks callers with: its signing keys, its identity provider, its policy",
    ),
]
