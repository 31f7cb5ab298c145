"""Makes the image's virtual environment final: drops what nothing runs, compiles all of it, and gives it one time.

Run by the Dockerfile's build stage with the base's own interpreter; standard library only.
"""

import compileall
import os
import py_compile
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

SCRIPTS = ("python", "steadyhand")
"""What may stay in bin/: the interpreter under each of its names, and our command."""

UNUSED = ("test", "tests", "testing/tests")
KINDS = (".c", ".cpp", ".h", ".pxd", ".pyi", ".pyx")


def finish(environment: Path, epoch: int) -> None:
    """Trim, compile and date the environment. Raises SystemExit when a file does not compile."""
    for path in [*_commands(environment), *_unused(environment)]:
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    # a source is never looked at again: what could have changed it would be another image
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    libraries = next(environment.glob("lib/python3*"))
    if not compileall.compile_dir(libraries, quiet=2, invalidation_mode=mode, workers=1, stripdir=None):
        raise SystemExit(f"not all of {libraries} could be compiled")
    for path in [environment, *environment.rglob("*")]:
        os.utime(path, (epoch, epoch), follow_symlinks=False)


def _commands(environment: Path) -> Iterator[Path]:
    for path in sorted((environment / "bin").iterdir()):
        if not path.name.startswith(SCRIPTS):
            yield path


def _unused(environment: Path) -> list[Path]:
    """Tests of libraries, type stubs and C sources; a folder once, not what is below it."""
    found: list[Path] = []
    for path in sorted(environment.rglob("*")):
        if found and found[-1] in path.parents:
            continue
        if path.name in ("test", "tests", "include", "__pycache__") and path.is_dir():
            found.append(path)
        elif path.suffix in KINDS and path.is_file():
            found.append(path)
    return found


if __name__ == "__main__":
    finish(Path(sys.argv[1]), int(os.environ.get("SOURCE_DATE_EPOCH", "315532800")))
