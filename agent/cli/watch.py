"""`steadyhand watch`: follows an incident's journal over HTTP until the incident is closed."""

import time

from rich.console import Console
from rich.text import Text

from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.cli.layout import terminal
from agent.cli.story import Story
from agent.cli.untrusted import line
from agent.errors import SteadyhandError, Temporary, Unusable
from agent.model.journal import JournalEntry, Topic

WAIT_SECONDS = 20.0
_PATIENCE = 30  # failed tries in a row before giving up
_PAUSE_SECONDS = 2.0


def run(client: Client, prefix: str | None) -> int:
    """Follow one incident; without an id the newest open one, or the next that comes."""
    console = terminal()
    try:
        with client:
            incident_id = client.resolve(prefix) if prefix else _newest(client, console)
            _follow(client, incident_id, console)
    except KeyboardInterrupt:
        console.print(Text("\nstopped watching; the incident goes on"))
    return ExitCode.CONFIRMED


def _newest(client: Client, console: Console) -> str:
    found = client.incidents("open")
    if not found:
        console.print(Text("no open incident; waiting for one (Ctrl-C ends this)"))
    while not found:
        time.sleep(_PAUSE_SECONDS)
        found = client.incidents("open")
    if others := [line(incident.id, 80) for incident in found[1:]]:
        console.print(Text(f"also open: {', '.join(others)}"))
    return found[0].id


def _follow(client: Client, incident_id: str, console: Console) -> None:
    story, last, over = Story(console), 0, False
    while not over:
        entries = _patiently(client, incident_id, last, console)
        for entry in entries:
            story.tell(entry)
            last = max(last, entry.seq)
        remembered = any(entry.topic is Topic.REMEMBERED for entry in entries)
        over = remembered or (not entries and client.report(incident_id).incident.phase.closed())


def _patiently(client: Client, incident_id: str, after: int, console: Console) -> list[JournalEntry]:
    """The next entries; a daemon that restarts in between is waited for."""
    trouble: SteadyhandError | None = None
    for attempt in range(_PATIENCE):
        try:
            return client.journal(incident_id, after, WAIT_SECONDS)
        except (Temporary, Unusable) as error:
            trouble = error
            if not attempt:
                console.print(Text(f"lost the daemon, trying again: {line(error)}", style="yellow"))
            time.sleep(_PAUSE_SECONDS)
    raise Unusable(f"gave up after {_PATIENCE} tries: {trouble}")
