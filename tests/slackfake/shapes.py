"""Small checks that are put together into the shape of a JSON object, each naming what is wrong and where.

`elements.py` and `blocks.py` say Block Kit with them. The sentences and the JSON pointers are worded as
Slack words them, so that what a test prints is what a person would read in production.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Check = Callable[[Any, str], Iterator[str]]


def wrong(sentence: str, at: str) -> Iterator[str]:
    yield f"{sentence} [json-pointer:{at or '/'}]"


def string(most: int, least: int = 1) -> Check:
    """A string of so many characters."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str):
            yield from wrong("must provide a string", at)
        elif len(value) < least:
            yield from wrong(f"must be more than {least - 1} characters", at)
        elif len(value) > most:
            yield from wrong(f"must be less than {most + 1} characters", at)

    return check


def one_of(*values: str) -> Check:
    """A word of a closed set."""

    def check(value: Any, at: str) -> Iterator[str]:
        if value not in values:
            yield from wrong(f"must be a valid enum value: {', '.join(values)}", at)

    return check


def matching(pattern: str) -> Check:
    """A string of a form."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            yield from wrong("failed to match pattern", at)

    return check


def boolean(value: Any, at: str) -> Iterator[str]:
    """True or false."""
    if not isinstance(value, bool):
        yield from wrong("must provide a boolean", at)


def number(least: int, most: int) -> Check:
    """An integer within bounds."""

    def check(value: Any, at: str) -> Iterator[str]:
        if isinstance(value, bool) or not isinstance(value, int):
            yield from wrong("must provide a number", at)
        elif not least <= value <= most:
            yield from wrong(f"must be between {least} and {most}", at)

    return check


def items(of: Check, least: int, most: int) -> Check:
    """A list of so many things."""

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, list):
            yield from wrong("must provide an array", at)
            return
        if len(value) < least:
            yield from wrong(f"no fewer than {least} items allowed", at)
        if len(value) > most:
            yield from wrong(f"no more than {most} items allowed", at)
        for index, item in enumerate(value):
            yield from of(item, f"{at}/{index}")

    return check


def shape(
    required: Mapping[str, Check], optional: Mapping[str, Check] | None = None, rule: Check | None = None
) -> Check:
    """An object with these keys and no others; `rule` looks at the whole of it."""
    known = {**required, **(optional or {})}

    def check(value: Any, at: str) -> Iterator[str]:
        if not isinstance(value, dict):
            yield from wrong("must provide an object", at)
            return
        for key in (key for key in required if value.get(key) is None):
            yield from wrong(f"missing required field: {key}", at)
        for key, inner in value.items():
            if key not in known:
                yield from wrong(f"invalid additional property: {key}", at)
            elif inner is not None:
                yield from known[key](inner, f"{at}/{key}")
        if rule is not None:
            yield from rule(value, at)

    return check


def tagged(table: Mapping[str, Check]) -> Check:
    """An object whose `type` says which shape it has."""

    def check(value: Any, at: str) -> Iterator[str]:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str):
            yield from wrong("missing required field: type", at)
        elif kind not in table:
            yield from wrong(f"unsupported type: {kind}", f"{at}/type")
        else:
            yield from table[kind](value, at)

    return check


def anything(_value: Any, _at: str) -> Iterator[str]:
    """No demands."""
    yield from ()


def exactly_one(*keys: str) -> Check:
    """One of these keys, and only one."""

    def check(value: Any, at: str) -> Iterator[str]:
        if sum(value.get(key) is not None for key in keys) != 1:
            yield from wrong(f"must provide exactly one of: {', '.join(keys)}", at)

    return check


def at_least_one(*keys: str) -> Check:
    """One of these keys, or several."""

    def check(value: Any, at: str) -> Iterator[str]:
        if all(value.get(key) is None for key in keys):
            yield from wrong(f"must provide at least one of: {', '.join(keys)}", at)

    return check
