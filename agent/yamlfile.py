"""Reads one YAML file the careful way: safe, small, no surprises, and the line of every key is kept.

Settings and playbooks come through here, so that a mistake in either is answered with file, line,
key, what is wrong and what to write instead (`agent.complaints` finds the words).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from agent.complaints import Place, complaints
from agent.errors import Unusable
from agent.redact import redact

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
BAD_TIME = "a time in it lies outside the years 1 to 9999 in UTC; write one within them"
_PLAIN_TAGS = {f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null", "timestamp")}

Found = TypeVar("Found", bound=BaseModel)


@dataclass(frozen=True)
class YamlFile:
    """A mapping read from a file; `lines` has the 1-based line of every key and list item by its path."""

    path: Path
    data: dict[str, Any]
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of that key, or of the nearest one above it that the file has."""
        for length in range(len(place), 0, -1):
            if place[:length] in self.lines:
                return self.lines[place[:length]]
        return 1

    def where(self, place: Place) -> str:
        """FILE:LINE."""
        return f"{self.path}:{self.line(place)}"


class _OneTree(yaml.SafeLoader):
    """A safe loader that builds a plain tree: aliases and deep nesting are refused while it reads."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
            raise yaml.MarkedYAMLError(
                problem=f"the alias *{event.anchor} is not supported; write the value out",
                problem_mark=event.start_mark,
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.MarkedYAMLError(
                problem=f"nested deeper than {MAX_DEPTH} levels; flatten it", problem_mark=self._mark()
            )
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _mark(self) -> yaml.Mark:
        mark: yaml.Mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it open
        return mark


def load(path: Path) -> YamlFile:
    """Read a file that holds one mapping. Raises Unusable, saying where and what to write instead."""
    try:
        return _tree(path, _text(path))
    except yaml.YAMLError as error:
        # not chained: PyYAML's own text quotes the line, which may hold a secret
        raise Unusable(f"{path}:{_syntax(error)}") from None


def validate(path: Path, model: type[Found]) -> Found:
    """Read the file as that model. Raises one Unusable that lists every mistake as FILE:LINE: key: what."""
    return checked(load(path), model)


def checked(file: YamlFile, model: type[Found]) -> Found:
    """What was read, as that model; raises as `validate` does."""
    try:
        return model.model_validate(file.data)
    except OverflowError:
        raise Unusable(f"{file.path}: {BAD_TIME}") from None
    except ValidationError as error:
        found = complaints(error, file.data, model)
        raise Unusable("\n".join(f"{file.where(c.place)}: {c}" for c in found)) from None


def _tree(path: Path, text: str) -> YamlFile:
    loader = _OneTree(text)
    root = loader.get_single_node()
    if root is None:
        raise Unusable(f"{path}:1: the file is empty; write at least one `key: value`, or leave the file out")
    if not isinstance(root, yaml.MappingNode):
        raise Unusable(f"{path}:{_line(root)}: the file must be a mapping; write `key: value` lines at the top level")
    lines: dict[Place, int] = {}
    return YamlFile(path, _mapping(loader, root, (), lines), lines)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            body = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise Unusable(f"{path}: cannot be read ({error.strerror}); give the path of a readable YAML file") from error
    if len(body) > MAX_BYTES:
        raise Unusable(f"{path}: larger than {MAX_BYTES} bytes; this is not a file of ours, or it has to be split")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise Unusable(f"{path}:{line}: not UTF-8 text; save the file as UTF-8") from error


def _syntax(error: yaml.YAMLError) -> str:
    """LINE: column N: what is wrong, without the quotation PyYAML would add: it could hold a secret."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        said = redact(", ".join(part for part in (error.context, error.problem) if part))
        return f"{mark.line + 1}: column {mark.column + 1}: {said}" if mark else f"1: {said}"
    if isinstance(error, yaml.reader.ReaderError):
        return f"1: the character number {error.position + 1} may not stand in YAML; remove it"
    return "1: not YAML"


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _value(loader: _OneTree, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
    if isinstance(node, yaml.MappingNode) and node.tag == loader.DEFAULT_MAPPING_TAG:
        return _mapping(loader, node, place, lines)
    if isinstance(node, yaml.SequenceNode) and node.tag == loader.DEFAULT_SEQUENCE_TAG:
        return _sequence(loader, node.value, place, lines)
    if not isinstance(node, yaml.ScalarNode) or node.tag not in _PLAIN_TAGS:
        raise yaml.MarkedYAMLError(
            problem=f"the tag {node.tag} is not supported; write a plain value", problem_mark=node.start_mark
        )
    try:
        return loader.construct_object(node)
    except ValueError as error:
        raise yaml.MarkedYAMLError(
            problem="this looks like a number or a date and is neither; put it in quotes if it is text",
            problem_mark=node.start_mark,
        ) from error


def _mapping(loader: _OneTree, node: yaml.MappingNode, place: Place, lines: dict[Place, int]) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = _key(key_node)
        if key in data:
            first = lines[(*place, key)]
            raise yaml.MarkedYAMLError(
                problem=f"the key {key!r} is there twice, first in line {first}; keep one of them",
                problem_mark=key_node.start_mark,
            )
        lines[(*place, key)] = _line(key_node)
        data[key] = _value(loader, value_node, (*place, key), lines)
    return data


def _key(node: yaml.Node) -> str:
    """The key as it is written: `on`, `no` and `1.10` stay text, as a reader would expect."""
    if not isinstance(node, yaml.ScalarNode):
        raise yaml.MarkedYAMLError(problem="a key must be plain text", problem_mark=node.start_mark)
    return str(node.value)


def _sequence(loader: _OneTree, nodes: Sequence[yaml.Node], place: Place, lines: dict[Place, int]) -> list[Any]:
    items: list[Any] = []
    for number, node in enumerate(nodes):
        lines[(*place, number)] = _line(node)
        items.append(_value(loader, node, (*place, number), lines))
    return items
