"""`python -m benchmarks leave-out`: what becomes of faults whose rules we do not have? Five types at a time are taken away.

Their causes are ignored as a house's configuration may do; detectors still see that something is wrong. Then the
right object should still be named, and no other cause be confirmed. For data sets that name objects and types.
"""

import argparse
import asyncio
import json
import random
from pathlib import Path

from agent import telemetry
from agent.reasoning.calibration import wilson
from agent.reasoning.judge import confirmed
from benchmarks.labelled.case import DataSet
from benchmarks.labelled.cloud_opsbench.verdict import WORDS
from benchmarks.labelled.investigation import investigate, machine

AT_ONCE = 5
OBJECT = "fault_object"


def run(found: DataSet, folder: Path, arguments: argparse.Namespace) -> int:
    """Print both figures, and every case in which another cause was confirmed."""
    telemetry.configure("critical", "console")
    labels = json.loads(arguments.labels.read_text())
    if not all(OBJECT in label for label in labels.values()):
        print(f"{arguments.dataset} names no types and objects of faults: leave-out is for cloud-opsbench")
        return 2
    right, total, wrong = asyncio.run(_measured(found, folder, labels, arguments.seed))
    low, high = wilson(right, total)
    print(f"{total} cases without their rules: right object {right / total:.3f} ({low:.2f}-{high:.2f}), another cause confirmed in {len(wrong)}")  # fmt: skip
    for line in wrong:
        print(line)
    return 0


async def _measured(
    found: DataSet, folder: Path, labels: dict[str, dict[str, str]], seed: int
) -> tuple[int, int, list[str]]:
    types = sorted({label["root_cause"] for label in labels.values()})
    random.Random(seed).shuffle(types)
    causes = {word: cause for cause, (_, word) in WORDS.items()}
    graph, right, total, wrong = machine(), 0, 0, []
    for begin in range(0, len(types), AT_ONCE):
        gone = types[begin : begin + AT_ONCE]
        ignored = frozenset(causes[one] for one in gone if one in causes)
        for case_id, label in labels.items():
            if label["root_cause"] not in gone:
                continue
            seen = await investigate(found.load(folder, case_id), graph, ignored)
            answers = found.answer(seen.case, seen.state) or [{}]
            stands = confirmed(seen.state.get("hypotheses", []))
            total += 1
            right += answers[0].get(OBJECT, "").lower() == label[OBJECT].lower()
            if stands:
                wrong.append(
                    f"{case_id}: {label['root_cause']} at {label[OBJECT]}: confirmed {stands.cause} at {stands.entity.name}"
                )
    return right, total, wrong
