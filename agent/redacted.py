"""Masks secrets in whole records, for what leaves the house: recordings.

Apart from `agent.redact`, which every verb imports at its start and which therefore knows no pydantic.
"""

import json
from typing import Any, TypeVar

from pydantic import BaseModel

from agent.redact import MASK, redact, secret_name

_Model = TypeVar("_Model", bound=BaseModel)


def redacted(record: _Model) -> _Model:
    """The record with every string in it redacted, and every text under a secret's name masked."""
    plain = json.loads(record.model_dump_json())
    clean = _clean(plain)
    return record if clean == plain else type(record).model_validate(clean)


def _clean(value: Any, name: str = "") -> Any:
    if isinstance(value, str):
        return MASK if value and name and secret_name(name) else redact(value)
    if isinstance(value, list):
        return [_clean(item, name) for item in value]
    if isinstance(value, dict):
        return {redact(key): _clean(inner, key) for key, inner in value.items()}
    return value
