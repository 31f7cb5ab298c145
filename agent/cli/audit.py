"""`steadyhand audit verify` and `steadyhand audit export`: read from the data folder itself, never from the daemon."""

import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from agent import settings, wiring
from agent.cli.exits import ExitCode
from agent.cli.moment import parse_moment
from agent.cli.untrusted import line
from agent.errors import Refused, Unusable
from agent.policy.chain import Head, check

_HEAD = re.compile(r"(\d{1,18}):([0-9a-f]{64})")


def verify(config: Path | None, file: Path | None, kept: str) -> int:
    """Say whether the chain holds, and what its head is; FAILED where it does not."""
    entries, untold = (_of_file(file), []) if file else wiring.audit_of(settings.load(config))
    found = check(entries, _head(kept) if kept else None)
    broken = found.broken or (_cut(found.head, untold) if untold else "")
    if broken:
        sys.stdout.write(f"broken: {line(broken, 500)}\n")
        return ExitCode.FAILED
    if not found.first:
        if file:
            raise Unusable(f"{file}: there is no entry in it")
        sys.stdout.write("no entries\n")
        return ExitCode.CONFIRMED
    trusted = "" if found.first == 1 else f" (it begins with entry {found.first}: what was before is taken on trust)"
    sys.stdout.write(f"{found.head.seq - found.first + 1} entries, unbroken{trusted}\nhead {found.head}\n")
    return ExitCode.CONFIRMED


def export(config: Path | None, since: str | None) -> int:
    """One entry a line, exactly as it is stored; what is damaged is left out and said."""
    start = _since(since) if since else None
    left_out = 0
    entries, _ = wiring.audit_of(settings.load(config))
    for entry in entries:
        at = _written(entry)
        left_out += at is None
        if at is not None and (start is None or at >= start):
            sys.stdout.write(f"{entry}\n")
    if left_out:
        sys.stderr.write(
            f"steadyhand: {left_out} damaged entries were left out; `steadyhand audit verify` says where\n"
        )
    return ExitCode.FAILED if left_out else ExitCode.CONFIRMED


def _cut(head: Head, untold: list[str]) -> str:
    named = ", ".join(untold[:3])
    return f"entry {head.seq + 1}: it was cut off: the ledger has what no entry tells: {named}"


def _since(text: str) -> datetime:
    try:
        return parse_moment(text, datetime.now(UTC))
    except ValueError as error:
        raise Refused(f"--since: {error}") from None


def _written(entry: str) -> datetime | None:
    try:
        return datetime.fromisoformat(json.loads(entry)["at"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _of_file(path: Path) -> Iterator[str]:
    try:
        with path.open(encoding="utf-8") as file:
            yield from _full(file)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise Unusable(f"--file {path}: {reason}; give an export of `steadyhand audit export`") from error


def _full(lines: Iterable[str]) -> Iterator[str]:
    return (text for text in lines if text.strip())


def _head(text: str) -> Head:
    match = _HEAD.fullmatch(text.strip())
    if match is None:
        raise Refused("--head takes what `audit verify` printed: a number, a colon and 64 hexadecimal digits")
    return Head(seq=int(match[1]), hash=match[2])
