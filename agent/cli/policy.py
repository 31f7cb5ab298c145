"""`steadyhand policy`: why the guard says what it says, of an incident, a recording or an attempt somebody made up."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from rich.text import Text

from agent import reality, settings, wiring
from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.cli.layout import Grid, listing, terminal
from agent.cli.machine import print_json
from agent.cli.record import means_a_file
from agent.cli.sketch import Sketch
from agent.cli.unfit import replayed
from agent.cli.untrusted import line
from agent.errors import Refused, Unusable
from agent.model.freeze import CalendarReading
from agent.model.proposal import Permission, PermissionKind
from agent.model.report import Report
from agent.model.rules import Policy
from agent.policy.freezes import on_at
from agent.policy.guard import guard
from agent.yamlfile import validate

SKETCHES = (".yaml", ".yml")


def explain(target: str, config: Path | None, connect: Callable[[], Client], *, as_json: bool) -> int:
    """Print every rule's answer and the one that decided."""
    path = Path(target)
    if path.suffix in SKETCHES:
        what, permission = _sketched(path, config)
    elif path.is_file():
        what, permission = _reported(_replayed(path, config))
    elif path.is_dir() or means_a_file(target):
        raise Unusable(f"{line(target, 200)}: there is no such file")
    elif config:
        raise Refused(f"{line(target, 80)} is no file; what the daemon decided, it decided by its own configuration")
    else:
        with connect() as client:
            what, permission = _reported(client.report(client.resolve(target)))
    if as_json:
        print_json({"action": what, "permission": permission.model_dump(mode="json")})
    else:
        _tell(what, permission)
    return ExitCode.CONFIRMED


def check(config: Path | None) -> int:
    """Read policy and calendars, and say which freezes are on. Raises Unusable for a calendar that cannot be read."""
    loaded = settings.load(config)
    policy, now = wiring.rules(loaded).policy, datetime.now(UTC)
    readings = _read(policy, now)
    if dark := [f"{reading.path}: {reading.problem}" for reading in readings if reading.windows is None]:
        raise Unusable("\n".join(f"policy.calendars: {told}; while it is so, nothing is done" for told in dark))
    console = terminal()
    for reading in readings:
        console.print(Text(line(f"{reading.path}: {len(reading.windows or [])} freezes in the next 14 days", 400)))
    frozen = on_at(policy, readings, now)
    for window in frozen:
        console.print(Text(line(f"frozen until {window.end:%Y-%m-%d %H:%M} UTC: {window.reason}", 400)))
    if not frozen:
        console.print(Text("no freeze is on"))
    return ExitCode.CONFIRMED


def _sketched(path: Path, config: Path | None) -> tuple[str, Permission]:
    rules = wiring.rules(settings.load(config))
    sketch = validate(path, Sketch)
    at = sketch.at or datetime.now(UTC)
    attempt = sketch.attempt(rules.playbooks, at, _read(rules.policy, at))
    return str(attempt.action), guard(attempt, rules.policy)


def _read(policy: Policy, at: datetime) -> list[CalendarReading]:
    return asyncio.run(reality.calendar_files().read(policy.calendars, at))


def _replayed(path: Path, config: Path | None) -> Report:
    snapshot = wiring.read_snapshot(path)
    house = wiring.rules(settings.load(config)) if config else None
    return replayed(snapshot, house, path).report


def _reported(report: Report) -> tuple[str, Permission]:
    if report.permission is None or report.proposal is None:
        why = "; ".join(report.next_steps[:2]) or "no cause is confirmed"
        raise Refused(f"the guard was not asked in {report.incident.id}, for nothing was proposed: {line(why, 400)}")
    return report.proposal.what, report.permission


def _tell(what: str, permission: Permission) -> None:
    console = terminal()
    console.print(Text(line(f"{what}: {_verdict(permission)}", 400), style="bold"))
    console.print(Text(line(f"decided by {permission.rule}: {permission.reason}", 1000)))
    if permission.answers:
        console.print(_table(permission))
    else:
        console.print(Text("what the other rules said was not kept by the version that decided"))


def _verdict(permission: Permission) -> str:
    if permission.kind is not PermissionKind.ASK:
        return "allowed alone" if permission.kind is PermissionKind.ALLOWED else "refused"
    whom = "a person" if permission.people == 1 else f"{permission.people} people"
    return f"ask {whom} in {' or '.join(permission.roles)}" if permission.roles else f"ask {whom}"


def _table(permission: Permission) -> Grid:
    table = listing("RULE", "ANSWER", "WHY")
    for answer in permission.answers:
        style = "bold" if answer.rule == permission.rule else ""
        table.add_row(Text(line(answer.rule, 40), style=style), Text(answer.kind), Text(line(answer.reason, 1000)))
    return table
