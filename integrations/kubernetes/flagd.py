"""flagd's document of flags as a ConfigMap holds it: where a flag's state stands in the text, so that only that is changed.

JSON is read as the YAML it is: the parser's marks say which characters to replace, everything else stays as written.
"""

import json
from dataclasses import dataclass
from typing import Any

import yaml

from agent.errors import Refused

STATES = ("ENABLED", "DISABLED")
_LONGEST = 262_144  # more would hold up the event loop noticeably
_DEEPEST = 100


@dataclass(frozen=True)
class Place:
    """A flag's state within the document under one key of a ConfigMap."""

    key: str
    flag: str
    document: str
    state: str
    start: int
    end: int

    def turned(self, state: str) -> str:
        """The document with that state. Refused for a state flagd does not know, and where more than that would change."""
        if state not in STATES:
            raise Refused(f"flagd knows no state {state[:40]!r}: it is {' or '.join(STATES)}")
        quote = self.document[self.start] if self.document[self.start] in "'\"" else ""
        after = f"{self.document[: self.start]}{quote}{state}{quote}{self.document[self.end :]}"
        wanted, found = _loaded(self.document), _loaded(after)
        wanted["flags"][self.flag]["state"] = state
        if wanted != found:
            raise Refused(f"the state of {self.flag} in {self.key} cannot be changed without changing something else")
        return after


def place(data: dict[str, str], flag: str) -> Place:
    """Where a flag stands. Refused where it is in no document, or in several."""
    found = [each for key, document in data.items() if (each := _placed(key, document, flag))]
    if len(found) != 1:
        where = f"in {', '.join(each.key for each in found)}: which one counts is not known" if found else "in none"
        raise Refused(f"flag {flag[:100]} is {where} of the ConfigMap's documents of flags")
    return found[0]


def _placed(key: str, document: str, flag: str) -> Place | None:
    root = _composed(document)
    if root is None:
        return None
    states = [state for flags in _under(root, "flags") for one in _under(flags, flag) for state in _under(one, "state")]
    if not states:
        return None
    if len(states) > 1:
        raise Refused(f"flag {flag[:100]} is there more than once in {key}")
    node = states[0]
    if not isinstance(node, yaml.ScalarNode) or node.value not in STATES:
        raise Refused(f"the state of {flag[:100]} in {key} is neither {' nor '.join(STATES)}")
    return Place(key, flag, document, node.value, node.start_mark.index, node.end_mark.index)


def _composed(document: str) -> yaml.Node | None:
    """The document's nodes with their places, None where it is no document."""
    if len(document) > _LONGEST or "flags" not in document or _depth(document) > _DEEPEST:
        return None
    try:
        text = _spaced(document)
        aliased = any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, Loader=yaml.SafeLoader))
        return None if aliased else yaml.compose(text, Loader=yaml.SafeLoader)  # aliases can make much of little
    except (yaml.YAMLError, ValueError, RecursionError):
        return None


def _depth(document: str) -> int:
    """At least as deep as its brackets nest: a document of nothing but brackets would exhaust the parser."""
    deepest = depth = 0
    for character in document:
        depth += (character in "[{") - (character in "]}")
        deepest = max(deepest, depth)
    return deepest


def _spaced(document: str) -> str:
    """JSON may be indented with tabs, which YAML does not take; within a JSON string there is none."""
    if "\t" not in document:
        return document
    try:
        json.loads(document)
    except ValueError:
        return document
    return document.replace("\t", " ")


def _loaded(document: str) -> Any:
    try:
        return yaml.safe_load(_spaced(document))
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise Refused("the document of flags would not be readable any more") from error


def _under(node: yaml.Node, name: str) -> list[yaml.Node]:
    """The values under a key: more than one where a key is repeated."""
    if not isinstance(node, yaml.MappingNode):
        return []
    return [value for key, value in node.value if isinstance(key, yaml.ScalarNode) and key.value == name]
