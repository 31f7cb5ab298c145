"""`steadyhand replay`: an investigation again from its recording, without a network; or what would be concluded now."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from agent import settings, telemetry, wiring
from agent.cli import difference, exits, report_view
from agent.cli.layout import terminal
from agent.cli.machine import print_json
from agent.cli.unfit import replayed
from agent.cli.untrusted import line
from agent.errors import Refused, Unusable
from agent.model.rules import Rules
from agent.playbooks import load_playbooks
from agent.reasoning.causes import names

STEP = re.compile(r"(triage|gather|hypothesize|examine|propose|approve|escalate|remember)(:[1-9][0-9]?)?")


@dataclass(frozen=True)
class ReplayOptions:
    """What was asked for; `path` is a file, or with `diff` a folder."""

    path: Path
    at: str = ""
    diff: bool = False
    config: Path | None = None  # rules of this file instead of the recorded ones
    playbooks: Path | None = None  # playbooks of this folder instead of the recorded ones
    as_json: bool = False


def run(options: ReplayOptions) -> int:
    """Print the report, or the differences."""
    telemetry.configure("error", "console")
    house = _house(options.config, options.playbooks)
    if options.diff:
        return difference.run(options.path, house, as_json=options.as_json)
    if options.at and not STEP.fullmatch(options.at):
        raise Refused(f"--at {line(options.at, 60)}: no step is called so; write for example examine, or examine:2")
    if options.path.is_dir():
        raise Unusable(f"{options.path}: this is a folder; name one recording, or compare all in it with --diff")
    snapshot = wiring.read_snapshot(options.path)
    found = replayed(snapshot, house(snapshot.rules), options.path, options.at)
    if options.as_json:
        print_json(found.report)
    else:
        report_view.show(terminal(), found.report)
    if found.unrecorded:
        told = f"{len(found.unrecorded)} questions were asked that are not in the recording; they count as gaps"
        terminal(stderr=True).print(Text(told))
    return exits.of(found.report)


def _house(config: Path | None, playbooks: Path | None) -> Callable[[Rules], Rules]:
    """From the recorded rules to those to replay by; mistakes in the files are raised here, once."""
    causes = names()
    given = load_playbooks(playbooks, causes) if playbooks else None
    if config:
        rules = wiring.rules(settings.load(config))
        return lambda _: rules if given is None else rules.evolve(playbooks=given)
    return lambda recorded: recorded if given is None else recorded.evolve(playbooks=given)
