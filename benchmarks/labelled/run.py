"""`python -m benchmarks run` and `show`: a folder of labelled cases in, predictions.json or one report out."""

import argparse
import asyncio
import json
import lzma
import statistics
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from agent import telemetry
from agent.cli import report_view
from agent.cli.layout import terminal
from agent.reasoning.judge import confirmed
from benchmarks.labelled import calibrate, guards, leave_out
from benchmarks.labelled.case import DataSet
from benchmarks.labelled.investigation import investigate, machine

DATA_SETS = {
    "rootcausebench": "benchmarks.labelled.rootcausebench",
    "cloud-opsbench": "benchmarks.labelled.cloud_opsbench",
    "petshop": "benchmarks.labelled.petshop",
    "petshop-noissue": "benchmarks.labelled.petshop_noissue",
    "rcd-sockshop": "benchmarks.labelled.rcd_sockshop",
    "rcd-sockshop-blind": "benchmarks.labelled.rcd_sockshop_blind",
}
ARCHIVE = "cases.tar.xz"


class Outcome(NamedTuple):
    """One case's answer and what it took."""

    case: str
    answer: Any
    seconds: float
    abstained: bool
    troubles: list[str]


def data_set(name: str) -> DataSet:
    """The adapter of this name: the module's DATA_SET."""
    found: DataSet = import_module(DATA_SETS[name]).DATA_SET
    return found


@contextmanager
def unpacked(folder: Path) -> Iterator[Path]:
    """The cases as files: the folder's archive in a temporary place, or the folder itself where it holds none."""
    archive = folder / ARCHIVE
    if not archive.exists():
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="steadyhand-cases-") as place:
        try:
            with tarfile.open(archive) as tar:
                tar.extractall(place, filter="data")
        except (tarfile.TarError, EOFError, OSError, lzma.LZMAError) as error:
            sys.exit(f"{archive}: cannot be unpacked ({error}); copy the whole file again")
        yield Path(place)


def solve(name: str, folder: Path, ids: list[str]) -> list[Outcome]:
    """Investigate some cases one after the other; a case that cannot be read is answered by nothing, and said."""
    telemetry.configure("critical", "console")
    return asyncio.run(_solve(data_set(name), folder, ids))


async def _solve(found: DataSet, folder: Path, ids: list[str]) -> list[Outcome]:
    graph, outcomes = machine(), []
    for case_id in ids:
        began = time.perf_counter()
        try:
            case = found.load(folder, case_id)
            seen = await investigate(case, graph)
            answer = found.answer(case, seen.state)
        except Exception as error:  # noqa: BLE001 - one malformed case must not cost the others their answers
            told = f"the case cannot be read or investigated: {type(error).__name__}: {error}"
            outcomes.append(Outcome(case_id, None, 0.0, abstained=True, troubles=[told]))
            continue
        abstained = confirmed(seen.state.get("hypotheses", [])) is None
        outcomes.append(Outcome(case_id, answer, time.perf_counter() - began, abstained, case.troubles))
    return outcomes


def run(arguments: argparse.Namespace) -> int:
    """Write predictions.json and print the times."""
    with unpacked(arguments.folder) as place:
        ids = list(data_set(arguments.dataset).ids(place))
        if not ids:
            print(f"{arguments.folder}: no case found; expected {ARCHIVE} or its content", file=sys.stderr)
            return 2
        shares = [ids[start :: arguments.jobs] for start in range(arguments.jobs)]
        if arguments.jobs == 1:
            parts = [solve(arguments.dataset, place, ids)]
        else:
            with ProcessPoolExecutor(arguments.jobs) as pool:
                futures = [pool.submit(solve, arguments.dataset, place, share) for share in shares if share]
                parts = [future.result() for future in futures]
    outcomes = sorted((outcome for part in parts for outcome in part), key=lambda outcome: outcome.case)
    answers = {outcome.case: outcome.answer for outcome in outcomes if outcome.answer is not None}
    arguments.out.write_text(json.dumps(answers, indent=1) + "\n")
    _tell(outcomes)
    return 0


