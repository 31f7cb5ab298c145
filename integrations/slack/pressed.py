"""What our buttons are called and what they carry: the incident and the digest of the question, nothing else.

The decision is made in the daemon from the stored question of that digest; a value that somebody
tampered with names a question that does not exist.
"""

import re

APPROVE, NARROW, DENY, MINE = "approve", "narrow", "deny", "on_it"
DENIED, NARROWED = "denied", "narrowed"
"""callback_id of the two modals."""

_VALUE = re.compile(r"([A-Za-z0-9_.:-]{1,128}) ([0-9a-f]{16})")


def value(incident_id: str, digest: str) -> str:
    """For a button's value and a modal's private_metadata."""
    return f"{incident_id} {digest}"


def read(text: object) -> tuple[str, str] | None:
    """Incident and digest, or None for what we did not write."""
    found = _VALUE.fullmatch(text) if isinstance(text, str) else None
    return (found[1], found[2]) if found else None
