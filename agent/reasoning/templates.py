"""Log lines reduced to their constant part, so that novelty can be seen: which message was never logged before?"""

import json
import re
from collections import Counter

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

_FRAME = re.compile(r"^\s+(at |File |\.\.\.|\^|goroutine )|^\s{4,}\S")
MAX_LENGTH = 300
LEVEL_WITHIN = 120
MESSAGE_KEYS = ("msg", "message", "event", "error", "err", "exception")


def template(text: str) -> str:
    """The line without what varies (ids and numbers); of a JSON line the message and error fields."""
    return _VARIABLE.sub("*", _message(text)[:MAX_LENGTH]).strip()


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


def error_templates(lines: list[LogLine]) -> Counter[str]:
    """How often each error template occurs."""
    return Counter(template(line.text) for line in lines if is_error(line.text))
