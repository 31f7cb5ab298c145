"""Turns a pod template or a spec into YAML a person may see: stable in order, without secrets, without noise.

Diffs of the timeline and of previews are made of this text; revisions.py, changes.py and preview.py call it.
"""

import difflib
import re
from typing import Any

import yaml

from agent.redact import MASK, redact, secret_name
from integrations.kubernetes.fields import Json, section

HASH_LABEL = "pod-template-hash"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_DUMPER: Any = getattr(
    yaml, "CSafeDumper", yaml.SafeDumper
)  # a timeline renders hundreds of templates; in C that is 2.5 times as fast
_LONGEST = 2000  # characters of one value
_FLAG = re.compile(r"--?([\w.-]+)$")


def masked(value: Any) -> Any:
    """A copy of any JSON in which every string that looks like a secret, or is named like one, is masked.

    Named means: {name: DB_PASSWORD, value: …} as in env and HTTP headers, and `--password` followed by its value.
    """
    if isinstance(value, dict):
        hidden = (
            isinstance(value.get("name"), str) and secret_name(value["name"]) and isinstance(value.get("value"), str)
        )
        return {key: MASK if hidden and key == "value" else masked(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [MASK if _named_before(value, index) else masked(inner) for index, inner in enumerate(value)]
    return _clean(value) if isinstance(value, str) else value


def _named_before(arguments: list[Any], index: int) -> bool:
    before, this = arguments[index - 1] if index else None, arguments[index]
    if not (isinstance(before, str) and isinstance(this, str)) or this.startswith("-"):
        return False
    named = _FLAG.match(before)
    return bool(named and secret_name(named[1]))


def _clean(text: str) -> str:
    cleaned = redact(text)
    return cleaned if len(cleaned) <= _LONGEST else cleaned[:_LONGEST] + "…"


def masked_annotations(annotations: dict[str, str]) -> dict[str, str]:
    """Annotations without their secrets and without kubectl's copy of the whole object."""
    kept = {key: value for key, value in annotations.items() if key != LAST_APPLIED}
    return {key: MASK if secret_name(key) else _clean(value) for key, value in kept.items()}


def plain_template(template: Json) -> Json:
    """The pod template as its author wrote it: without the label a controller adds and the empty fields around it."""
    metadata = dict(section(template, "metadata"))
    metadata.pop("creationTimestamp", None)
    metadata["labels"] = {key: value for key, value in section(metadata, "labels").items() if key != HASH_LABEL}
    return {**template, "metadata": {key: value for key, value in metadata.items() if value}}


def template_yaml(template: Json) -> str:
    """A pod template as YAML, secrets masked."""
    return as_yaml(plain_template(template))


def as_yaml(value: Any) -> str:
    """Any JSON as YAML with sorted keys, secrets masked."""
    return str(yaml.dump(masked(value), Dumper=_DUMPER, sort_keys=True, width=200, allow_unicode=True))


def unified(before: str, after: str, old: str, new: str) -> str:
    """A unified diff with three lines of context; "" for equal texts."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), old, new, lineterm="")
    return "\n".join(lines)
