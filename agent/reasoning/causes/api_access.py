"""The API server refuses an application: it lost a right, its token is void, or it has none.

Mechanism: what asks the API server (operators, service discovery, leader election, sidecars that load configuration)
does so as its pod's service account. A Role or RoleBinding that was edited takes rights away at once; an account
that was made anew voids the tokens of the old one; a token that a program read once expires after an hour.
"""

from dataclasses import replace

from agent.reasoning.causes import Cause
from agent.reasoning.probes.api_access import PROBE as ACCESS
from agent.reasoning.stated import WORDS, stated


def _refused(name: str, title: str, advice: str, **likely: float) -> Cause:
    """Likely outcomes; the rest is spread evenly."""
    told = {outcome.replace("_", " "): share for outcome, share in likely.items()}
    rest = (1 - sum(told.values())) / (len(ACCESS.otherwise) - len(told))
    row = {outcome: told.get(outcome, rest) for outcome in ACCESS.otherwise}
    return replace(stated(name, title, advice, settled_by=WORDS), own={ACCESS.name: row})


CAUSES = [
    _refused(
        "api-access-forbidden",
        "its service account may not do what it does",
        "give {service}'s service account the right back that its lines name: its RoleBinding, or the Role behind it",
        not_granted=0.62,
        rights_changed=0.22,
        nothing=0.13,
    ),
    _refused(
        "api-token-rejected",
        "the API server does not accept its token",
        "restart {service} so that it reads its token anew, and see that it does so every few minutes",
        account_renewed=0.50,
        nothing=0.46,
    ),
    _refused(
        "api-token-missing",
        "no service account token is mounted",
        "set automountServiceAccountToken of {service}'s pods or of their account, or mount a token",
        no_token=0.92,
        nothing=0.06,
    ),
]
