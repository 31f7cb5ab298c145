"""Settings come in layers, the later over the earlier: a file, the environment, flags. Called by agent.settings.load."""

from collections.abc import Mapping
from typing import Any

from agent import environment
from agent.complaints import Place
from agent.yamlfile import YamlFile


def nested(overrides: Mapping[str, object]) -> dict[str, Any]:
    """Dots in a key are levels; what is None was not given."""
    found: dict[str, Any] = {}
    for key, value in overrides.items():
        if _given(value):
            first, _, rest = key.partition(".")
            found = over(found, {first: nested({rest: value}) if rest else value})
    return found


def _given(value: object) -> bool:
    return any(_given(inner) for inner in value.values()) if isinstance(value, dict) else value is not None


def over(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """Mappings are merged key by key; anything else above replaces what is below."""
    merged = dict(below)
    for key, value in above.items():
        lower = merged.get(key)
        merged[key] = over(lower, value) if isinstance(lower, dict) and isinstance(value, dict) else value
    return merged


def where(place: Place, layers: list[tuple[str, dict[str, Any]]], file: YamlFile | None) -> str:
    """The layer that has the key, the uppermost first; what nobody wrote belongs to the file, if there is one."""
    for name, layer in reversed(layers):
        if name != "file" and _has(layer, place):
            return environment.variable(place) if name == "environment" else name
    return file.where(place) if file else "settings"


def _has(layer: Any, place: Place) -> bool:
    for part in place:
        inner = dict(enumerate(layer)) if isinstance(layer, list) else layer
        if not isinstance(inner, dict) or part not in inner:
            return False
        layer = inner[part]
    return bool(place)
