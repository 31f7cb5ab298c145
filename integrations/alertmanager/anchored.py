"""Whether a label's whole value meets a silence's regular expression, in a time that the expression cannot stretch.

Alertmanager compiles it with Go's RE2 as `^(?:…)$`. Python's engine backtracks, and whoever may make a silence
could hold up the daemon with it; so the positions reached are followed all at once, as bits of a number. What is not
understood here, or takes too long, raises ValueError: the caller then takes it for a match.
"""

import re
from collections.abc import Callable
from functools import lru_cache, reduce
from operator import or_

MOST_STEPS = 50_000
LONGEST = 2_048
MOST_COPIES = 1_000
"""RE2's own limit of a counted repetition."""

_POSIX = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ",
    "upper": "A-Z",
    "word": "0-9A-Za-z_",
    "xdigit": "0-9A-Fa-f",
}
_CLASS = re.compile(r"\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x[0-9A-Fa-f]{2}|[dDwWsSftnrv]|[^0-9A-Za-z])", re.DOTALL)
_COUNT = re.compile(r"([*+?])|\{(\d{1,4})(,(\d{0,4}))?\}")
_GROUP = re.compile(r"\((?:\?(?:P?<\w+>|([is]*):|([is]+)\)))?")


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern meets the whole text. Raises ValueError where it cannot be told."""
    if max(len(pattern), len(text)) > LONGEST:
        raise ValueError("too long a pattern or value")
    return bool(_read(pattern)(_Walk(text), 1) >> len(text) & 1)


class _Walk:
    """One text, and the steps taken in it."""

    def __init__(self, text: str) -> None:
        self.text, self._steps = text, 0
        self._where: dict[re.Pattern[str], int] = {}

    def over(self, one: re.Pattern[str], starts: int) -> int:
        """The positions behind the characters that stand at these positions, where they are such."""
        self.step()
        if one not in self._where:
            self._where[one] = sum(1 << at for at, found in enumerate(self.text) if one.fullmatch(found))
        return (starts & self._where[one]) << 1

    def step(self) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise ValueError("the pattern takes too long")


_Node = Callable[[_Walk, int], int]
"""From the positions that were reached to those that are reached behind it."""


@lru_cache(maxsize=256)
def _read(pattern: str) -> _Node:
    reader = _Reader(pattern)
    node = reader.either(0)
    if reader.at < len(pattern):
        raise ValueError("a parenthesis that nobody opened")
    return node


class _Reader:
    """Recursive descent over the syntax that RE2 and label values have in common."""

    def __init__(self, pattern: str) -> None:
        self.pattern, self.at, self.flags = pattern, 0, re.ASCII

    def either(self, depth: int) -> _Node:
        """Alternatives, up to a closing parenthesis or the end; flags set in a group end with it."""
        if depth > 50:  # noqa: PLR2004 - far below Python's own limit, and beyond what people write
            raise ValueError("too deep")
        flags, found = self.flags, [self._sequence(depth)]
        while self._takes("|"):
            found.append(self._sequence(depth))
        self.flags = flags
        return lambda walk, starts: reduce(or_, (node(walk, starts) for node in found))

    def _sequence(self, depth: int) -> _Node:
        nodes: list[_Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            node = self._atom(depth)
            while count := _COUNT.match(self.pattern, self.at):
                self.at = count.end()
                node = _repeated(node, count)
                self._takes("?")  # lazy: reaches the same
            nodes.append(node)

        def follow(walk: _Walk, starts: int) -> int:
            for node in nodes:
                starts = node(walk, starts) if starts else 0
            return starts

        return follow

    def _atom(self, depth: int) -> _Node:
        here = self.pattern[self.at]
        if here == "(":
            return self._group(depth)
        if here in "^$" or self.pattern.startswith((r"\A", r"\z"), self.at):
            self.at += 1 if here in "^$" else 2
            ends = here == "$" or self.pattern[self.at - 1] == "z"
            return lambda walk, starts: starts & (1 << len(walk.text) if ends else 1)
        if self.pattern.startswith(r"\Q", self.at):
            return self._quoted()
        one = self._one()
        return lambda walk, starts: walk.over(one, starts)

    def _group(self, depth: int) -> _Node:
        opened = _GROUP.match(self.pattern, self.at)
        if opened is None or self.pattern.startswith("?", opened.end()):
            raise ValueError("a group of a kind that is not known")
        self.at, flags = opened.end(), self.flags
        for letter in opened[1] or opened[2] or "":
            self.flags |= re.IGNORECASE if letter == "i" else re.DOTALL
        if opened[2]:
            return lambda _walk, starts: starts
        node = self.either(depth + 1)
        self.flags = flags
        if not self._takes(")"):
            raise ValueError("a parenthesis that nobody closed")
        return node

    def _quoted(self) -> _Node:
        text = self.pattern[self.at + 2 :].partition(r"\E")[0]
        self.at += 2 + len(text) + 2 * (self.pattern[self.at + 2 + len(text) :][:2] == r"\E")
        ones = [re.compile(re.escape(letter), self.flags) for letter in text]

        def follow(walk: _Walk, starts: int) -> int:
            for one in ones:
                starts = walk.over(one, starts)
            return starts

        return follow

    def _one(self) -> re.Pattern[str]:
        """What stands for one character, as Python reads it."""
        here = self.pattern[self.at]
        found = {"[": _CLASS, "\\": _ESCAPE}.get(here, re.compile(r"[^*+?]", re.DOTALL)).match(self.pattern, self.at)
        if found is None:
            raise ValueError(f"{here!r} at {self.at}")
        self.at = found.end()
        text = found[0]
        if here == "[":
            text = _plain_class(text)
        elif here not in "\\.":
            text = re.escape(text)
        try:
            return re.compile(text, self.flags)
        except re.error as error:
            raise ValueError(str(error)) from error

    def _takes(self, letter: str) -> bool:
        taken = self.pattern.startswith(letter, self.at)
        self.at += len(letter) if taken else 0
        return taken


def _plain_class(text: str) -> str:
    """The class without POSIX names, with every other opening bracket escaped."""

    def named(found: re.Match[str]) -> str:
        if found[1] not in _POSIX:
            raise ValueError(f"the class {found[0]}")
        return _POSIX[found[1]]

    text = re.sub(r"\[:(\^?\w+):\]", named, text[1:])
    if re.search(r"\\[0-9pPQECbBAzZ]", text):
        raise ValueError("an escape that is not known")
    return "[" + re.sub(r"(?<!\\)((?:\\\\)*)([\[&|~])", r"\1\\\2", text)


def _repeated(node: _Node, count: re.Match[str]) -> _Node:
    sign, least, most = count[1], count[2], count[4]
    low = {"*": 0, "+": 1, "?": 0}[sign] if sign else int(least)
    high = None if sign in ("*", "+") or (count[3] and not most) else 1 if sign else int(most or least)
    if max(low, high or 0) > MOST_COPIES or (high is not None and high < low):
        raise ValueError("a repetition of that many")

    def follow(walk: _Walk, starts: int) -> int:
        for _ in range(low):
            starts = node(walk, starts)
        reached, fresh, left = starts, starts, high
        while fresh and (left is None or left > low):
            walk.step()
            fresh = node(walk, fresh) & ~reached
            reached |= fresh
            left = None if left is None else left - 1
        return reached

    return follow
