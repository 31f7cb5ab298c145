"""What kind of change a diff is, mechanically: nothing that runs, moved code, a bump, logging, or a change of behaviour.

Never by the commit's message: an innocent title is what a bad commit has too.
"""

import re
from collections import Counter
from enum import StrEnum
from functools import cached_property, lru_cache
from typing import NamedTuple

from agent.model.change import Change
from agent.model.record import Record
from agent.reasoning import terms
from agent.reasoning.diffs import Diff, Edit, edits, net, parse, tokens


class PatchKind(StrEnum):
    """From harmless to telling."""

    INERT = "inert"  # documents, tests, pipelines, style sheets, comments, white space, order of keys
    MOVED = "moved"  # code extracted, moved or renamed: what is gone in one place is in another
    LOGGING = "logging"  # log lines, metrics and traces only
    BUMP = "bump"  # versions of dependencies
    ADDED = "added"  # new code beside the old, which stays
    LOOSENED = "loosened"  # nothing but limits, pools, timeouts and retries made more generous
    CHANGED = "changed"  # behaviour or configuration
    UNSEEN = "unseen"  # no diff could be read


HARMLESS = re.compile(
    r"\.(md|rst|adoc|txt|css|scss|sass|less|svg|png|jpe?g|gif|ico|woff2?)$|(^|/)(docs?|documentation|examples?|testdata|__tests__|tests?|specs?|fixtures|__snapshots__)/"
    r"|_test\.\w+$|[._](test|spec|bench)\.\w+$|(^|/)test_[^/]*\.py$|Tests?\.(java|kt|cs)$|(^|/)(LICENSE|CODEOWNERS|CHANGELOG|NOTICE|README)[^/]*$"
    r"|(^|/)\.(github|circleci|gitlab|buildkite|vscode|idea)/|(^|/)\.?(gitlab-ci|travis|golangci|pre-commit-config|editorconfig|gitignore|eslintrc|prettierrc)\b|(^|/)Jenkinsfile",
    re.IGNORECASE,
)
MANIFESTS = re.compile(
    r"(^|/)(go\.(mod|sum)|package(-lock)?\.json|yarn\.lock|pnpm-lock\.yaml|poetry\.lock|Pipfile(\.lock)?|requirements[^/]*\.txt|pyproject\.toml|Cargo\.(toml|lock)|pom\.xml|build\.gradle(\.kts)?|Gemfile(\.lock)?|composer\.(json|lock)|mix\.(exs|lock))$",
    re.IGNORECASE,
)
REPORTS = re.compile(
    r"\b(log|logger|logging|slog|zap|zerolog|console|LOG_\w+|metrics?\w*|prometheus|promauto|counter|histogram|gauge|span|tracer|otel|statsd)\b\S*[.(:=]|\b(Help|Name|Buckets)\s*:|\bimport\b",
    re.IGNORECASE,
)
CONTRACTS = re.compile(r"\.(proto|json|ya?ml|sql|avsc|graphql|thrift|xsd|properties|toml|ini|conf|env|tf|hcl)$|(^|/)\.env", re.IGNORECASE)
"""Files whose names others rely on: there a renamed thing is another thing."""

STYLE_VALUE = re.compile(r"^[\"'#]*#[0-9a-f]{3,8}[\"']*$", re.IGNORECASE)
DECLARING = {"func", "def", "class", "return", "if", "err", "error", "ok", "const", "let", "var", "fn", "static", "final", "private", "public", "void", "self", "this", "string", "int", "bool", "ctx", "context"}
FLOW = {"for", "while", "select", "go", "sleep", "Sleep", "retry", "loop", "async", "await", "lock", "Lock"}
DEFINED = re.compile(r"\b(?:func|def|function|fn|class|interface|struct|type|static|final|private|public|protected|var|let|const|val)\b[^(={]*?\b([A-Za-z_]\w*)\s*(?=[(\[{<=:]|$)")


class Stroke(NamedTuple):
    """One thing that changed: which way, in words, and how much (0 to 1; a number that moved a little breaks little)."""

    way: str
    words: str
    size: float


