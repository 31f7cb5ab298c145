"""Takes one log line apart: what level it has, what it says, and what structured fields stand beside it.

Called at the doors by every source of log lines, so that detectors see one shape whatever wrote the
line: JSON (also after a prefix), logfmt, klog, or plain text with a level in it. Pure; the text is masked by the caller.
"""

import json
import re
from typing import Any

from agent.model.record import Record
from agent.redact import MASK

_LEVELS = {
    "trace": "trace",
    "debug": "debug",
    "dbg": "debug",
    "info": "info",
    "information": "info",
    "notice": "info",
    "warn": "warning",
    "warning": "warning",
    "err": "error",
    "error": "error",
    "severe": "error",
    "crit": "fatal",
    "critical": "fatal",
    "alert": "fatal",
    "emerg": "fatal",
    "fatal": "fatal",
    "panic": "fatal",
}
_NUMBERS = {10: "trace", 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "fatal"}  # bunyan and pino
_KLOG = {"I": "info", "W": "warning", "E": "error", "F": "fatal"}
_KLOG_LINE = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ ([\w.-]+:\d+)\] (.*)", re.DOTALL)
_LEVEL_KEYS = ("level", "severity", "lvl", "log.level", "loglevel", "levelname", "severity_text")
_TEXT_KEYS = ("msg", "message", "event", "body", "log", "text")
_TIME_KEYS = {"ts", "time", "timestamp", "@timestamp", "t", "datetime"}
_WITHIN = 120  # characters: where a plain line says its level
_NAMED = re.compile(r"\b(?:level|severity|lvl)\s?[=:]\s?\"?([A-Za-z]+)", re.IGNORECASE)
_LOUD = re.compile(
    r"(?<![\w.-])(TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERR|ERROR|SEVERE|CRITICAL|CRIT|FATAL|PANIC)(?![\w-])"
)
_FRAMED = re.compile(
    r"[\[<|(] ?(trace|debug|info|notice|warn|warning|error|crit|critical|fatal) ?[\]>|)]", re.IGNORECASE
)
_FIRST = re.compile(r"^\W*(trace|debug|info|notice|warn|warning|error|critical|fatal|panic)\b", re.IGNORECASE)
_PAIR = re.compile(r'([A-Za-z_][\w.-]{0,60})=("(?:[^"\\]|\\.)*+"|[^\s"]*+)(?:\s+|$)')
_BARE_MASK = re.compile(r'(":\s*)' + re.escape(MASK))
_MOST_FIELDS, _LONGEST_FIELD, _LONGEST_STACK = 30, 500, 2000


class LogEntry(Record):
    """One line taken apart; `level` is "", trace, debug, info, warning, error or fatal."""

    level: str = ""
    text: str
    fields: dict[str, str] = {}


def entry(line: str) -> LogEntry:
    """Never raises: a line that only looks structured is plain text."""
    structured = _json(line) or _logfmt(line)
    if structured is not None:
        return _unfolded(structured, line)
    klog = _KLOG_LINE.fullmatch(line)
    if klog:
        return LogEntry(level=_KLOG[klog[1]], text=klog[3], fields={"caller": klog[2]})
    return LogEntry(level=_guessed(line), text=line)


def _json(line: str) -> dict[str, Any] | None:
    """A JSON object that is the line, or ends it after a short prefix."""
    start = line.find("{")
    if not 0 <= start <= _WITHIN or not line.rstrip().endswith("}"):
        return None
    found = _loaded(line[start:])
    if not isinstance(found, dict) or not (start == 0 or any(key in found for key in _TEXT_KEYS)):
        return None
    return found


def _loaded(text: str) -> Any:
    """The value; a mask that stands for one is no JSON until it is quoted."""
    for attempt in (text, _BARE_MASK.sub(rf'\1"{MASK}"', text)):
        try:
            return json.loads(attempt)
        except (ValueError, RecursionError):
            continue
    return None


def _logfmt(line: str) -> dict[str, Any] | None:
    """A line that is nothing but key=value pairs, with a message among them."""
    found: dict[str, Any] = {}
    position = 0
    while position < len(line):
        pair = _PAIR.match(line, position)
        if pair is None:
            return None
        value = pair[2]
        found[pair[1]] = value[1:-1].replace('\\"', '"') if value.startswith('"') else value
        position = pair.end()
    return found if any(key in found for key in _TEXT_KEYS) else None


def _unfolded(fields: dict[str, Any], line: str) -> LogEntry:
    rest = {key: value for key, value in fields.items() if key.lower() not in _TIME_KEYS}
    level_key = next((key for key in rest if key.lower() in _LEVEL_KEYS), "")
    level = _level(rest.pop(level_key, ""))
    text_key = next((key for name in _TEXT_KEYS for key in rest if key.lower() == name and rest[key]), "")
    text = str(rest.pop(text_key)) if text_key else ""
    flat = dict(list(_flat(rest))[:_MOST_FIELDS])
    if not text:  # an error without a message is what it says
        text = next((flat[key] for key in ("error", "err", "exception", "error.message") if flat.get(key)), line)
    return LogEntry(level=level, text=text, fields=flat)


def _flat(fields: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """One level of nesting is opened ("error.message"); what is deeper is kept as JSON."""
    found: list[tuple[str, str]] = []
    for key, value in fields.items():
        name = f"{prefix}{key}"[:80]
        if isinstance(value, dict) and not prefix:
            found += _flat(value, f"{name}.")
        elif value is not None and value != "":
            said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            found.append((name, said[: _LONGEST_STACK if "stack" in name.lower() else _LONGEST_FIELD]))
    return found


def _level(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return _NUMBERS.get(value, "")
    return _LEVELS.get(str(value).strip().lower(), "")


def _guessed(line: str) -> str:
    head = line[:_WITHIN]
    found = _NAMED.search(head) or _LOUD.search(head) or _FRAMED.search(head) or _FIRST.search(head)
    return _level(found[1]) if found else ""