def _tell(outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        for trouble in outcome.troubles:
            print(f"warning: {outcome.case}: {trouble}", file=sys.stderr)
    seconds = sorted(outcome.seconds for outcome in outcomes)
    p95 = seconds[min(len(seconds) - 1, round(0.95 * (len(seconds) - 1)))]
    abstained = sum(outcome.abstained for outcome in outcomes)
    print(
        f"{len(outcomes)} cases; seconds a case: median {statistics.median(seconds):.3f}, p95 {p95:.3f}, max {seconds[-1]:.3f}; "
        f"nothing confirmed in {abstained} ({abstained / len(outcomes):.0%}); "
        f"{sum(len(outcome.troubles) for outcome in outcomes)} warnings"
    )


def show(arguments: argparse.Namespace) -> int:
    """Print the report of one case, as `steadyhand investigate` would."""
    telemetry.configure("critical", "console")
    with unpacked(arguments.folder) as place:
        found = data_set(arguments.dataset)
        if arguments.case not in set(found.ids(place)):
            print(f"{arguments.folder}: no case {arguments.case}", file=sys.stderr)
            return 2

        async def one() -> None:
            case = found.load(place, arguments.case)
            seen = await investigate(case, machine())
            if arguments.json:
                print((await seen.report()).model_dump_json(indent=1))
            else:
                report_view.show(terminal(), await seen.report())
                print("answer:", json.dumps(found.answer(case, seen.state)))

        asyncio.run(one())
    return 0


def _guarded(guard: Callable[[DataSet, Path, argparse.Namespace], int]) -> Callable[[argparse.Namespace], int]:
    def action(arguments: argparse.Namespace) -> int:
        with unpacked(arguments.folder) as place:
            return guard(data_set(arguments.dataset), place, arguments)

    return action


def _at_least_one(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a whole number from 1 on, not {text}")
    return int(text)


def main(words: list[str]) -> int:
    """Read the command line: `run DATASET FOLDER --out FILE [--jobs N]` or `show DATASET FOLDER CASE [--json]`."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    verbs = parser.add_subparsers(required=True)
    running = verbs.add_parser("run", help="investigate every case and write predictions.json")
    showing = verbs.add_parser("show", help="print the report of one case")
    for verb, action in ((running, run), (showing, show)):
        verb.add_argument("dataset", choices=DATA_SETS)
        verb.add_argument("folder", type=Path)
        verb.set_defaults(action=action)
    running.add_argument("--out", type=Path, required=True)
    running.add_argument("--jobs", type=_at_least_one, default=1)
    showing.add_argument("case")
    showing.add_argument("--json", action="store_true")
    for name, guard in (
        ("rename", guards.run_rename),
        ("thin", guards.run_thin),
        ("calibrate", calibrate.run),
        ("leave-out", leave_out.run),
    ):
        verb = verbs.add_parser(name, help="a guard: names, evidence, confidence")
        verb.add_argument("dataset", choices=DATA_SETS)
        verb.add_argument("folder", type=Path)
        verb.add_argument("--cases", type=int, default=40)
        verb.add_argument("--seed", type=int, default=1)
        if name != "rename":
            verb.add_argument("--labels", type=Path, required=True)
        if name == "thin":
            verb.add_argument("--silent", action="store_true", help="lists that lost objects still claim to be whole")
        verb.set_defaults(action=_guarded(guard))
    arguments = parser.parse_args(words)
    for name in ("out", "labels"):
        place = getattr(arguments, name, None)
        if place is not None and not (place.parent.is_dir() if name == "out" else place.is_file()):
            print(f"--{name} {place}: there is no such {'folder' if name == 'out' else 'file'}", file=sys.stderr)
            return 2
    found: int = arguments.action(arguments)
    return found
