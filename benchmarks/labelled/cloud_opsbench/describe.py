"""What `kubectl describe` prints: a tree by indentation, read one level at a time.

`sections` splits lines into KEY: VALUE with whatever is indented deeper below it; the reader of a
section knows whether that is a list, a table or sections again, and asks for it only if needed.
"""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import NamedTuple

KEY = re.compile(r"^([^\s:][^:]*?):(?:\s+(.*?))?\s*$")
AGE = re.compile(r"(\d+)([smhdy])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "y": 31536000}


class Section(NamedTuple):
    """A key, what stands behind it, and the lines below it, moved to the left."""

    key: str
    value: str
    lines: list[str]

    def values(self) -> list[str]:
        """The value and the lines that continue it; none for <none>."""
        found = [text.strip() for text in (self.value, *self.lines) if text.strip()]
        return [text for text in found if text not in ("<none>", "<unset>")]

    def pairs(self) -> dict[str, str]:
        """Values written NAME=VALUE, as labels and selectors are, over lines or with commas."""
        words = [word for text in self.values() for word in text.split(",")]
        return {key: value for key, _, value in (word.partition("=") for word in words) if key}

    def inside(self) -> list["Section"]:
        """The sections below it."""
        return sections(self.lines)


def sections(lines: list[str]) -> list[Section]:
    """The sections of the leftmost level; lines of that level that are no KEY: VALUE become a key without a value."""
    found: list[Section] = []
    depth = -1  # that of the first line: nothing below it is further left
    for line in lines:
        if not line or line.isspace():
            continue
        if depth < 0:
            depth = len(line) - len(line.lstrip())
        text = line[depth:] if line[:depth].isspace() or not depth else line.lstrip()
        if text[0] == " " and found:
            found[-1].lines.append(text)
            continue
        match = KEY.match(text)
        found.append(Section(match[1], match[2] or "", []) if match else Section(text.strip(), "", []))
    return found


def of(found: list[Section], key: str) -> Section:
    """The first section of this key, or an empty one."""
    return next((section for section in found if section.key == key), Section(key, "", []))


def value(found: list[Section], key: str) -> str:
    """The value behind a key; "" for none."""
    text = of(found, key).value
    return "" if text in ("<none>", "<unset>") else text


def moment(text: str) -> datetime | None:
    """A time as describe writes it (RFC 1123 with a numeric zone)."""
    try:
        found = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError):
        return None
    return found if found.tzinfo else None


def age(text: str) -> timedelta | None:
    """How long ago, as kubectl shortens it: 71s, 5m27s, 3d7h."""
    parts = AGE.findall(text)
    return timedelta(seconds=sum(int(number) * SECONDS[unit] for number, unit in parts)) if parts else None