MUCH, LITTLE = 2.5, 0.4
"""A factor from which a number has moved as far as matters, and what a small move counts."""


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
        lines = [(way, said(line), 1.0) for way, side in sides for line in side if _differs(line, self, way)]
        moved = [("moved", said(line), 1.0) for line in reordered(self.diff)]
        held = [("new", "call under lock", 1.0)] if _locked(self.diff) else []
        looped = [("new", "loop query", 1.0)] if _loops(self.diff) else []
        return list(dict.fromkeys(Stroke(*row) for row in [*single, *valued, *lines, *looped, *moved, *held] if row[1]))

    @cached_property
    def names(self) -> set[str]:
        """Names of what changed, and of the files and functions it changed in."""
        changed = " ".join([*self.gone, *self.new, *(f"{e.key} {e.old} {e.new}" for e in self.edits)])
        quoted = {_bare(token) for token in (*self.gone, *self.new) if token[:1] in "\"'`" and re.fullmatch(r"[\w.-]{3,40}", _bare(token))}
        files = {path.rpartition("/")[2].lower() for path in self.diff.paths}
        return {*terms.names(changed), *quoted, *files}

    @cached_property
    def words(self) -> set[str]:
        """Words of what changed."""
        return set(terms.words(" ".join([*self.gone, *self.new, *(e.key for e in self.edits), *reordered(self.diff)])))


def _bare(token: str) -> str:
    return token.strip("\"'`").replace("_", "").replace("-", "").lower()


def said(text: str) -> str:
    """Identifiers split into words, lower case; other signs stay."""
    spaced = re.sub(r"[A-Za-z_][\w]*", lambda m: " ".join(terms.pieces(m[0])) or m[0], text)
    return re.sub(r"\s+", " ", re.sub(r"[\"'`.,;(){}\[\]:=]", " ", spaced)).strip().lower()


def _size(edit: Edit) -> float:
    """By how much a number moved: from LITTLE to 1."""
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
    return any(token in patch.gone for token in edit.old.split()) or any(token in patch.new for token in edit.new.split())


def _differs(line: str, patch: Patch, way: str) -> bool:
    """Whether most of a line is gone or new: a line that only moved says nothing."""
    changed, told = patch.gone if way == "gone" else patch.new, _telling(Counter(tokens(line)))
    return bool(told) and 2 * sum(token in changed for token in told) > len(told)


_HELD = re.compile(r"\b(r?lock|acquire|synchronized|mutex|with_for_update)\b|\bwith \w*lock", re.IGNORECASE)


def _locked(diff: Diff) -> bool:
    """A call to somewhere else that is new where a lock is held."""
    return any(_HELD.search("\n".join(file.context)) and any(_QUERY.search(line) for line in file.added) for file in diff.files)


_QUERY = re.compile(r"\b(query|execute|get|find|fetch|load|select|objects|save|insert|put|send|call|request|exec|lookup|publish|post|write|do)\w*\b\s*[.(]|\.(get|find|query|load)\w*\(", re.IGNORECASE)
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
    return Patch(diff=diff, kind=_kind(diff, list(files), gone, new), edits=found, gone=dict(gone), new=dict(new))


def patch(change: Change) -> Patch:
    """The change's diff, read and told by kind."""
    return _patch(change.diff if change.diff.strip().lower() not in ("null", "none") else "", tuple(change.files))


def _kind(diff: Diff, files: list[str], gone: Counter[str], new: Counter[str]) -> PatchKind:
    paths = list(dict.fromkeys([*files, *diff.paths]))
    code = [path for path in paths if not HARMLESS.search(path)]
    if paths and not code:
        return PatchKind.INERT
    if not diff.removed and not diff.added:
        return PatchKind.BUMP if code and all(MANIFESTS.search(path) for path in code) else PatchKind.UNSEEN
    if paths and all(MANIFESTS.search(path) for path in code):
        return PatchKind.BUMP
    left, came = _telling(gone), _telling(new)
    if not left and not came:
        return PatchKind.CHANGED if reordered(diff) else PatchKind.INERT
    if all(STYLE_VALUE.match(token) for token in (*left, *came)):
        return PatchKind.INERT
    if _reports(diff):
        return PatchKind.LOGGING
    if not any(CONTRACTS.search(path) for path in code) and (_moved(diff, left, came) or _tidied(diff)):
        return PatchKind.MOVED
    if _loosened(diff, left, came):
        return PatchKind.LOOSENED
    return PatchKind.ADDED if not left and not diff.removed else PatchKind.CHANGED


GENEROUS = re.compile(r"time ?out|deadline|retr|attempt|limit|pool|max|size|idle|ttl|interval|period|conns?\b|buffer|capacity|workers?|replicas?|memory|cpu|grace|keep ?alive|age", re.IGNORECASE)


