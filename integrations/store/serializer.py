"""Turns checkpointed state into bytes and back: records of agent.model come back as themselves, or not at all.

LangGraph's serializer hands out a plain dict, with one line in the log, for a class it may not or
cannot rebuild; the steps would go on with it. Here that is an error before the first step runs.
"""

import importlib
import os
import pkgutil
from enum import Enum
from types import ModuleType
from typing import Any

from pydantic import BaseModel, ValidationError

import agent.model
from agent.errors import Unusable
from agent.model.record import Record

os.environ.setdefault("LANGGRAPH_STRICT_MSGPACK", "true")  # langgraph reads it when it is imported

import ormsgpack
from langgraph.checkpoint.serde.event_hooks import SerdeEvent, register_serde_event_listener
from langgraph.checkpoint.serde.jsonplus import EXT_PYDANTIC_V2, JsonPlusSerializer


def checkpointed_classes() -> list[type[Record] | type[Enum]]:
    """Every record and enum defined in agent.model: all a checkpoint may hold beside plain values."""
    modules = [
        importlib.import_module(f"agent.model.{info.name}") for info in pkgutil.iter_modules(agent.model.__path__)
    ]
    return [found for module in modules for found in _defined_in(module)]


def _defined_in(module: ModuleType) -> list[type[Record] | type[Enum]]:
    classes = [
        value for value in vars(module).values() if isinstance(value, type) and value.__module__ == module.__name__
    ]
    return [found for found in classes if issubclass(found, Record | Enum)]


class StrictSerializer(JsonPlusSerializer):
    """JsonPlusSerializer that knows `checkpointed_classes` and raises Unusable where it would give up a class."""

    def __init__(self) -> None:
        classes = checkpointed_classes()
        super().__init__(allowed_msgpack_modules=[(found.__module__, found.__name__) for found in classes])
        self._models = {(c.__module__, c.__name__): c for c in classes if issubclass(c, BaseModel)}
        self._lenient = self._unpack_ext_hook
        self._unpack_ext_hook = self._rebuild
        self._broken: list[str] = []

    def with_msgpack_allowlist(self, extra_allowlist: Any) -> "StrictSerializer":  # noqa: ARG002 - the list is complete
        """This very serializer: what a graph's state schema names beyond agent.model stays forbidden."""
        return self

    def loads_typed(self, data: tuple[str, bytes]) -> Any:
        """The value, every record in it valid. Raises Unusable, naming the classes that are not."""
        self._broken = []
        stop = register_serde_event_listener(self._blocked)
        try:
            value = super().loads_typed(data)
        finally:
            stop()
        if self._broken:
            raise Unusable(
                f"a checkpoint holds what this version cannot rebuild: {'; '.join(sorted(set(self._broken)))}."
                " Go back to the version that wrote it until its incidents are closed"
            )
        return value

    def _blocked(self, event: SerdeEvent) -> None:
        self._broken.append(f"{event['module']}.{event['name']} is not a record of agent.model")

    def _rebuild(self, code: int, data: bytes) -> Any:
        if code != EXT_PYDANTIC_V2:
            return self._lenient(code, data)
        module, name, fields, _ = ormsgpack.unpackb(data, ext_hook=self._rebuild, option=ormsgpack.OPT_NON_STR_KEYS)
        model = self._models.get((module, name))
        if model is None:
            return self._lenient(code, data)
        try:
            return model.model_validate(fields)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            self._broken.append(f"{module}.{name}.{'.'.join(map(str, first['loc']))}: {first['msg']}")
            return None
