"""Looks into a pydantic model's shape: which keys stand where. For hints in errors and for the reference page."""

from collections.abc import Mapping
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel


def parts(annotation: Any) -> list[Any]:
    """The annotation without Annotated and unions: every form a value there may have."""
    if get_origin(annotation) is Annotated:
        return parts(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [part for member in get_args(annotation) for part in parts(member)]
    return [annotation]


def models(annotation: Any) -> list[type[BaseModel]]:
    """The models a value there may be."""
    return [part for part in parts(annotation) if isinstance(part, type) and issubclass(part, BaseModel)]


def items(annotation: Any) -> list[Any]:
    """What the list or mapping there holds."""
    return [get_args(part)[-1] for part in parts(annotation) if get_origin(part) in (list, dict, Mapping)]


def at(annotation: Any, place: tuple[str | int, ...]) -> list[Any]:
    """The annotations at a path of keys and list positions; nothing where the path leads nowhere."""
    here = [annotation]
    for step in place:
        below: list[Any] = []
        for form in here:
            below += items(form)
            if isinstance(step, str):
                below += [m.model_fields[step].annotation for m in models(form) if step in m.model_fields]
        here = below
    return here


def keys(annotations: list[Any]) -> list[str]:
    """The keys allowed there, in the order of the fields."""
    return [name for form in annotations for model in models(form) for name in model.model_fields]
