"""Renaming: every name of a case replaced by a random word, consistently in all its files. The verdict must not care.

A word keeps its length, so that column-aligned text stays aligned, and its shape (hexadecimal stays
hexadecimal, a name with dashes keeps them), so that what is valid stays valid.
"""

import json
import random
import re
import shutil
from pathlib import Path
from typing import Any

VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnprstvz"
HEX = re.compile(r"[0-9a-f]{7,40}")
SHORTEST = 2
"""Names of one letter are left alone: they are in every word."""


class Renaming:
    """A one-to-one mapping of names to random words of the same length."""

    def __init__(self, names: set[str], seed: int) -> None:
        """`names` as they stand in the files; the longest is replaced first, whole words only."""
        self._random = random.Random(seed)
        self.words: dict[str, str] = {}
        taken = set(names)
        for name in sorted(names, key=lambda one: (-len(one), one)):
            if len(name) >= SHORTEST and any(letter.isalpha() for letter in name):
                self.words[name] = self._fresh(name, taken)
        longest_first = sorted(self.words, key=lambda one: (-len(one), one))
        alternatives = "|".join(re.escape(name) for name in longest_first)
        self._pattern = re.compile(rf"(?<![A-Za-z0-9])(?:{alternatives})(?![A-Za-z0-9])") if alternatives else None

    def text(self, text: str) -> str:
        """The text with every whole name replaced."""
        return self._pattern.sub(lambda match: self.words[match[0]], text) if self._pattern else text

    def answer(self, answer: Any) -> Any:
        """An answer (JSON) as it should read after the renaming."""
        return json.loads(self.text(json.dumps(answer)))

    def _fresh(self, name: str, taken: set[str]) -> str:
        while True:
            word = self._hex(name) if HEX.fullmatch(name) else self._word(name)
            if word not in taken:
                taken.add(word)
                return word

    def _hex(self, name: str) -> str:
        return "".join(self._random.choice("0123456789abcdef") for _ in name)

    def _word(self, name: str) -> str:
        letters = []
        for place, letter in enumerate(name):
            if not letter.isalpha():
                letters.append(letter)
                continue
            drawn = self._random.choice(VOWELS if place % 2 else CONSONANTS)
            letters.append(drawn.upper() if letter.isupper() else drawn)
        return "".join(letters)


def rewrite(source: Path, target: Path, renaming: Renaming) -> None:
    """Copy a file or folder with all names replaced in contents; file names are the data set's own and stay."""
    if source.is_dir():
        for one in sorted(source.rglob("*")):
            if one.is_file():
                rewrite(one, target / one.relative_to(source), renaming)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        text = source.read_text("utf-8")
    except UnicodeDecodeError:
        shutil.copyfile(source, target)
        return
    target.write_text(_renamed(text, source.suffix, renaming), "utf-8")


def _renamed(text: str, suffix: str, renaming: Renaming) -> str:
    """JSON is taken apart first: in its text an escaped line break would stick to the name after it."""
    try:
        if suffix == ".json":
            return json.dumps(_deeply(json.loads(text), renaming))
        if suffix == ".ndjson":
            return "\n".join(json.dumps(_deeply(json.loads(line), renaming)) for line in text.splitlines() if line)
    except ValueError:
        pass  # malformed on purpose, perhaps: renamed as it is
    return renaming.text(text)


def _deeply(value: Any, renaming: Renaming) -> Any:
    if isinstance(value, str):
        return renaming.text(value)
    if isinstance(value, list):
        return [_deeply(one, renaming) for one in value]
    if isinstance(value, dict):
        return {renaming.text(key): _deeply(one, renaming) for key, one in value.items()}
    return value
