"""`steadyhand record`: keeps the recording of one of the daemon's incidents in a file, and says whether it replays."""

import asyncio
import re
from pathlib import Path

from rich.text import Text

from agent import wiring
from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.cli.layout import terminal
from agent.cli.untrusted import line
from agent.errors import SteadyhandError
from agent.model.report import Report
from agent.model.snapshot import Snapshot
from agent.replay import replay

SUFFIX = ".steadyhand"


def means_a_file(target: str) -> bool:
    """A file is meant, not an incident's id: by its folder or its ending."""
    return "/" in target or target.endswith(SUFFIX)


def run(client: Client, prefix: str, out: Path | None) -> int:
    """Fetch the snapshot and write it; the path goes to standard output."""
    with client:
        snapshot = client.snapshot(client.resolve(prefix))
    path = out or Path(file_name(snapshot.incident.id))
    wiring.write_snapshot(snapshot, path)
    asyncio.run(proven(snapshot))
    terminal().print(Text(line(path, 1000)))
    return ExitCode.CONFIRMED


def file_name(incident_id: str) -> str:
    """A name in the working directory, whatever the daemon calls its incident."""
    return f"{re.sub(r'[^A-Za-z0-9_-]', '-', incident_id)[:100]}{SUFFIX}"


async def proven(snapshot: Snapshot) -> None:
    """Replay it once; what differs from the report that was given is said on standard error, for it is our fault."""
    try:
        differing = differences(snapshot.report, (await replay(snapshot)).report)
    except SteadyhandError as error:
        differing = [str(error)]
    if differing:
        told = f"the recording does not replay to the same report (different: {', '.join(differing)})"
        terminal(stderr=True).print(Text(line(told)))


def differences(then: Report, now: Report) -> list[str]:
    """The parts of a report that are not the same bytes."""
    before, after = then.model_dump(mode="json"), now.model_dump(mode="json")
    return [name for name in before if repr(before[name]) != repr(after[name])]
