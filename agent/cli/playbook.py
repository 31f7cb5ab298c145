"""`steadyhand playbook`: what may be proposed here, whether a file of your own holds, and what it would have proposed."""

from collections.abc import Callable
from pathlib import Path

from rich.console import Group
from rich.text import Text

from agent import playbooks, reality, settings, wiring
from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.cli.layout import bullets, heading, listing, rows, terminal
from agent.cli.machine import print_json
from agent.cli.proposal_view import card, plan
from agent.cli.record import means_a_file
from agent.cli.unfit import replayed
from agent.cli.untrusted import line
from agent.complaints import nearest
from agent.errors import Unusable
from agent.model.hypothesis import Verdict
from agent.model.playbook import Playbook, PlaybookStep
from agent.model.snapshot import Snapshot
from agent.reasoning.causes import names

NEVER = "never by itself: a person is asked"
AMOUNTS = {
    "scale": "add_replicas_percent",
    "raise_bounds": "add_replicas_percent",
    "raise_quota": "add_quota_percent",
}
"""Steps that add something, and the field that says how much."""

SEVERAL = 4
"""Causes that a line of the list has room for."""


def show_all(config: Path | None, *, as_json: bool) -> int:
    """One line a playbook, in the order in which they are tried."""
    found = sorted(_known(config).items(), key=lambda each: each[1].rank)
    if as_json:
        print_json({"playbooks": [_plain(path, playbook) for path, playbook in found]})
        return ExitCode.CONFIRMED
    table = listing("NAME", "DOES", "TREATS", "AT MOST", "FROM")
    for path, playbook in found:
        steps = ", then ".join(step.action for step in playbook.steps)
        cells = (playbook.name, steps, _some(playbook.treats), str(playbook.autonomy), _origin(path))
        table.add_row(*(Text(line(cell, 400)) for cell in cells))
    terminal().print(table)
    return ExitCode.CONFIRMED


def show(name: str, config: Path | None, *, as_json: bool) -> int:
    """All of one. Raises Unusable for a name that is not there."""
    path, playbook = _named(name, config)
    if as_json:
        print_json(_plain(path, playbook))
        return ExitCode.CONFIRMED
    limits = playbook.limits
    half = ", or only half of it could be done" if len(playbook.steps) > 1 else ""
    back = f"when the burn does not fall{half}" if playbook.undo else "there is no way back"
    terminal().print(
        Group(
            heading(playbook.name, playbook.title),
            rows(
                [
                    ("treats", ", ".join(playbook.treats)),
                    ("does", _words(playbook.steps)),
                    ("only where", ", ".join(each.replace("_", " ") for each in playbook.preconditions)),
                    ("at most", f"{limits.max_pods} pods, {limits.max_replicas} replicas"),
                    ("verified by", plan(playbook.verification)),
                    ("taken back", back),
                    ("autonomy", f"at most {playbook.autonomy}" if playbook.autonomy == "act" else NEVER),
                    ("rights", f"beyond reading: {'; '.join(reality.rights_to_act(playbook)) or 'none'}"),
                    ("rank", f"{playbook.rank}: of several that fit, the smallest is proposed first"),
                    ("file", str(path)),
                ]
            ),
        )
    )
    return ExitCode.CONFIRMED


def check(place: Path | None, config: Path | None) -> int:
    """Whether all of them can be used, and which take the place of ours. Raises Unusable, naming each file and line."""
    found = playbooks.read(place, names()) if place else _known(config)
    ours = {each.name for each in playbooks.read(playbooks.default_folder(), names()).values()}
    console = terminal()
    for path, playbook in found.items():
        if _origin(path) and playbook.name in ours:
            console.print(Text(line(f"{path}: {playbook.name} takes the place of ours", 400)))
    console.print(Text("1 playbook can be used" if len(found) == 1 else f"{len(found)} playbooks can be used"))
    return ExitCode.CONFIRMED


def attempt(wanted: str, target: str, config: Path | None, connect: Callable[[], Client]) -> int:
    """What it would have proposed; 3 where nothing."""
    path = Path(wanted)
    playbook = next(iter(playbooks.read(path, names()).values())) if path.is_file() else _named(wanted, config)[1]
    snapshot = _snapshot(target, connect)
    report = replayed(snapshot, snapshot.rules.evolve(playbooks=[playbook]), Path(target)).report
    console = terminal()
    if report.proposal:
        console.print(card(report.proposal, report.permission))
        return ExitCode.CONFIRMED
    confirmed = [each for each in report.hypotheses if each.verdict is Verdict.CONFIRMED]
    stood = f"{confirmed[0].cause} was confirmed" if confirmed else "no cause was confirmed"
    console.print(Text(line(f"{playbook.name} would propose nothing: {stood}", 400), style="bold"))
    console.print(bullets(report.next_steps))
    return ExitCode.INCONCLUSIVE


def _snapshot(target: str, connect: Callable[[], Client]) -> Snapshot:
    if Path(target).is_file():
        return wiring.read_snapshot(Path(target))
    if means_a_file(target):
        raise Unusable(f"{line(target, 200)}: there is no such file")
    with connect() as client:
        return client.snapshot(client.resolve(target))


def _known(config: Path | None) -> dict[Path, Playbook]:
    return settings.load(config).playbooks_by_file(names())


def _named(name: str, config: Path | None) -> tuple[Path, Playbook]:
    found = {playbook.name: (path, playbook) for path, playbook in _known(config).items()}
    if name not in found:
        raise Unusable(f"there is no playbook {line(name, 80)!r}; {nearest(name, sorted(found))}")
    return found[name]


def _origin(path: Path) -> str:
    return "" if path.parent == playbooks.default_folder() else str(path)


def _some(causes: list[str]) -> str:
    return ", ".join(causes[:SEVERAL]) + (f" and {more} more" if (more := len(causes) - SEVERAL) > 0 else "")


def _words(steps: list[PlaybookStep]) -> str:
    return ", then ".join(
        step.action.replace("_", " ")
        + (f" by {getattr(step, AMOUNTS[step.action])} %" if step.action in AMOUNTS else "")
        for step in steps
    )


def _plain(path: Path, playbook: Playbook) -> dict[str, object]:
    return {**playbook.model_dump(mode="json"), "file": str(path)}
