"""Makes foreign text fit for Slack: data, never a link, a mention, formatting or a cursor movement.

Every renderer here sends every foreign string through `line` or `rows`, and into rich_text or plain_text
objects, in which Slack reads nothing. Only a message's top-level text, the notification on a phone, is
always read as mrkdwn: it goes through `inert`.
"""

import re
import unicodedata

from agent.redact import redact

CUT = "… shown in thread"
"""What stands where a text was cut that the thread has in full."""

_READ = 4
"""So many times the limit are looked at: cleaning and masking shorten a text, and nobody waits for a line of 1 MB."""

_ESCAPES = re.compile(
    r"(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?"  # operating system commands: titles, links, clipboard
    r"|(?:\x1b[PX^_]|[\x90\x98\x9e\x9f])[^\x1b\x9c]*(?:\x1b\\|\x9c)?"  # device control and other strings
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI: colours, cursor
    r"|\x1b[ -/]*[0-~]?"  # two-character escapes
)
# Cc and Cf hold control, bidirectional and zero-width characters; Cs cannot be encoded; Zl and Zp break lines.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_BREAKS = "\t\n\r\x0b\x0c\x85\u2028\u2029"
_JOINER = "\u2060"
"""Takes no room and joins no link: put into what a client would make one of."""

_MARKS = re.compile(r"[@#]|(?<!\d):|:(?!\d)|(?<=\w)[./](?=\w)")  # a time of day stays whole
_EDGE = re.compile(r"(?<!\w)_+|_+(?!\w)")
_LOOKALIKES = str.maketrans({"*": "\u2217", "~": "\u223c", "`": "\u02cb"})
"""Formatting cannot be escaped in mrkdwn: its marks are written with signs that look like them."""


def line(text: object, limit: int = 300, cut: str = "…") -> str:
    """One displayable line of at most `limit` characters, `cut` at its end where something is missing."""
    whole = str(text)
    cleaned = " ".join(redact(_visible(_start(whole, limit))).split())
    if len(cleaned) <= limit and len(whole) <= limit * _READ:
        return cleaned
    return f"{cleaned[: max(0, limit - len(cut) - 1)]} {cut}"


def rows(text: str, most: int, limit: int, cut: str = CUT) -> str:
    """Lines with their indentation: at most `most` of them and `limit` characters, `cut` as the last where some are missing."""
    found = redact(_start(text, limit)).split("\n", most)
    kept: list[str] = []
    room = limit - len(cut) - 1
    for row in found[:most]:
        shown = _visible(row).rstrip()
        if len(shown) > room:
            return "\n".join([*kept, shown[: max(0, room)], cut])
        kept.append(shown)
        room -= len(shown) + 1
    whole = len(found) <= most and len(text) <= limit * _READ
    return "\n".join(kept if whole else [*kept, cut])


def pages(text: str, limit: int) -> list[str]:
    """A long text in parts of at most `limit` characters, broken between lines where that is possible."""
    found: list[str] = []
    page = ""
    for row in redact(text).split("\n"):
        shown = _visible(row).rstrip()
        while len(shown) > limit:
            found, page, shown = [*found, *([page] if page else []), shown[:limit]], "", shown[limit:]
        if page and len(page) + 1 + len(shown) > limit:
            found, page = [*found, page], shown
        else:
            page = f"{page}\n{shown}" if page else shown
    return [*found, page] if page.strip() else found


def inert(text: object, limit: int = 300) -> str:
    """One line of mrkdwn that shows the text and does nothing: no link, mention, shout, emoji or formatting."""
    shown = _EDGE.sub(lambda run: "\uff3f" * len(run[0]), line(text, limit).translate(_LOOKALIKES))
    broken = _MARKS.sub(lambda mark: f"{_JOINER}{mark[0]}{_JOINER}", shown)
    return broken.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _start(text: str, limit: int) -> str:
    """A bounded start, ending between words: half a secret would not be recognised."""
    if len(text) <= limit * _READ:
        return text
    begun = text[: limit * _READ]
    return begun.rpartition(" ")[0] or begun


def _visible(text: str) -> str:
    if text.isascii() and text.isprintable():
        return text
    return "".join(_character(mark) for mark in _ESCAPES.sub("", text))


def _character(mark: str) -> str:
    if mark in _BREAKS:
        return " "
    return "" if unicodedata.category(mark) in _UNSEEN else mark
