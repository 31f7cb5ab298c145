"""Writes the page that documents every configuration key, from the models themselves.

Called by `agent.settings.reference`; a test keeps docs/configuration.md equal to it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from agent.shape import items, models, parts

_ALSO_SAID = {
    "default_slo.objective": 'share of good events that is assumed to be promised, as 0.999 or "99.9%"',
    "default_slo.period_days": "the period it is promised for",
    "policy.freezes[].start": "first moment of the window, with its time zone",
    "policy.freezes[].end": "last moment of the window, with its time zone",
    "policy.freezes[].reason": "shown to whoever asks why nothing is done",
}
"""Keys whose records in agent.model carry no description."""

_PLAIN = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    Path: "path",
    SecretStr: "secret text",
}


@dataclass(frozen=True)
class Row:
    """One key of the file."""

    key: str
    takes: str
    default: str
    description: str


def rows(model: type[BaseModel], above: str = "") -> Iterator[Row]:
    """Every key below a model, sections before their keys."""
    for name, field in model.model_fields.items():
        key = f"{above}{name}"
        yield Row(
            key, " or ".join(_takes(field.annotation)), _default(field), field.description or _ALSO_SAID.get(key, "")
        )
        for below in models(field.annotation):
            yield from rows(below, f"{key}.")
        for item in items(field.annotation):
            for below in models(item):
                yield from rows(below, f"{key}[].")


def table(model: type[BaseModel]) -> str:
    """All rows as one Markdown table; a section's own row has no default, its keys have."""
    head = "| key | takes | default | what it is |\n|---|---|---|---|\n"
    return head + "".join(
        f"| `{row.key}` | {_cell(row.takes)} | {_cell(row.default)} | {_cell(row.description)} |\n"
        for row in rows(model)
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _takes(annotation: Any) -> list[str]:
    found: list[str] = []
    for part in parts(annotation):
        if part is type(None):
            continue
        found += [_form(part)] if _form(part) not in found else []
    return found


def _form(part: Any) -> str:
    if get_origin(part) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(part))
    if get_origin(part) is list:
        return f"list of {_takes(get_args(part)[0])[0]}"
    if get_origin(part) is dict:
        return f"mapping of text to {_takes(get_args(part)[1])[0]}"
    if isinstance(part, type) and issubclass(part, Enum):
        return ", ".join(f"`{member.value}`" for member in part)
    if isinstance(part, type) and issubclass(part, BaseModel):
        return "section"
    return _PLAIN.get(part, "time")


def _list(values: list[Any]) -> str:
    """As YAML writes it on one line."""
    words = [_list(v) if isinstance(v, list) else str(v.value if isinstance(v, Enum) else v) for v in values]
    return f"[{', '.join(words)}]"


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is PydanticUndefined:
        return "required"
    if isinstance(value, BaseModel):
        return ""
    if value is None:
        return "unset"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list):
        return f"`{_list(value)}`"
    return f"`{value if not isinstance(value, Enum) else value.value}`" if value != "" else "empty"
