"""What kind of change a diff is, mechanically: nothing that runs, moved code, a bump, logging, or a change of behaviour.

Never by the commit's message: an innocent title is what a bad commit has too.
"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

from agent.reasoning import terms
from agent.reasoning.diffs import Diff, edits, tokens
from agent.reasoning.identifiers import said


class PatchKind(StrEnum):
    """From harmless to telling."""

    INERT = "inert"  # documents, tests, pipelines, style sheets, comments, white space, order of keys
    MOVED = "moved"  # code extracted, moved or renamed: what is gone in one place is in another
    WORDED = "worded"  # another wording of what people read: messages, titles
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
CONTRACTS = re.compile(
    r"\.(proto|json|ya?ml|sql|avsc|graphql|thrift|xsd|properties|toml|ini|conf|env|tf|hcl)$|(^|/)\.env", re.IGNORECASE
)
"""Files whose names others rely on: there a renamed thing is another thing."""
STYLE_VALUE = re.compile(r"^[\"'#]*#[0-9a-f]{3,8}[\"']*$", re.IGNORECASE)
DECLARING = {
    "func",
    "def",
    "class",
    "return",
    "if",
    "err",
    "error",
    "ok",
    "const",
    "let",
    "var",
    "fn",
    "static",
    "final",
    "private",
    "public",
    "void",
    "self",
    "this",
    "string",
    "int",
    "bool",
    "ctx",
    "context",
}
FLOW = {"for", "while", "select", "go", "sleep", "Sleep", "retry", "loop", "async", "await", "lock", "Lock"}
GENEROUS = re.compile(
    r"time ?out|deadline|retr|attempt|limit|pool|max|size|idle|ttl|interval|period|conns?\b|buffer|capacity|workers?|replicas?|memory|cpu|grace|keep ?alive|age",
    re.IGNORECASE,
)
MODEST = 10.0
_CALLED = re.compile(r"([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*\(")


def telling(counter: Iterable[str]) -> list[str]:
    """Tokens that mean something: names, numbers, texts and comparisons; no punctuation."""
    return [
        token
        for token in counter
        if token[0].isalnum() or token[0] in "\"'`_$" or token in ("<", ">", "<=", ">=", "==", "!=", "&&", "||")
    ]


def kind(diff: Diff, files: list[str], gone: Counter[str], new: Counter[str]) -> PatchKind:
    """Told by the paths, and by what is gone and new: the first of these that holds."""
    paths = list(dict.fromkeys([*files, *diff.paths]))
    code = [path for path in paths if not HARMLESS.search(path)]
    if paths and not code:
        return PatchKind.INERT
    if code and all(MANIFESTS.search(path) for path in code):
        return PatchKind.BUMP
    if not diff.removed and not diff.added:
        return PatchKind.UNSEEN
    left, came = telling(gone), telling(new)
    rules = [
        (PatchKind.INERT, not left and not came and not reordered(diff)),
        (PatchKind.CHANGED, not left and not came),
        (PatchKind.INERT, all(STYLE_VALUE.match(token) for token in (*left, *came))),
        (PatchKind.WORDED, _worded([*left, *came]) and not any(CONTRACTS.search(path) for path in code)),
        (PatchKind.LOGGING, _reports(diff)),
        (PatchKind.MOVED, not any(CONTRACTS.search(p) for p in code) and (_moved(diff, left, came) or _tidied(diff))),
        (PatchKind.LOOSENED, _loosened(diff, left, came)),
        (PatchKind.ADDED, not left and not diff.removed),
    ]
    return next((found for found, holds in rules if holds), PatchKind.CHANGED)


_PROSE = re.compile(r"^[\"'`][A-Za-z][^{}<>=:/]* [^{}<>=:/]*[\"'`]$")
_QUERY_TEXT = re.compile(
    r"\b(select|insert|update|delete|from|where|join|create|alter|drop|order by|match)\b", re.IGNORECASE
)


def _worded(changed: list[str]) -> bool:
    """Whether all that changed are texts for people: several words in quotes, and no query."""
    return bool(changed) and all(_PROSE.match(token) and not _QUERY_TEXT.search(token) for token in changed)


def _reports(diff: Diff) -> bool:
    lines = [line for line in (*diff.removed, *diff.added) if telling(Counter(tokens(line)))]
    return bool(lines) and all(REPORTS.search(line) for line in lines)


def _moved(diff: Diff, left: list[str], came: list[str]) -> bool:
    """Whether nothing is gone but names that others replaced, and nothing came but such names."""
    if not diff.removed or any(_value(token) for token in left) or any(token in FLOW for token in came):
        return False
    numbers = {token for token in came if _value(token)} - {
        token for file in diff.files for line in file.context for token in tokens(line)
    }
    if numbers:
        return False
    lost = [token for token in left if token not in DECLARING]
    if not lost:
        return True
    # a helper stands for what is gone: the words of lost names mostly go on in names that are called now
    called = {name for line in diff.added for name in _CALLED.findall(line)}
    pieces = {piece for token in came if token in called for piece in terms.pieces(token)}
    kept = [token for token in lost if set(terms.pieces(token)) & pieces]
    return _renamed(diff, lost) or (len(kept) >= 0.6 * len(lost) and not any(token in FLOW for token in lost))


def _tidied(diff: Diff) -> bool:
    """The same values, conditions and names put differently: sets of tokens agree but for a helper that stands for another."""
    old, new = ({t for line in side for t in telling(Counter(tokens(line)))} for side in (diff.removed, diff.added))
    if not old or {t for t in old if _value(t)} != {t for t in new if _value(t)}:
        return False
    lost, came = ({t for t in side if t not in DECLARING and t[0].isalpha()} for side in (old - new, new - old))
    called = {name for line in diff.added for name in _CALLED.findall(line)}
    pieces = {piece for token in came if token in called for piece in terms.pieces(token)}
    return (
        not (lost | came) & FLOW
        and all(set(terms.pieces(token)) & pieces for token in lost)
        and len(came) <= len(lost) + 1
    )


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
    declared = any(
        re.match(rf"(?:\w+\s+)?{re.escape(name)}\s*:?=[^=]|for\s+{re.escape(name)}\b", line)
        for name in pairs
        for line in diff.removed
    )
    return bool(pairs) and local and declared and set(lost) <= set(pairs)


def _loosened(diff: Diff, left: list[str], came: list[str]) -> bool:
    """Whether all that changed are numbers that grew, but not by an order of magnitude, under names of limits."""
    found = edits(diff)
    names = [
        token
        for token in (*left, *came)
        if token[0].isalpha() and token.lower() not in ("second", "minute", "hour", "millisecond", "time")
    ]
    generous = [
        e for e in found if e.direction == "up" and GENEROUS.search(said(e.key)) and e.factor and e.factor < MODEST
    ]
    return bool(found) and len(generous) == len(found) and not names


def reordered(diff: Diff) -> list[str]:
    """Lines of code that stand in another order now: imports, keys of a configuration and cases of a list do not matter."""
    found = []
    for file in diff.files:
        if CONTRACTS.search(file.path) or len(file.removed) < 2 or sorted(file.removed) != sorted(file.added):  # noqa: PLR2004
            continue
        if [tokens(line) for line in file.removed] != [tokens(line) for line in file.added]:
            found += [
                line
                for line in file.removed
                if "(" in line and not re.match(r"\s*(import|from|use|require|#include|\"|')", line)
            ]
    return found
