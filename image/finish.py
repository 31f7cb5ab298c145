"""Makes the image's virtual environment final: drops what nothing runs, compiles the rest, and gives all of it one time.

Run by the Dockerfile's build stage with the base's own interpreter; standard library only.
"""

import compileall
import csv
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

SCRIPTS = ("python", "steadyhand")
"""What stays in bin/: the interpreter under each of its names, and our command."""

FOLDERS = ("test", "tests", "include", "__pycache__")
SUFFIXES = (".c", ".cpp", ".h", ".pxd", ".pyi", ".pyx")

GENERATED = tuple(f"kubernetes/{client}/{part}/*" for client in ("client", "aio/client") for part in ("api", "models"))
"""A class a kind and a method a verb, loaded when asked for: 120 MB that we do not ask for, as requests are plain JSON."""

SPARE = (*GENERATED, "zstandard/_cffi.*", "zstandard/backend_cffi.py")
"""Below site-packages. zstandard has its code twice; CPython takes the other one."""

PROOF = """
import importlib, pkgutil, agent, integrations
for package in (agent, integrations):
    for found in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if "__main__" not in found.name and ".migrations" not in found.name:
            importlib.import_module(found.name)
"""


def finish(environment: Path, epoch: int) -> None:
    """Trim, compile and date the environment. Raises SystemExit when a file does not compile."""
    packages = next(environment.glob("lib/python3*/site-packages"))
    for path in [*_commands(environment), *_unused(environment), *_spare(packages)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    for record in packages.glob("*.dist-info/RECORD"):
        _correct(record, packages)
    # a source is never compared with its bytecode: whatever could have changed it would be another image
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    if not compileall.compile_dir(packages, quiet=2, invalidation_mode=mode):
        raise SystemExit(f"not everything in {packages} could be compiled")
    for path in [environment, *environment.rglob("*")]:
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _commands(environment: Path) -> Iterator[Path]:
    for path in sorted((environment / "bin").iterdir()):
        if not path.name.startswith(SCRIPTS):
            yield path


def _unused(environment: Path) -> list[Path]:
    """Libraries' tests, type stubs and C sources; a folder itself, not what is below it."""
    found: list[Path] = []
    for path in sorted(environment.rglob("*")):
        inside = found and found[-1] in path.parents
        if not inside and (path.name in FOLDERS if path.is_dir() else path.suffix in SUFFIXES):
            found.append(path)
    return found


def _spare(packages: Path) -> Iterator[Path]:
    for pattern in SPARE:
        for path in sorted(packages.glob(pattern)):
            if path.name not in ("__init__.py", "__pycache__"):
                yield path


def _correct(record: Path, packages: Path) -> None:
    """Leave in a distribution's list of files only those that are there, as scanners read it."""
    with record.open(newline="") as file:
        rows = [row for row in csv.reader(file) if row and (packages / row[0]).exists()]
    with record.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    place = Path(sys.argv[1])
    finish(place, int(os.environ["SOURCE_DATE_EPOCH"]))
    subprocess.run([place / "bin" / "python", "-c", PROOF], check=True)  # nothing was dropped that we import
