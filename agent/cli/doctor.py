"""`steadyhand doctor`: what can be reached and may be done, what is missing, and what that costs an investigation."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.text import Text

from agent.cli.exits import ExitCode
from agent.cli.layout import Grid, listing, terminal
from agent.cli.machine import print_json
from agent.cli.untrusted import line


class Check(Protocol):
    """One thing that was tried, as agent.diagnosis reports it."""

    @property
    def name(self) -> str:
        """What was tried."""

    @property
    def ok(self) -> bool:
        """Whether it worked."""

    @property
    def detail(self) -> str:
        """What was seen."""

    @property
    def cost(self) -> str:
        """What an investigation lacks without it."""


def run(config: Path | None, *, as_json: bool, overrides: dict[str, object] | None = None) -> int:
    """Try everything and show it; BLIND when something needed is missing."""
    from agent import diagnosis, settings  # noqa: PLC0415 - wiring is heavy, and rendering needs neither

    return show(asyncio.run(diagnosis.diagnose(settings.load(config, overrides or {}))), as_json=as_json)


def show(checks: Sequence[Check], *, as_json: bool) -> int:
    """The checks as a table or as JSON, and the exit status they come to."""
    if as_json:
        print_json({"ok": all(check.ok for check in checks), "checks": [_plain(check) for check in checks]})
    else:
        console = terminal()
        console.print(table(checks))
        console.print(Text(summary(checks)))
    return status(checks)


def status(checks: Sequence[Check]) -> int:
    """The exit status for these checks."""
    return ExitCode.CONFIRMED if all(check.ok for check in checks) else ExitCode.BLIND


def summary(checks: Sequence[Check]) -> str:
    """One sentence on all of them."""
    missing = [line(check.name, 80) for check in checks if not check.ok]
    if not missing:
        return f"\nall {len(checks)} checks passed"
    return f"\n{len(missing)} of {len(checks)} checks failed: {', '.join(missing)}"


def table(checks: Sequence[Check]) -> Grid:
    """One row a check, its cost below the detail when it failed."""
    shown = listing("", "CHECK", "WHAT WAS SEEN")
    for check in checks:
        seen = Text(line(check.detail))
        if not check.ok and check.cost:
            seen.append(f"\nwithout it: {line(check.cost)}", style="yellow")
        mark = Text("ok", style="green") if check.ok else Text("MISSING", style="bold red")
        shown.add_row(mark, Text(line(check.name, 120)), seen)
    return shown


def _plain(check: Check) -> dict[str, object]:
    return {"name": check.name, "ok": check.ok, "detail": check.detail, "cost": check.cost}
