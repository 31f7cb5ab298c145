"""HTML and SVG as values: whatever is no `Markup` is text from outside, made displayable and escaped.

Every section of the page is built by `tag`; nothing else writes an angle bracket.
"""

import html
import re
from collections.abc import Iterable

from agent.cli.untrusted import line

TEXT_LIMIT = 1500
"""Characters of one piece of text; what was cut off is said."""

ATTRIBUTE_LIMIT = 40_000
"""Characters of an attribute: room for the longest line that is drawn."""

VOID = {"meta", "link", "br"}
_CITED = re.compile(r"\b(E\d{1,9})\b")


class Markup(str):
    """Text that is markup already; made by this module only."""

    __slots__ = ()


NOTHING = Markup("")
Child = str | None | Iterable["Child"]
Value = str | float | None


def tag(name: str, /, *children: Child, **attributes: Value) -> Markup:
    """An element. `class_` is class, other underscores are hyphens; attributes that are None are left out."""
    told = "".join(_attribute(key, value) for key, value in attributes.items() if value is not None)
    if name in VOID:
        return Markup(f"<{name}{told}>")
    return Markup(f"<{name}{told}>{join(*children)}</{name}>")


def _attribute(key: str, value: Value) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else line(value, ATTRIBUTE_LIMIT)
    return f' {key.rstrip("_").replace("_", "-")}="{html.escape(text, quote=True)}"'


def join(*children: Child) -> Markup:
    """Children one after another; strings are escaped, None is nothing."""
    return Markup("".join(_child(child) for child in children))


def spaced(*children: Child) -> Markup:
    """Children with a blank between those that are something."""
    return Markup(" ".join(shown for child in children if (shown := _child(child))))


def _child(child: Child) -> str:
    if isinstance(child, Markup):
        return child
    if child is None:
        return ""
    if isinstance(child, str):
        before, after = (" " if mark.isspace() else "" for mark in (child[:1], child[-1:]))  # `line` drops them
        return f"{before}{html.escape(line(child, TEXT_LIMIT), quote=True)}{after}" if child.strip() else before
    return "".join(_child(each) for each in child)


def verbatim(text: str, limit: int) -> Markup:
    """One line of foreign text, longer than TEXT_LIMIT allows."""
    return Markup(html.escape(line(text, limit), quote=True))


def pre(rows: Iterable[tuple[str, str]]) -> Markup:
    """Lines that keep their blanks, each (class, text); the text must be displayable already (`untrusted.lines`)."""
    shown = (f'<span class="{html.escape(kind)}">{html.escape(text)}</span>\n' for kind, text in rows)
    return Markup(f"<pre>{''.join(shown)}</pre>")


def anchor(evidence_id: str) -> str:
    """The id of a piece of evidence within the page."""
    return "evidence-" + re.sub(r"[^A-Za-z0-9]", "-", evidence_id[:40])


def prose(text: str, known: Iterable[str], limit: int = TEXT_LIMIT) -> Markup:
    """A sentence whose evidence ids lead to the evidence, as far as it is on the page."""
    ids = set(known)
    parts = _CITED.split(line(text, limit))
    return Markup(
        "".join(
            tag("a", part, href=f"#{anchor(part)}", class_="cite") if part in ids else html.escape(part, quote=True)
            for part in parts
        )
    )


def cite(ids: list[str], known: Iterable[str]) -> Markup:
    """Evidence ids in brackets, or nothing."""
    return tag("span", prose(f"[{', '.join(ids[:20])}]", known), class_="cites") if ids else NOTHING


def section(name: str, title: str, *children: Child) -> Markup:
    """A part of the page under its heading."""
    return tag("section", tag("h2", title, id=f"{name}-title"), *children, id=name, aria_labelledby=f"{name}-title")


def table(titles: list[str], rows: Iterable[list[Child]], class_: str | None = None, caption: str = "") -> Markup:
    """Rows under titles; cells carry their title, so that a narrow page can show them below each other."""
    head = tag("thead", tag("tr", *(tag("th", title, scope="col") for title in titles)))
    body = [
        tag("tr", *(tag("td", cell, data_title=title) for title, cell in zip(titles, row, strict=True))) for row in rows
    ]
    return tag("table", tag("caption", caption) if caption else None, head, tag("tbody", *body), class_=class_)
