"""A change's diff, read: its kind, and every stroke of it in words that agent.reasoning.lexicon can be matched against."""

import re
from functools import cached_property, lru_cache
from typing import NamedTuple

from agent.model.change import Change
from agent.model.record import Record
from agent.reasoning import terms
from agent.reasoning.diffs import Diff, Edit, edits, net, parse, tokens
from agent.reasoning.identifiers import said
from agent.reasoning.patch_kind import PatchKind, kind, reordered, telling
from agent.reasoning.quantity import quantity


class Stroke(NamedTuple):
    """One thing that changed: which way, in words, and how much (0 to 1; a number that moved a little breaks little)."""

    way: str
    words: str
    size: float


MUCH, LITTLE, UNKNOWN = 2.5, 0.4, 0.6
"""A factor from which a number has moved as far as matters, what a small move counts, and one to what is not known."""


class Patch(Record):
    """A change's diff, read."""

    diff: Diff
    kind: PatchKind
    edits: list[Edit]
    gone: dict[str, int]
    new: dict[str, int]

    @cached_property
    def strokes(self) -> list[Stroke]:
        """Everything that changed: what agent.reasoning.lexicon is matched against."""
        single = [("gone", said(token), 1.0) for token in self.gone] + [("new", said(token), 1.0) for token in self.new]
        valued = [(e.direction, said(_told(e)), _size(e)) for e in self.edits if e.setting or _counts(e, self)]
        sides = (("gone", self.diff.removed), ("new", self.diff.added))
        lines = [(way, said(_changed(line, self, way)), 1.0) for way, side in sides for line in side]
        moved = [("moved", said(line), 1.0) for line in reordered(self.diff)]
        held = [("new", "call under lock", 1.0)] if _locked(self.diff) else []
        looped = [("new", "loop query", 1.0)] if _loops(self.diff) else []
        return list(dict.fromkeys(Stroke(*row) for row in [*single, *valued, *lines, *looped, *moved, *held] if row[1]))

    @cached_property
    def names(self) -> set[str]:
        """Names of what changed, and of the files and functions it changed in."""
        changed = " ".join([*self.gone, *self.new, *(f"{e.key} {e.old} {e.new}" for e in self.edits)])
        quoted = {
            _bare(token)
            for token in (*self.gone, *self.new)
            if token[:1] in "\"'`" and re.fullmatch(r"[\w.-]{3,40}", _bare(token))
        }
        files = {path.rpartition("/")[2].lower() for path in self.diff.paths}
        return {*terms.names(changed), *quoted, *files}

    @cached_property
    def words(self) -> set[str]:
        """Words of what changed."""
        return set(terms.words(" ".join([*self.gone, *self.new, *(e.key for e in self.edits), *reordered(self.diff)])))


def _bare(token: str) -> str:
    return token.strip("\"'`").replace("_", "").replace("-", "").lower()


def _size(edit: Edit) -> float:
    """By how much a number moved: from LITTLE to 1."""
    if edit.direction == "other" and (quantity(edit.old) is None) is not (quantity(edit.new) is None):
        return UNKNOWN
    if edit.factor is None:
        return 1.0
    return min(max((edit.factor - 1) / (MUCH - 1), LITTLE), 1.0)


def _told(edit: Edit) -> str:
    """What of an edit is matched: the name of a value that moved, the words that came or went."""
    if edit.direction == "other":
        return f"{edit.key} {edit.old} {edit.new}"
    return edit.key if edit.setting or edit.direction in ("up", "down") else f"{edit.old}{edit.new}"


def _counts(edit: Edit, patch: Patch) -> bool:
    """Whether words of a replaced piece are really gone or new, not only elsewhere now."""
    return any(token in patch.gone for token in edit.old.split()) or any(
        token in patch.new for token in edit.new.split()
    )


def _changed(line: str, patch: Patch, way: str) -> str:
    """What of a line is gone or new, together: "drop index" is more than its words."""
    changed = patch.gone if way == "gone" else patch.new
    return " ".join(token for token in tokens(line) if token in changed and telling([token]))


_HELD = re.compile(r"\b(r?lock|acquire|synchronized|mutex|with_for_update)\b|\bwith \w*lock", re.IGNORECASE)


def _locked(diff: Diff) -> bool:
    """A call to somewhere else that is new where a lock is held."""
    return any(
        _HELD.search("\n".join(file.context)) and any(_QUERY.search(line) for line in file.added) for file in diff.files
    )


_QUERY = re.compile(
    r"\b(query|execute|get|find|fetch|load|select|objects|save|insert|put|send|call|request|exec|lookup|publish|post|write|do)\w*\b\s*[.(]|\.(get|find|query|load)\w*\(",
    re.IGNORECASE,
)
_LOOP = re.compile(r"\bfor\b|\bwhile\b|\.(map|forEach|each)\(")


def _loops(diff: Diff) -> bool:
    """A query or call within a loop that is new."""
    added = "\n".join(diff.added)
    return any(_LOOP.search(line) and _QUERY.search(added) for line in diff.added) and len(_LOOP.findall(added)) > 0


@lru_cache(maxsize=1024)
def _patch(text: str, files: tuple[str, ...]) -> Patch:
    diff = parse(text, list(files))
    gone, new = net(diff)
    found = edits(diff)
    return Patch(diff=diff, kind=kind(diff, list(files), gone, new), edits=found, gone=dict(gone), new=dict(new))


def patch(change: Change) -> Patch:
    """The change's diff, read and told by kind."""
    return _patch(change.diff if change.diff.strip().lower() not in ("null", "none") else "", tuple(change.files))
