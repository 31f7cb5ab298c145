"""Makes text that anybody could have written into a label fit to be stored, logged and shown."""

import unicodedata

from agent.redact import MASK, redact, secret_name

MAX_VALUE = 2_048
_READ = 4 * MAX_VALUE
_KEPT = "\n\t"


def value(name: str, text: str) -> str:
    """Without control and direction-changing characters, cut, secrets masked: by their look, or by the name."""
    if text and secret_name(name):
        return MASK
    return cut(redact(plain(_start(text))))


def _start(text: str) -> str:
    """A bounded start of the text, ending at a word's end: half a secret would not be recognised."""
    if len(text) <= _READ:
        return text
    whole, _, _ = text[:_READ].rpartition(" ")
    return f"{whole} …"


def plain(text: str) -> str:
    """Without control characters other than line feed and tab, nor invisible formatting ones."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(c for c in text if c in _KEPT or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))


def cut(text: str) -> str:
    """At most MAX_VALUE characters, an ellipsis where something is missing."""
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"
