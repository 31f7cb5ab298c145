"""Which ConfigMaps and Secrets a pod template refers to, read from its YAML. Called by agent.policy.safety."""

from collections.abc import Iterator
from typing import Any

import yaml

from agent.model.record import Record

REFERENCES = {
    "configMapKeyRef": "ConfigMap",
    "secretKeyRef": "Secret",
    "configMapRef": "ConfigMap",
    "secretRef": "Secret",
}
VOLUMES = {"configMap": ("ConfigMap", "name"), "secret": ("Secret", "secretName")}


class Needed(Record):
    """An object a pod needs, or one key of it."""

    kind: str
    name: str
    key: str = ""
    optional: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.name}" + (f" (key {self.key})" if self.key else "")


def needed(template: str) -> list[Needed]:
    """In the order they stand; nothing of a template that is no YAML."""
    try:
        document = yaml.safe_load(template)
    except yaml.YAMLError:
        return []
    return list(dict.fromkeys(_walk(document)))


def _walk(node: Any) -> Iterator[Needed]:
    if isinstance(node, list):
        for item in node:
            yield from _walk(item)
    if not isinstance(node, dict):
        return
    for key, value in node.items():
        if isinstance(value, dict) and key in REFERENCES and isinstance(value.get("name"), str):
            yield _reference(REFERENCES[key], value["name"], value)
        elif isinstance(value, dict) and key in VOLUMES:
            kind, field = VOLUMES[key]
            name = value.get(field) or value.get("name")
            if isinstance(name, str):
                yield _reference(kind, name, value)
        else:
            yield from _walk(value)


def _reference(kind: str, name: str, value: dict[str, Any]) -> Needed:
    key = value.get("key")
    return Needed(kind=kind, name=name, key=key if isinstance(key, str) else "", optional=value.get("optional") is True)
