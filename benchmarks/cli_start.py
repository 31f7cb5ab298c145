"""How long the command line takes to answer when there is nothing to do: heavy imports must stay lazy.

The promise is `steadyhand --help` under 300 ms. A bare interpreter is measured beside it, since that
part is not ours. Run by `make bench`, or alone: python -m benchmarks.cli_start [RUNS]
"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.row import Row, header

RUNS = 15
PYTHON = Path(sys.executable)
STEADYHAND = str(PYTHON.with_name("steadyhand"))
CASES = {
    "start of `steadyhand --help`": [STEADYHAND, "--help"],
    "start of `steadyhand version`": [STEADYHAND, "version"],
    "start of a bare interpreter, to compare": [str(PYTHON), "-c", ""],
}


def rows(runs: int = RUNS) -> list[Row]:
    """One row a case, in milliseconds of wall clock; a command that fails ends the benchmark."""
    command = "python -m benchmarks.cli_start" + (f" {runs}" if runs != RUNS else "")
    return [Row(what, "ms", _measure(argv, runs), command) for what, argv in CASES.items()]


def _measure(argv: list[str], runs: int) -> list[float]:
    _once(argv)  # the first start writes byte code and fills the page cache
    return [_once(argv) for _ in range(runs)]


def _once(argv: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(argv, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True)
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    measured = rows(int(sys.argv[1]) if sys.argv[1:] else RUNS)
    print(header(), *(row.markdown() for row in measured), sep="\n")