def _loosened(diff: Diff, left: list[str], came: list[str]) -> bool:
    """Whether all that changed are numbers that grew, but not by an order of magnitude, under names of limits."""
    found = edits(diff)
    names = [token for token in (*left, *came) if token[0].isalpha() and token.lower() not in ("second", "minute", "hour", "millisecond", "time")]
    generous = [e for e in found if e.direction == "up" and GENEROUS.search(said(e.key)) and e.factor and e.factor < MODEST]
    return bool(found) and len(generous) == len(found) and not names


MODEST = 10.0


def reordered(diff: Diff) -> list[str]:
    """Lines of code that stand in another order now: imports, keys of a configuration and cases of a list do not matter."""
    found = []
    for file in diff.files:
        if CONTRACTS.search(file.path) or len(file.removed) < 2 or sorted(file.removed) != sorted(file.added):  # noqa: PLR2004
            continue
        if [tokens(line) for line in file.removed] != [tokens(line) for line in file.added]:
            found += [line for line in file.removed if "(" in line and not re.match(r"\s*(import|from|use|require|#include|\"|')", line)]
    return found


def _telling(counter: Counter[str]) -> list[str]:
    """Tokens that mean something: names, numbers, texts and comparisons; no punctuation."""
    return [token for token in counter if token[0].isalnum() or token[0] in "\"'`_$" or token in ("<", ">", "<=", ">=", "==", "!=", "&&", "||")]


def _reports(diff: Diff) -> bool:
    lines = [line for line in (*diff.removed, *diff.added) if _telling(Counter(tokens(line)))]
    return bool(lines) and all(REPORTS.search(line) for line in lines)


def _moved(diff: Diff, left: list[str], came: list[str]) -> bool:
    """Whether nothing is gone but names that others replaced, and nothing came but such names."""
    if not diff.removed or any(_value(token) for token in left) or any(token in FLOW for token in came):
        return False
    numbers = {token for token in came if _value(token)} - {token for file in diff.files for line in file.context for token in tokens(line)}
    if numbers:
        return False
    lost = [token for token in left if token not in DECLARING]
    if not lost:
        return True
    # a helper stands for what is gone: the words of lost names mostly go on in names that are called now
    called = {name for line in diff.added for name in _CALLED.findall(line)}
    pieces = {piece for token in came if token in called for piece in terms.pieces(token)}
    kept = [token for token in lost if set(terms.pieces(token)) & pieces]
    return _renamed(diff, lost) or (len(kept) >= 0.6 * len(lost) and not any(token in FLOW for token in lost))  # noqa: PLR2004


_CALLED = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*\(")


def _tidied(diff: Diff) -> bool:
    """The same values, conditions and names put differently: sets of tokens agree but for a helper that stands for another."""
    old, new = ({t for line in side for t in _telling(Counter(tokens(line)))} for side in (diff.removed, diff.added))
    if not old or {t for t in old if _value(t)} != {t for t in new if _value(t)}:
        return False
    lost, came = ({t for t in side if t not in DECLARING and t[0].isalpha()} for side in (old - new, new - old))
    called = {name for line in diff.added for name in _CALLED.findall(line)}
    pieces = {piece for token in came if token in called for piece in terms.pieces(token)}
    return not (lost | came) & FLOW and all(set(terms.pieces(token)) & pieces for token in lost) and len(came) <= len(lost) + 1


def _value(token: str) -> bool:
    return token[0].isdigit() or token[0] in "\"'`"


def _renamed(diff: Diff, lost: list[str]) -> bool:
    """A local name that was exchanged for another, everywhere alike."""
    if len(diff.removed) != len(diff.added):
        return False
    pairs: dict[str, set[str]] = {}
    for old, new in zip(diff.removed, diff.added, strict=True):
        one, other = tokens(old), tokens(new)
        if len(one) != len(other):
            return False
        for before, after in zip(one, other, strict=True):
            if before != after:
                pairs.setdefault(before, set()).add(after)
    local = all(len(to) == 1 and before[0].islower() and not _value(before) for before, to in pairs.items())
    declared = any(re.search(rf"\b{re.escape(name)}\s*:?=", line) for name in pairs for line in diff.removed)
    return bool(pairs) and local and declared and set(lost) <= set(pairs)
