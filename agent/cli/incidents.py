"""`steadyhand incidents` and `steadyhand show`: what the daemon knows, as text or JSON; changes nothing."""

from pathlib import Path

from rich.text import Text

from agent.cli import pagefile
from agent.cli.client import Client, State
from agent.cli.exits import ExitCode
from agent.cli.figures import stamp
from agent.cli.layout import Grid, listing, terminal
from agent.cli.machine import plain, print_json
from agent.cli.report_view import show as print_report
from agent.cli.untrusted import line
from agent.model.incident import Incident


def run(client: Client, *, state: State, limit: int, as_json: bool) -> int:
    """List incidents."""
    with client:
        found = client.incidents(state, limit)
    if as_json:
        print_json({"incidents": [plain(incident) for incident in found]})
    elif found:
        terminal().print(table(found))
    else:
        terminal().print(Text("no incidents" if state == "all" else f"no {state} incidents"))
    return ExitCode.CONFIRMED


def show(client: Client, prefix: str, *, as_json: bool, html: Path | None = None) -> int:
    """Print one incident's report, and write it as a page where that is wanted."""
    pagefile.check(html)
    with client:
        report = client.report(client.resolve(prefix))
    if as_json:
        print_json(report)
    else:
        print_report(terminal(), report)
    pagefile.save(html, report)
    return ExitCode.CONFIRMED


def table(found: list[Incident]) -> Grid:
    """One row an incident: id in full, because the other verbs ask for it."""
    shown = listing("ID", "SERVICE", "STATE", "STARTED", "TITLE")
    for incident in found:
        state = incident.resolution.value.replace("_", " ") if incident.resolution else incident.phase.value
        severity = "" if incident.phase.closed() else f", {incident.severity}"
        shown.add_row(
            Text(line(incident.id, 80), style="bold"),
            Text(line(incident.service or "not resolved", 120)),
            Text(f"{state}{severity}{_taken(incident)}"),
            Text(stamp(incident.started_at)),
            Text(line(incident.title, 200)),
        )
    return shown


def _taken(incident: Incident) -> str:
    return f", {line(incident.taken_by, 120)} is on it" if incident.taken_by and not incident.phase.closed() else ""
