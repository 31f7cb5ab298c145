"""Prints the machine form: JSON in ASCII, so that nothing in it can reach a terminal as a control character."""

import json
import sys
from typing import Any

from pydantic import BaseModel


def print_json(value: BaseModel | list[Any] | dict[str, Any]) -> None:
    """Write one JSON document and a line feed to standard output; NaN and infinities are strings in records."""
    plain = json.loads(value.model_dump_json()) if isinstance(value, BaseModel) else value
    sys.stdout.write(json.dumps(plain, indent=2, ensure_ascii=True, default=str) + "\n")
    sys.stdout.flush()


def plain(record: BaseModel) -> Any:
    """A record as JSON types, for putting several into one document."""
    return json.loads(record.model_dump_json())
