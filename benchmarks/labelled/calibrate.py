"""`python -m benchmarks calibrate`: is the confidence of the first answer a probability? Scored, and scored again out of fold.

The correction is fitted on all other types of fault and applied to the one left out, so that no case
corrects itself. Needs the labels, which `run` never reads.
"""

import argparse
import asyncio
import json
from collections import defaultdict
from pathlib import Path

from agent import telemetry
from agent.model.coverage import Coverage
from agent.reasoning.calibration import Outcome, fit, out_of_fold, score, wilson
from agent.reasoning.judge import confidence, confirmed
from benchmarks.labelled.case import DataSet
from benchmarks.labelled.investigation import Investigated, investigate, machine
from benchmarks.labelled.marking import MARKINGS

COLUMNS = ["cases", "right (95 %)", "confirmed", "of those wrong", "Brier", "ECE", "Brier out of fold", "ECE out of fold", "slope, offset"]  # fmt: skip


def run(found: DataSet, folder: Path, arguments: argparse.Namespace) -> int:
    """Print one row of the table."""
    telemetry.configure("critical", "console")
    labels = json.loads(arguments.labels.read_text())
    groups, stands = asyncio.run(_outcomes(found, folder, arguments.dataset, labels))
    outcomes = [outcome for group in groups.values() for outcome in group]
    raw, held = score(outcomes), score(out_of_fold([*groups.values()]))
    if raw is None or held is None:
        print("no labelled case found")
        return 2
    correction = fit(outcomes)
    low, high = wilson(raw.true, raw.count)
    cells = [
        str(raw.count),
        f"{raw.true / raw.count:.3f} ({low:.2f}-{high:.2f})",
        str(len(stands)),
        str(sum(not right for right in stands)),
        f"{raw.brier:.3f}",
        f"{raw.ece:.3f}",
        f"{held.brier:.3f}",
        f"{held.ece:.3f}",
        f"{correction.slope:.2f}, {correction.offset:+.2f}",
    ]
    print(
        f"| {' | '.join(COLUMNS)} |", f"| {' | '.join('---' for _ in COLUMNS)} |", f"| {' | '.join(cells)} |", sep="\n"
    )
    for one in raw.bins:
        print(f"stated {one.stated:.2f}: true {one.true:.2f} of {one.count}")
    return 0


async def _outcomes(
    found: DataSet, folder: Path, name: str, labels: dict[str, object]
) -> tuple[dict[str, list[Outcome]], list[bool]]:
    """By type of fault, the confidence of the first answer and whether it was right; and the same for what was confirmed."""
    graph, marking = machine(), MARKINGS[name]
    groups, stands = defaultdict[str, list[Outcome]](list), list[bool]()
    for case_id in found.ids(folder):
        if case_id not in labels:
            continue
        seen = await investigate(found.load(folder, case_id), graph)
        right = marking.right(found.answer(seen.case, seen.state), labels[case_id])
        groups[marking.kind(labels[case_id])].append(Outcome(confidence=_stated(seen), true=right))
        if confirmed(seen.state.get("hypotheses", [])):
            stands.append(right)
    return groups, stands


def _stated(seen: Investigated) -> float:
    hypotheses = seen.state.get("hypotheses", [])
    if not hypotheses:
        return 0.0
    coverage = seen.state.get("coverage", Coverage())
    return confidence(hypotheses[0], coverage, onset=seen.state.get("onset") is not None)
