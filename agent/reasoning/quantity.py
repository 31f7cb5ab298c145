"""Numbers with units as people write them in code and configuration: 120 * time.Second, 5m, 512Mi, 0.1, 80%."""

import re

_UNITS = {
    "": 1.0, "%": 0.01, "ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0, "d": 86400.0,
    "nanosecond": 1e-9, "microsecond": 1e-6, "millisecond": 1e-3, "second": 1.0, "minute": 60.0, "hour": 3600.0,
    "ki": 1024.0, "mi": 1024.0**2, "gi": 1024.0**3, "ti": 1024.0**4, "k": 1e3, "g": 1e9, "kb": 1e3, "mb": 1e6, "gb": 1e9,
    "kib": 1024.0, "mib": 1024.0**2, "gib": 1024.0**3,
}  # fmt: skip
_FACTOR = re.compile(r"(-?\d[\d_]*(?:\.\d+)?(?:e-?\d+)?)\s*([a-zA-Zµ%]*)")
_NAMED = re.compile(r"[A-Za-z_.]*?(nanosecond|microsecond|millisecond|second|minute|hour)s?\b", re.IGNORECASE)
WORDS = {"true": 1.0, "false": 0.0, "on": 1.0, "off": 0.0, "enabled": 1.0, "disabled": 0.0}
LEVELS = {
    "off": 0.0,
    "fatal": 1.0,
    "error": 2.0,
    "warn": 3.0,
    "warning": 3.0,
    "info": 4.0,
    "debug": 5.0,
    "trace": 6.0,
    "all": 7.0,
}


def quantity(text: str) -> float | None:
    """Its size in base units; on and off are 1 and 0, log levels are ordered by how much they let through."""
    lowered = text.strip().strip("\"'").lower()
    if lowered in WORDS:
        return WORDS[lowered]
    if lowered in LEVELS:
        return LEVELS[lowered]
    product, read = 1.0, False
    for factor in lowered.split("*"):
        part = factor.strip().strip("()")
        if named := _NAMED.fullmatch(part):
            product *= _UNITS[named[1]]
        elif (number := _FACTOR.fullmatch(part)) and number[2] in _UNITS:
            product, read = product * float(number[1].replace("_", "")) * _UNITS[number[2]], True
        else:
            return None
    return product if read else None
