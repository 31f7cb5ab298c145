"""Log lines reduced to their constant part, so that novelty can be seen: which message was never logged before?

Known variables (ids, numbers, addresses) are masked first. What varies beyond that is learnt by
grouping lines of equal length whose words mostly agree, as Drain does (He et al., ICWS 2017), in our
own few lines: the tree's upper levels are the length and the first word.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable

from agent.model.cluster import LogLine

_VARIABLE = re.compile(
    r"-(?:[bcdfghjklmnpqrstvwxz2456789]{5,10}-)?[bcdfghjklmnpqrstvwxz2456789]{5}\b"  # the generated part of a pod's name
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}|0x[0-9a-f]+|\b[0-9a-f]{12,}\b|\d+(?:[.:,/-]\d+)*",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b(error|exception|fatal|panic|traceback|critical|fail(ed|ure)?|refused|timed? ?out|unavailable|no such|denied|cannot|5\d\d"
    r"|(?-i:[A-Z]\w*(?:Error|Exception)))\b",  # KeyError, NullPointerException: what a stack trace ends or begins with
    re.IGNORECASE,
)
_LEVEL = re.compile(
    r"\b(?i:level|severity|lvl)\W{1,4}(?P<named>\w+)"
    r"|\b(?P<loud>TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|SEVERE|CRITICAL|FATAL|PANIC)\b"
    r"|^\W*(?P<first>(?i:trace|debug|info|notice))\b"
)
CALM = {"trace", "debug", "info", "notice"}
"""Levels that say nothing is wrong, near the start of a line: its words ("timeout-ms loaded") do not count."""

LOUD = {"error", "err", "severe", "critical", "crit", "fatal", "panic", "alert", "emerg", "emergency"}
"""Levels that say something is wrong, whatever the words."""

_FRAME = re.compile(
    r"^\s+(at |File |\.\.\.|\^|goroutine )|^\s{4,}\S|^(goroutine \d+ \[|created by |Caused by: |\t\S+\.go:\d+)"
)
MAX_LENGTH = 300
LEVEL_WITHIN = 120
MESSAGE_KEYS = ("msg", "message", "event", "error", "err", "exception")
HOLE = "*"
ALIKE = 0.6
"""Lines of one template agree in at least this share of their words."""


def template(text: str) -> str:
    """The line without what varies (ids and numbers); of a JSON line the message and error fields."""
    return _VARIABLE.sub(HOLE, _message(text)[:MAX_LENGTH]).strip()


def _message(text: str) -> str:
    if not text.startswith("{"):
        return text
    try:
        fields = json.loads(text)
    except ValueError:
        return text
    said = [str(fields[key]) for key in MESSAGE_KEYS if fields.get(key)] if isinstance(fields, dict) else []
    return " ".join(said) or text


def is_error(text: str) -> bool:
    """Whether a line speaks of something going wrong; stack frames belong to the line above them."""
    level = _LEVEL.search(text[:LEVEL_WITHIN])
    calm = level is not None and str(level[level.lastgroup or 0]).lower() in CALM
    return not calm and not _FRAME.match(text) and bool(_ERROR.search(text))


def loud(level: str, text: str) -> bool:
    """Whether a line of this level (as its source says it, "" if it does not) speaks of something going wrong."""
    lowered = level.strip().lower()
    if lowered in CALM:
        return False
    return lowered in LOUD or is_error(text)


def error_templates(lines: list[LogLine]) -> Counter[str]:
    """How often each error template occurs."""
    return Counter(template(line.text) for line in lines if is_error(line.text))


class Miner:
    """Templates learnt line by line; `add` says which one a line belongs to, by its number."""

    def __init__(self) -> None:
        """Nothing is known at first."""
        self.templates: list[list[str]] = []
        self._leaves: dict[tuple[int, str], list[int]] = {}

    def add(self, text: str) -> int:
        """The template of a line, learnt if there is none: words that differ become holes."""
        words = template(text).split()
        first = words[0] if words and HOLE not in words[0] else HOLE
        leaf = self._leaves.setdefault((len(words), first), [])
        best = max(leaf, key=lambda number: self._alike(number, words), default=None)
        if best is None or self._alike(best, words) < ALIKE:
            leaf.append(len(self.templates))
            self.templates.append(words)
            return leaf[-1]
        known = self.templates[best]
        self.templates[best] = [one if one == other else HOLE for one, other in zip(known, words, strict=True)]
        return best

    def text(self, number: int) -> str:
        """A template as a line."""
        return " ".join(self.templates[number])

    def _alike(self, number: int, words: list[str]) -> float:
        known = self.templates[number]
        return sum(one == other for one, other in zip(known, words, strict=True)) / len(words) if words else 1.0


def folded(lines: Iterable[str]) -> list[str]:
    """Lines with their stack frames joined to the line they belong to (Go, Java, Python, Node)."""
    found: list[str] = []
    for line in lines:
        if found and (_FRAME.match(line) or not line.strip()):
            found[-1] += "\n" + line
        else:
            found.append(line)
    return found
