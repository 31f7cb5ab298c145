"""A flag's JSON document: where its state stands, and the same document with another state. Pure; called by the actuator."""

import copy
import json
from typing import Any

from agent.errors import Refused
from agent.model.record import digest
from agent.policy.fitting.configuration import OFF

Json = dict[str, Any]


class Document:
    """One reading of a flag."""

    def __init__(self, body: Json, field: str, off: bool | int | str | None, ignored: list[str]) -> None:
        self._body, self._path, self._off, self._ignored = body, field.split("."), off, ignored

    @property
    def digest(self) -> str:
        """Of all that does not change by itself: what an approval is bound to."""
        return digest({key: value for key, value in self._body.items() if key not in self._ignored})

    @property
    def state(self) -> str:
        """As an action says it. Refused where the document has none, or one that is no plain value."""
        value = self._holder(self._body)[self._path[-1]]
        return OFF if _same(value, self._off) else json.dumps(value)

    def turned(self, state: str) -> Json:
        """The whole document with that state. Refused for a state of another type than what stands there or means off."""
        wanted = copy.deepcopy(self._body)
        holder = self._holder(wanted)
        value = self._off if state == OFF else _value(state)
        if type(value) not in (type(holder[self._path[-1]]), type(self._off)):
            raise Refused(f"the state {state[:40]} is of another type than the flag's")
        holder[self._path[-1]] = value
        return wanted

    def with_body(self, body: Json) -> "Document":
        """Another document read in the same way."""
        return Document(body, ".".join(self._path), self._off, self._ignored)

    def _holder(self, body: Json) -> Json:
        found: Any = body
        for name in self._path[:-1]:
            found = found.get(name) if isinstance(found, dict) else None
        if not isinstance(found, dict) or self._path[-1] not in found:
            raise Refused(f"the flag's document has no field {'.'.join(self._path)}")
        if isinstance(found[self._path[-1]], dict | list):
            raise Refused(f"the field {'.'.join(self._path)} of the flag's document is no plain value")
        return found


def parsed(body: bytes) -> Json:
    """A document from a reply. ValueError where it is none."""
    try:
        found = json.loads(body, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("it nests too deep") from error
    if not isinstance(found, dict):
        raise ValueError("it is no JSON object")  # noqa: TRY004 - of foreign text, not of a type
    return found


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _value(state: str) -> Any:
    try:
        value = json.loads(state, parse_constant=_no_number)
    except ValueError as error:
        raise Refused(f"the state {state[:40]!r} is no JSON value") from error
    if isinstance(value, dict | list):
        raise Refused("a flag's state is a plain value")
    return value


def _same(one: Any, other: Any) -> bool:
    """Without 0 being False."""
    return type(one) is type(other) and bool(one == other)
