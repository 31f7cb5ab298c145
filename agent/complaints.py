"""Turns pydantic's errors about foreign data into sentences: which key, what is wrong, what to write instead.

Called by `agent.yamlfile` and `agent.settings`. A value is quoted only where it cannot be a secret.
"""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agent.redact import redact, secret_name
from agent.shape import at, keys

Place = tuple[str | int, ...]
_LONGEST_QUOTE = 60
_MANY = 40


@dataclass(frozen=True)
class Complaint:
    """One mistake: where in the data, and a sentence about it."""

    place: Place
    text: str

    def __str__(self) -> str:
        return f"{dotted(self.place)}: {self.text}" if self.place else self.text


def dotted(place: Place) -> str:
    """`slos[0].good.metric`, as people write it."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).lstrip(".")


def complaints(error: ValidationError, data: Mapping[str, Any], model: type[BaseModel]) -> list[Complaint]:
    """Every mistake once, in the order of the model's fields."""
    found = []
    for detail in error.errors(include_url=False):
        place = _place(detail, data)
        found.append(Complaint(place, _sentence(detail, place, model)))
    return list(dict.fromkeys(found))


def nearest(word: str, allowed: list[str]) -> str:
    """Ask whether a near word was meant, where there is one, and list what is allowed; not a hundred words beside a near one."""
    close = difflib.get_close_matches(word, allowed, n=1)
    if close and len(allowed) > _MANY:
        return f"did you mean {close[0]!r}?"
    hint = f"did you mean {close[0]!r}? " if close else ""
    return f"{hint}allowed here: {', '.join(allowed)}"


def _place(detail: ErrorDetails, data: Any) -> Place:
    """The path as the data has it: pydantic also names union members and `[key]`, which no file holds."""
    pointed = (detail.get("ctx") or {}).get("key")
    if isinstance(pointed, str):
        return (*_walk(detail, data), *(int(part) if part.isdigit() else part for part in pointed.split(".")))
    return _walk(detail, data)


def _walk(detail: ErrorDetails, data: Any) -> Place:
    place: list[str | int] = []
    last = len(detail["loc"]) - 1
    for number, part in enumerate(detail["loc"]):
        if (isinstance(data, Mapping) and part in data) or (
            isinstance(data, list) and isinstance(part, int) and part < len(data)
        ):
            data = data[part]  # type: ignore[index]  # which of the two it is, is checked above
        elif not (number == last and detail["type"] == "missing"):
            continue
        place.append(part)
    return tuple(place)


def _sentence(detail: ErrorDetails, place: Place, model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"unknown key; {nearest(str(place[-1]), keys(at(model, place[:-1])))}"
    # text where a list or a mapping belongs is often a secret in the wrong place
    structural = kind in ("list_type", "dict_type", "model_type")
    got = _kind(detail["input"]) if structural else _quoted(detail["input"], place)
    for start, say in _SENTENCES.items():
        if kind.startswith(start):
            return say(got, detail.get("ctx") or {})
    said = redact(detail["msg"].removeprefix("Value error, "))
    return said if kind == "value_error" or "key" in (detail.get("ctx") or {}) else f"{said}; got {got}"


def _quoted(value: Any, place: Place) -> str:
    """What was written, for people; only its kind where the key's name, or its look, says secret."""
    kind = _kind(value)
    if isinstance(value, Mapping | list) or value is None or any(isinstance(p, str) and secret_name(p) for p in place):
        return kind
    text = redact(str(value))
    text = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    return f"the {kind.split()[-1]} {text!r}"


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "a yes/no"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, list) else "a text" if isinstance(value, str) else "a date"


_Say = Callable[[str, Mapping[str, Any]], str]
_SENTENCES: dict[str, _Say] = {
    "missing": lambda _, __: "is missing; add it",
    "int": lambda got, _: f"got {got}; write a whole number",
    "float": lambda got, _: f"got {got}; write a number",
    "bool": lambda got, _: f"got {got}; write true or false",
    "string_type": lambda got, _: f"got {got}; write text, in quotes if it looks like a number, a date or yes/no",
    "string_pattern": lambda got, ctx: f"got {got}; write something that matches {ctx['pattern']}",
    "string_too_short": lambda _, ctx: f"is too short; write at least {ctx['min_length']} characters",
    "string_too_long": lambda _, ctx: f"is too long; write at most {ctx['max_length']} characters",
    "enum": lambda got, ctx: f"got {got}; write one of {ctx['expected']}",
    "literal_error": lambda got, ctx: f"got {got}; write one of {ctx['expected']}",
    "greater_than_equal": lambda got, ctx: f"got {got}; write {ctx['ge']} or more",
    "greater_than": lambda got, ctx: f"got {got}; write more than {ctx['gt']}",
    "less_than_equal": lambda got, ctx: f"got {got}; write {ctx['le']} or less",
    "less_than": lambda got, ctx: f"got {got}; write less than {ctx['lt']}",
    "too_short": lambda _, ctx: f"has {ctx['actual_length']} items; write at least {ctx['min_length']}",
    "too_long": lambda _, ctx: f"has too many items; write at most {ctx['max_length']}",
    "list_type": lambda got, _: f"got {got}; write a list, one `- item` a line",
    "dict_type": lambda got, _: f"got {got}; write `key: value` lines below it",
    "model_type": lambda got, _: f"got {got}; write `key: value` lines below it",
    "timezone": lambda got, _: f"got {got}; add the time zone, as in 2026-12-24T18:00:00Z",
    "datetime": lambda got, _: f"got {got}; write a time as 2026-12-24T18:00:00Z",
    "path_type": lambda got, _: f"got {got}; write the path of a file or folder",
}
