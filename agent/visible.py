"""Which characters of a foreign text nobody would see, but a terminal, an editor or a log collector would obey.

Called where text leaves us other than through the views of `agent.cli` and Slack, which have their own rules: our
log, hand-over notes, Events on the target. Pure.
"""

import unicodedata

_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Controls; marks of direction and of no width; halves of pairs, which cannot be encoded; breaks of lines."""


def on_one_line(text: str) -> str:
    """The text with a blank where one or more unseen characters stood."""
    if text.isascii() and text.isprintable():
        return text
    shown: list[str] = []
    for mark in text:
        if not unseen(mark):
            shown.append(mark)
        elif shown and shown[-1] != " ":
            shown.append(" ")
    return "".join(shown).strip()


def spelled(text: str, keep: str = "") -> str:
    r"""The text with unseen characters written out, as in \x1b or \u202e, but for those to `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        mark.encode("unicode_escape").decode() if unseen(mark) and mark not in keep else mark for mark in text
    )


def unseen(mark: str) -> bool:
    """Whether this character is one of them."""
    return unicodedata.category(mark) in _UNSEEN
