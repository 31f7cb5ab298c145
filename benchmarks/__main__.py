"""Runs every benchmark of this folder and prints the rows of README.md: what `make bench` calls.

A benchmark is a module here with `rows() -> list[Row]`. One that cannot run says why on stderr and
the others still run; the exit status is then 1. Names given on the command line select.
"""

import importlib
import pkgutil
import sys
from pathlib import Path
from types import ModuleType

from benchmarks.row import header

LABELLED = ("run", "show", "rename", "thin", "calibrate", "leave-out")
"""Verbs about labelled cases."""


def names() -> list[str]:
    """The benchmarks of this folder, in the order of the alphabet."""
    found = sorted(module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return [name for name in found if name != "__main__" and hasattr(_load(name), "rows")]


def main(chosen: list[str]) -> int:
    """Print the header and the rows of the chosen benchmarks, or of all of them; the verbs of LABELLED are about cases."""
    if chosen and chosen[0] in LABELLED:
        return int(_load("labelled.run").main(chosen))
    known = names()
    if unknown := set(chosen) - set(known):
        print(f"no benchmark named {', '.join(sorted(unknown))}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    print(header(), flush=True)
    failed = 0
    for name in chosen or known:
        try:
            for row in _load(name).rows():
                print(row.markdown(), flush=True)
        except Exception as error:  # noqa: BLE001 - one benchmark's failure must not hide the others' figures
            print(f"{name} did not finish: {error}", file=sys.stderr)
            failed = 1
    return failed


def _load(name: str) -> ModuleType:
    return importlib.import_module(f"benchmarks.{name}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
