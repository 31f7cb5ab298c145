"""The words of code, configuration and error messages in one alphabet, so that a diff and a log line can be compared.

`maxConnIdle`, `max_conn_idle` and `max-conn-idle` are one name of three words. A name (several words
in one, something quoted, a path) says much more than a word: two texts rarely share one by chance.
"""

import re
from collections import Counter
from collections.abc import Iterable
from math import log

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[-.][A-Za-z_][A-Za-z0-9_]*)*")
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_QUOTED = re.compile(r"[\"'`\[(<]([A-Za-z_][\w.:/-]{1,60})[\"'`\])>]")
_FILE = re.compile(
    r"\b([\w-]+\.(?:go|py|java|kt|scala|rb|js|jsx|ts|tsx|rs|c|cc|cpp|h|cs|php|ex|erl|sql|ya?ml|toml|lua))\b"
)

SHORTEST = 3
SUFFIXES = ("ations", "ation", "ings", "ing", "ies", "ied", "ers", "ions", "ion", "es", "ed", "er", "s")
"""Cut off where enough is left: a crude stem, enough to let "retries" meet "retry" and "acquiring" "acquire"."""

COMMON = frozenset(
    """
    the and for with from that this into not was were has have had are but can cannot could would after
    before while when return returns returning returned func function def class self var let const type
    struct interface import package public private static final void int int32 int64 float float64 double
    string str bool boolean true false nil null none map list dict any err error errors exception failed
    fail failure msg message log logger logging info warn warning debug print printf println fmt sprintf
    errorf new make get set add put post http https request requests response req resp res ctx context
    background value values key keys data item items name id ids index len size count num number src lib pkg
    internal main services service svc app test tests util utils common code status ok one two per via use
    used using time times second seconds millisecond milliseconds minute minutes ms sec min max byte bytes
    if else elif switch case default break continue range then end do try catch except finally throw raise
    yield async await
    """.split()  # noqa: SIM905 - two hundred quoted words are harder to read
)
"""Words of any program and any log: alone they connect nothing."""


def stem(word: str) -> str:
    """A word without its ending."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= SHORTEST:
            word = word[: -len(suffix)]
            break
    return word[:-1] if word.endswith(("y", "i", "e")) and len(word) > SHORTEST + 1 else word


def pieces(identifier: str) -> list[str]:
    """The words of an identifier, lower case."""
    return [piece.lower() for piece in _PIECES.findall(identifier)]


def words(text: str) -> list[str]:
    """Every word of a text that is not common, as stems, in order."""
    return [
        stem(piece)
        for match in IDENTIFIER.finditer(text)
        for piece in pieces(match[0])
        if len(piece) >= SHORTEST and piece not in COMMON and not piece.isdigit()
    ]


def names(text: str) -> set[str]:
    """Names: identifiers of several words, what is quoted, and files; written without case and separators."""
    found = {compact(match[0]) for match in IDENTIFIER.finditer(text) if len(pieces(match[0])) > 1}
    parts = {
        compact(part)
        for match in IDENTIFIER.finditer(text)
        for part in re.split(r"[.\-]", match[0])
        if len(pieces(part)) > 1
    }
    quoted = {compact(match[1]) for match in _QUOTED.finditer(text)}
    files = {match[1].lower() for match in _FILE.finditer(text)}
    return {name for name in found | parts | quoted | files if len(name) > SHORTEST and name not in COMMON}


def compact(name: str) -> str:
    """A name without case and separators."""
    return re.sub(r"[_\-.\s]", "", name).lower()


class Rarity:
    """How much a shared term tells: the rarer it is in a body of texts, the more (inverse document frequency)."""

    def __init__(self, texts: Iterable[set[str]]) -> None:
        """`texts`: the terms of each."""
        self._seen: Counter[str] = Counter()
        self._texts = 0
        for terms in texts:
            self._texts += 1
            self._seen.update(terms)

    def weight(self, term: str) -> float:
        """Between 0 (in every text) and about 1 (in one or none of many)."""
        most = log(1 + self._texts)
        return max(log((1 + self._texts) / (1 + max(self._seen[term], 1))), 0.0) / most if most else 1.0
