"""Unified diffs, also sloppy ones, read into what really changed: what is gone, what is new, which value became which.

Words on both sides cancel, so that moved and extracted code leaves next to nothing. Comments never
count. Called by agent.reasoning.effect, which judges what a diff could break.
"""

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import lru_cache

from agent.model.record import Record
from agent.reasoning.quantity import quantity

_HEADER = re.compile(r"^(?:\+\+\+|---)\s+(?:[ab]/)?(\S+)")
_GIT = re.compile(r"^diff --git a/(\S+) b/(\S+)")
_HUNK = re.compile(r"^@@(.*?)(?:@@(.*))?$")
_PATH = re.compile(r"([\w.@-]+(?:/[\w.@{}-]+)*\.\w{1,8}|(?:[\w.-]+/)+[\w.-]+)\b")
_TOKEN = re.compile(
    r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|`[^`]*`"  # strings
    r"|\d[\w.]*%?|[A-Za-z_$][\w$]*|[<>=!&|+*/-]{1,3}|\S"
)
_HASH_COMMENTS = {
    "py",
    "yaml",
    "yml",
    "sh",
    "rb",
    "toml",
    "conf",
    "ini",
    "cfg",
    "properties",
    "tf",
    "hcl",
    "pl",
    "ex",
    "r",
    "env",
    "",
}
_DASH_COMMENTS = {"sql", "lua", "hs", "elm"}
_STATUS = {
    "badrequest": "400", "unauthorized": "401", "forbidden": "403", "notfound": "404", "conflict": "409",
    "toomanyrequests": "429", "internalservererror": "500", "badgateway": "502", "serviceunavailable": "503",
    "gatewaytimeout": "504", "ok": "200",
}  # fmt: skip
"""HTTP status constants of the usual libraries are written as their numbers: a tidier spelling is no change."""

SIMILAR = 0.55
"""Two lines this alike are one line that was edited."""


class Edit(Record):
    """A value that became another; `old` or `new` is "" where the whole setting came or went."""

    key: str
    old: str
    new: str
    setting: bool = False  # an assignment under its own name; else a piece of a line, under the names before it

    @property
    def direction(self) -> str:
        """up, down, gone, new or other, by the numbers where they are numbers."""
        if not self.new:
            return "gone"
        if not self.old:
            return "new"
        old, new = quantity(self.old), quantity(self.new)
        if old is None or new is None:
            return "other"
        return "up" if new > old else "down" if new < old else "same"

    @property
    def factor(self) -> float | None:
        """How many times larger or smaller; None where it is no number, or from or to zero."""
        old, new = quantity(self.old), quantity(self.new)
        if not old or not new:
            return None
        return max(old / new, new / old) if old * new > 0 else None


class FileDiff(Record):
    """One file's part: lines without their marks and without comments."""

    path: str
    removed: list[str] = []
    added: list[str] = []
    context: list[str] = []


class Diff(Record):
    """What a diff does to a code base."""

    files: list[FileDiff]

    @property
    def paths(self) -> list[str]:
        """The files it says it touches."""
        return [file.path for file in self.files if file.path]

    @property
    def removed(self) -> list[str]:
        """All lines that went."""
        return [line for file in self.files for line in file.removed]

    @property
    def added(self) -> list[str]:
        """All lines that came."""
        return [line for file in self.files for line in file.added]


def parse(text: str, files: list[str]) -> Diff:
    """Read a diff; where it names no file, the first of `files` is meant."""
    path, parts = files[0] if files else "", dict[str, tuple[list[str], list[str], list[str]]]()
    for line in text.splitlines():
        if found := _GIT.match(line) or _HEADER.match(line):
            path = found[found.lastindex or 1] if found[1] != "/dev/null" else path
        elif line.startswith("@@"):
            path = _named(line, files) or path
        else:
            removed, added, context = parts.setdefault(path, ([], [], []))
            side = removed if line.startswith("-") else added if line.startswith("+") else context
            said = line[1:] if line[:1] in "+- " else line
            if code := _code(said, path.rpartition(".")[2].lower()):
                side.append(code)
    return Diff(files=[FileDiff(path=p, removed=r, added=a, context=c) for p, (r, a, c) in parts.items()])


def _named(line: str, files: list[str]) -> str:
    """A path in a hunk's header: one of the commit's files, or something that looks like one."""
    for path in files:
        if path in line:
            return path
    found = _HUNK.match(line)
    for part in (found[1], found[2] or "") if found else ():
        named = _PATH.match(part.strip())
        if named and "/" in named[0] and "." in named[0]:
            return named[0]
    return ""


def _code(line: str, suffix: str) -> str:
    """A line without its comment; "" when nothing else is on it."""
    text = re.sub(r"/\*.*?\*/|(?<![:\"'/])//.*$", "", line)
    if suffix in _HASH_COMMENTS:
        text = re.sub(r"(?:^|\s)#.*$", "", text)
    if suffix in _DASH_COMMENTS:
        text = re.sub(r"(?:^|\s)--\s.*$", "", text)
    text = text.strip()
    return "" if text.startswith(("* ", "*/", "/*", '"""', "<!--")) or text == "*" else text


@lru_cache(maxsize=4096)
def tokens(line: str) -> tuple[str, ...]:
    """The tokens of a line of code."""
    found = _TOKEN.findall(line)
    return tuple(_STATUS.get(token.lower().removeprefix("status").removeprefix("http_"), token) for token in found)


def net(diff: Diff) -> tuple[Counter[str], Counter[str]]:
    """(tokens that are gone, tokens that are new), after those on both sides have cancelled."""
    removed = Counter(token for line in diff.removed for token in tokens(line))
    added = Counter(token for line in diff.added for token in tokens(line))
    return removed - added, added - removed


def edits(diff: Diff) -> list[Edit]:
    """Every value that became another, line by line and setting by setting."""
    found = [edit for file in diff.files for edit in (*_replaced(file), *_settings(file))]
    return list({(e.key, e.old, e.new): e for e in found}.values())


_SETTING = re.compile(
    r"(?P<key>[A-Za-z_][\w.\-]*)[\"']?\s*(?::\s*[A-Za-z_][\w.\[\]]*\s*)?(?::=|=>|=|:)\s*"
    r"(?P<value>[\"'][^\"']*[\"']|-?\d[\w.%]*(?:\s*\*\s*[\w.]+)*|[A-Za-z_][\w.\-]*)"
)


def _settings(file: FileDiff) -> list[Edit]:
    """Keys with another value than before, or without one on one side."""
    old, new = (
        {m["key"]: m["value"] for line in side for m in _SETTING.finditer(line)} for side in (file.removed, file.added)
    )
    return [
        Edit(key=key, old=old.get(key, "").strip("\"'"), new=new.get(key, "").strip("\"'"), setting=True)
        for key in dict.fromkeys([*old, *new])
        if old.get(key) != new.get(key)
    ]


def _replaced(file: FileDiff) -> list[Edit]:
    """What was replaced within lines that were edited, each under the name that stands before it."""
    found: list[Edit] = []
    free = list(file.added)
    for line in file.removed:
        before = tokens(line)
        best = max(free, key=lambda other: _alike(before, tokens(other)), default=None)
        if best is None or _alike(before, tokens(best)) < SIMILAR:
            continue
        free.remove(best)
        if not _same_settings(line, best):
            found += _between(before, tokens(best))
    return found


def _same_settings(line: str, other: str) -> bool:
    """Whether two lines set the same keys: then the settings tell what changed, with their units."""
    one, two = ([m["key"] for m in _SETTING.finditer(text)] for text in (line, other))
    return bool(one) and one == two


def _alike(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    shared = sum((Counter(one) & Counter(other)).values())
    return 2 * shared / (len(one) + len(other)) if one or other else 0.0


def _between(before: tuple[str, ...], after: tuple[str, ...]) -> list[Edit]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return [
        Edit(key=_key(before, start), old=" ".join(before[start:end]), new=" ".join(after[to:till]))
        for kind, start, end, to, till in matcher.get_opcodes()
        if kind != "equal"
    ]


def _key(line: tuple[str, ...], position: int) -> str:
    """The last names before a position: of `WithTimeout(ctx, 5` it is WithTimeout ctx."""
    names = [token for token in line[:position] if token[0].isalpha() or token[0] == "_"]
    return " ".join(names[-2:])
