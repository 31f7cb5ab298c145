"""Kubernetes quantities as numbers: "100m" of CPU is 0.1 cores, "128Mi" of memory is 134217728 bytes.

The grammar is apimachinery's resource.Quantity: a decimal number with a decimal suffix, a binary
suffix or an exponent; "1E" is an exa and "1E3" is a thousand.
"""

import re
from typing import Any

from integrations.kubernetes.fields import section

_SUFFIXES = {
    "": 1.0,
    **{name: 10.0**power for name, power in zip(("n", "u", "m"), (-9, -6, -3), strict=True)},
    **{name: 1000.0**power for power, name in enumerate(("k", "M", "G", "T", "P", "E"), start=1)},
    **{f"{name}i": 1024.0**power for power, name in enumerate(("K", "M", "G", "T", "P", "E"), start=1)},
}
_QUANTITY = re.compile(r"([+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20}))(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)")


def quantity(value: Any) -> float | None:
    """The number, None for what is no quantity. JSON numbers are taken as they are."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = repr(value)
    found = _QUANTITY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    scale = 10.0 ** int(found[2]) if found[2] else _SUFFIXES[found[3] or ""]
    return float(found[1]) * scale


def quantities(data: Any, *path: str) -> dict[str, float]:
    """A map of quantities; what cannot be read as one is left out."""
    read = {name: quantity(value) for name, value in section(data, *path).items()}
    return {name: number for name, number in read.items() if number is not None}
