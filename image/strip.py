"""Takes away from the final stage's base what a running daemon has no use for and an attacker might.

Run by the Dockerfile as root with the base's own interpreter; standard library only. It also compiles the standard
library where the base has no bytecode of it (the official images do not): a read-only root could never keep it.
"""

import compileall
import os
import py_compile
import shutil
import stat
import sysconfig
from collections.abc import Iterator
from pathlib import Path

INSTALLERS = ("pip", "setuptools", "wheel", "pkg_resources", "_distutils_hack", "distutils-precedence.pth")
COMMANDS = ("pip", "idle", "pydoc", "2to3", "wheel")
LIBRARY = ("ensurepip", "idlelib", "lib2to3", "test", "tkinter", "turtledemo")
"""Parts of the standard library: installers, and what needs a screen."""


def strip(root: Path, library: Path, places: list[Path]) -> None:
    """Strip a base that begins at `root`, with its standard library and the folders of its own packages."""
    for path in [*_installers(root, places), *(library / name for name in LIBRARY)]:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in privileged(root):
        path.chmod(stat.S_IMODE(path.stat().st_mode) & ~(stat.S_ISUID | stat.S_ISGID))
    if not list(library.glob("__pycache__/os.*.pyc")):
        mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
        compileall.compile_dir(library, quiet=2, invalidation_mode=mode, stripdir=None)


def privileged(root: Path) -> Iterator[Path]:
    """Files that would run as somebody else: setuid and setgid ones on the root's own file system."""
    device = root.stat().st_dev
    for folder, below, names in os.walk(root):
        below[:] = [name for name in below if (Path(folder) / name).lstat().st_dev == device]
        for name in names:
            path = Path(folder) / name
            mode = path.lstat().st_mode
            if stat.S_ISREG(mode) and mode & (stat.S_ISUID | stat.S_ISGID):
                yield path


def _installers(root: Path, places: list[Path]) -> Iterator[Path]:
    yield root / "usr/share/python-wheels"  # Debian's pip and setuptools, from which ensurepip makes them
    for path in (root / "usr/local/bin").glob("*"):
        if path.name.startswith(COMMANDS):
            yield path
    for place in places:
        for path in place.glob("*"):
            if path.name.split("-")[0] in INSTALLERS or path.name in INSTALLERS:
                yield path


if __name__ == "__main__":
    standard = Path(sysconfig.get_path("stdlib"))
    found = {Path(sysconfig.get_path(scheme)) for scheme in ("purelib", "platlib")}
    strip(Path("/"), standard, [*sorted(found), standard / "dist-packages", standard / "site-packages"])
