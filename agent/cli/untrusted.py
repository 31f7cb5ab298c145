"""Makes text from clusters, alerts and servers safe to show: data, never markup, colour or cursor movement.

Every view sends every foreign string through here before it becomes a rich Text.
"""

import re
import unicodedata

_ESCAPES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # operating system commands: titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # device control and other strings
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[ -/]*[0-~]?"  # two-character escapes
)
# Cc and Cf hold control, bidirectional and zero-width characters; Cs cannot be encoded; Zl and Zp break lines.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def line(text: object, limit: int = 600) -> str:
    """One displayable line of at most `limit` characters; what was cut off is said."""
    whole = str(text)
    cleaned = " ".join(_visible(whole[: limit * 4]).split())
    if len(cleaned) <= limit and len(whole) <= limit * 4:
        return cleaned
    return f"{cleaned[:limit]} … ({len(whole):,} characters in all)"


def lines(text: str, limit: int = 400, width: int = 1000) -> list[str]:
    """Displayable lines with their indentation; at most `limit` of `width` characters, and the rest is counted."""
    rows = text.split("\n", limit)
    shown = [_row(row, width) for row in rows[:limit]]
    if len(rows) > limit:
        shown.append(f"… {rows[limit].count(chr(10)) + 1:,} more lines")
    return shown


def _row(row: str, width: int) -> str:
    cleaned = _visible(row[: width * 4]).rstrip()
    if len(cleaned) <= width and len(row) <= width * 4:
        return cleaned
    return f"{cleaned[:width]} … ({len(row):,} characters in all)"


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    plain = _ESCAPES.sub("", text)
    return "".join(_character(mark) for mark in plain)


def _character(mark: str) -> str:
    if mark in "\t\n\r\x0b\x0c\x85\u2028\u2029":
        return " "
    return "" if unicodedata.category(mark) in _UNSEEN else mark
