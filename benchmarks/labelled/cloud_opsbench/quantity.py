"""Kubernetes quantities as numbers: cores and bytes."""

import re

SUFFIXES = {
    "": 1.0,
    "m": 1e-3,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "Ki": 2.0**10,
    "Mi": 2.0**20,
    "Gi": 2.0**30,
    "Ti": 2.0**40,
}
QUANTITY = re.compile(r"^\s*([0-9.]+)\s*([a-zA-Z]{0,2})")


def quantity(text: object) -> float | None:
    """100m is 0.1, 64Mi is 67108864; None for what is no quantity."""
    match = QUANTITY.match(str(text))
    if not match or match[2] not in SUFFIXES:
        return None
    return float(match[1]) * SUFFIXES[match[2]]


def quantities(pairs: dict[str, object]) -> dict[str, float]:
    """Those that are quantities."""
    return {name: number for name, text in pairs.items() if (number := quantity(text)) is not None}
