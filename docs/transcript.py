#!/usr/bin/env python3
"""Puts a recorded demo run into the README, between two markers: `make transcript` calls it.

The transcript a reader sees is thus one that happened. Usage: transcript.py RECORDING README
"""

import re
import sys
from pathlib import Path

BEGIN = "<!-- transcript: begin (make transcript) -->"
END = "<!-- transcript: end -->"
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07|\r")


def placed(readme: str, recording: str) -> str:
    """The README with the recording between its markers; ValueError when they are not there exactly once, in order."""
    if readme.count(BEGIN) != 1 or readme.count(END) != 1 or readme.index(BEGIN) > readme.index(END):
        raise ValueError(f"it needs these two lines, once each and in this order:\n{BEGIN}\n{END}")
    lines = [line.rstrip() for line in _TERMINAL.sub("", recording).strip("\n").split("\n")]
    if not any(lines):
        raise ValueError("the recording is empty: run the demo again")
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", recording)), 3)
    before, rest = readme.split(BEGIN)
    after = rest.split(END)[1]
    return "\n".join([before + BEGIN, f"{fence}text", *lines, fence, END + after])


def main(recording: Path, readme: Path) -> None:
    """Rewrite the README in place; it stays as it was when anything is wrong."""
    try:
        text = placed(readme.read_text(encoding="utf-8"), recording.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        sys.exit(f"{readme} was not changed: {error}")
    readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:  # noqa: PLR2004 - the program's name and its two arguments
        sys.exit("usage: transcript.py RECORDING README")
    main(Path(sys.argv[1]), Path(sys.argv[2]))
