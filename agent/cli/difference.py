"""`steadyhand replay --diff`: what the rules of today make of a folder of recordings, beside what was concluded then."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from rich.text import Text

from agent import wiring
from agent.cli.exits import ExitCode
from agent.cli.layout import listing, terminal
from agent.cli.machine import plain, print_json
from agent.cli.record import SUFFIX
from agent.cli.unfit import UNFIT, unfit
from agent.cli.untrusted import line
from agent.errors import SteadyhandError, Unusable
from agent.model.record import Record
from agent.model.report import Report
from agent.model.rules import Rules
from agent.reasoning.judge import confirmed
from agent.replay import replay

House = Callable[[Rules], Rules]


class Outcome(Record):
    """What an investigation came to, in short."""

    conclusion: str
    cause: str = ""  # of the confirmed hypothesis
    entity: str = ""
    confidence: float
    proposal: str = ""

    @classmethod
    def of(cls, report: Report) -> "Outcome":
        """A report's."""
        stands = confirmed(report.hypotheses)
        return cls(
            conclusion=report.conclusion,
            cause=stands.cause if stands else "",
            entity=str(stands.entity) if stands else "",
            confidence=round(report.confidence, 2),
            proposal=report.proposal.what if report.proposal else "",
        )


class Compared(Record):
    """One recording; `trouble` says why it could not be compared."""

    file: str
    incident: str = ""
    then: Outcome | None = None
    now: Outcome | None = None
    unrecorded: int = 0  # questions asked now that the recording cannot answer
    trouble: str = ""

    @property
    def changed(self) -> bool:
        """Whether the conclusion is another one."""
        return self.then is not None and self.now is not None and self.then != self.now


def run(folder: Path, house: House, *, as_json: bool) -> int:
    """Compare all recordings of a folder; 0 if nothing changed, 1 if something did, 2 if one could not be compared."""
    found = asyncio.run(_all(_files(folder), house))
    if as_json:
        print_json({"recordings": [{**plain(each), "changed": each.changed} for each in found]})
    else:
        _show(found)
    if any(each.trouble for each in found):
        return ExitCode.USAGE
    return ExitCode.FAILED if any(each.changed for each in found) else ExitCode.CONFIRMED


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise Unusable(f"{folder}: this is no folder; --diff compares all files *{SUFFIX} of one")
    files = sorted(folder.glob(f"*{SUFFIX}"))
    if not files:
        raise Unusable(f"{folder}: there is no file *{SUFFIX} in it; `steadyhand record ID` writes one")
    return files


async def _all(files: list[Path], house: House) -> list[Compared]:
    return [await _compared(file, house) for file in files]


async def _compared(file: Path, house: House) -> Compared:
    try:
        snapshot = wiring.read_snapshot(file)
        replayed = await replay(snapshot, house(snapshot.rules))
    except SteadyhandError as error:
        return Compared(file=file.name, trouble=str(error))
    except UNFIT as error:
        return Compared(file=file.name, trouble=unfit(file, error))
    return Compared(
        file=file.name,
        incident=snapshot.incident.id,
        then=Outcome.of(snapshot.report),
        now=Outcome.of(replayed.report),
        unrecorded=len(replayed.unrecorded),
    )


def _show(found: list[Compared]) -> None:
    console = terminal()
    changed = [each for each in found if each.changed]
    if changed:
        table = listing("RECORDING", "WHAT", "THEN", "NOW")
        for each in changed:
            for row in _rows(each):
                table.add_row(*(Text(line(cell, 200)) for cell in row))
        console.print(table)
    for each in found:
        if each.trouble:
            console.print(Text(line(each.trouble, 600)))
    compared = sum(not each.trouble for each in found)
    console.print(Text(f"{compared} recordings compared, {len(changed)} changed, {len(found) - compared} unusable"))


def _rows(compared: Compared) -> list[tuple[str, str, str, str]]:
    """What differs, and how much of it the recording may be too old for."""
    if compared.then is None or compared.now is None:
        return []
    then, now = plain(compared.then), plain(compared.now)
    rows = [(what, _cell(then[what]), _cell(now[what])) for what in then if then[what] != now[what]]
    if compared.unrecorded:
        rows.append(("not recorded", "", f"{compared.unrecorded} questions"))
    return [
        (compared.file if first else "", *row) for first, row in zip([True, *[False] * len(rows)], rows, strict=False)
    ]


def _cell(value: object) -> str:
    return f"{value:.0%}" if isinstance(value, float) else str(value) or "none"
