"""Writes a report's page to the file named by --html: all of it or nothing. `investigate`, `show` and `demo` use it."""

import os
import secrets
import sys
from pathlib import Path

from agent.cli.untrusted import line
from agent.errors import Unusable
from agent.model.report import Report


def check(place: Path | None, flag: str = "--html") -> None:
    """Raise Unusable now, before anything is asked, if nothing could be written there later; None is no wish."""
    if place is None:
        return
    target = place.resolve()
    if target.is_dir() or (target.exists() and not target.is_file()):
        raise Unusable(f"{flag} {place}: it is no regular file; give the name of a file to write")
    if not target.parent.is_dir():
        raise Unusable(f"{flag} {place}: there is no folder {target.parent}")
    if not os.access(target.parent, os.W_OK):
        raise Unusable(f"{flag} {place}: no permission to write into {target.parent}")


def apart(place: Path | None, flag: str, other: Path | None) -> None:
    """Raise Unusable if the page and what another flag writes would go to the same file: the later would replace the earlier."""
    if place and other and place.resolve() == other.resolve():
        raise Unusable(f"--html {place} and {flag} {other} name the same file; give each its own")


def save(place: Path | None, report: Report) -> None:
    """Write the page beside the file first and put it there as a whole; say so on standard error."""
    if place is None:
        return
    from agent.cli.page.document import page  # noqa: PLC0415 - only when asked for

    check(place)
    target = place.resolve()
    beside = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with beside.open("x", encoding="ascii") as file:
            file.write(page(report))
        beside.replace(target)
    except OSError as error:
        raise Unusable(f"--html {place}: {error.strerror}") from error
    finally:
        beside.unlink(missing_ok=True)
    sys.stderr.write(f"page written to {line(place)}\n")
