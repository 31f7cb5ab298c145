"""What `kubectl get` prints: columns under a header, told apart by where the header's words begin."""

import re

HEADING = re.compile(r"\S+(?: \S+)*")
"""Headings are two spaces apart at least; some hold one space (ACCESS MODES)."""


def rows(text: str) -> list[dict[str, str]]:
    """Each row by heading; an empty list for "No resources found" or anything that is no table."""
    lines = [line for line in text.splitlines() if line.strip()]
    if len(lines) < 2 or not lines[0].isupper():  # noqa: PLR2004 - a heading and a row
        return []
    return [_row(line, lines[0]) for line in lines[1:]]


def _row(line: str, header: str) -> dict[str, str]:
    starts = [(match.start(), match[0]) for match in HEADING.finditer(header)]
    ends = [start for start, _ in starts[1:]] + [len(line)]
    found = {name: line[start:end].strip() for (start, name), end in zip(starts, ends, strict=True)}
    return {name: "" if value == "<none>" else value for name, value in found.items()}


def columns(lines: list[str]) -> list[list[str]]:
    """The rows of a table within `kubectl describe`: cells two spaces apart, heading and rule left out."""
    cells = [re.split(r"\s{2,}", line.strip()) for line in lines if line.strip()]
    rule = next((i for i, row in enumerate(cells) if all(set(cell) == {"-"} for cell in row)), None)
    return cells[rule + 1 :] if rule is not None else cells[1:]
