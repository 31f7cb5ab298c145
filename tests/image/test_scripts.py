"""The two scripts that the Dockerfile runs, on little trees: tier 0, so that they are tested where no image can be built."""

import importlib.util
import stat
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
EPOCH = 1_700_000_000


def script(name: str):
    spec = importlib.util.spec_from_file_location(name, CHECKOUT / "image" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def grow(root: Path, *names: str) -> None:
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x = 1\n")


def left(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}


@pytest.fixture
def environment(tmp_path):
    site = "lib/python3.11/site-packages"
    grow(tmp_path, "bin/python3", "bin/steadyhand", "bin/alembic", "bin/activate", "pyvenv.cfg", "include/site/a.h")
    grow(tmp_path, *(f"{site}/numpy/{name}" for name in ("__init__.py", "__init__.pyi", "tests/test_a.py", "core/a.h")))
    grow(tmp_path, *(f"{site}/kubernetes/aio/client/models/{name}.py" for name in ("__init__", "v1_pod")))
    grow(tmp_path, f"{site}/zstandard/__init__.py", f"{site}/zstandard/_cffi.cpython-311.so")
    record = tmp_path / site / "numpy-2.dist-info" / "RECORD"
    record.parent.mkdir()
    record.write_text("numpy/__init__.py,sha256=a,6\nnumpy/tests/test_a.py,sha256=b,6\n../../../bin/steadyhand,,\n")
    return tmp_path


def test_what_nothing_runs_is_dropped_and_the_list_of_files_says_so(environment):
    script("finish").finish(environment, EPOCH)
    site = "lib/python3.11/site-packages"
    assert left(environment) == {
        "bin/python3",
        "bin/steadyhand",
        "pyvenv.cfg",
        f"{site}/numpy/__init__.py",
        f"{site}/numpy-2.dist-info/RECORD",
        f"{site}/kubernetes/aio/client/models/__init__.py",
        f"{site}/zstandard/__init__.py",
    }
    record = (environment / site / "numpy-2.dist-info" / "RECORD").read_text()
    assert record == "numpy/__init__.py,sha256=a,6\n../../../bin/steadyhand,,\n"


def test_every_module_is_compiled_and_everything_has_the_same_time(environment):
    script("finish").finish(environment, EPOCH)
    compiled = list(environment.rglob("*.pyc"))
    assert len(compiled) == 3
    assert {path.read_bytes()[4:8] for path in compiled} == {b"\x01\x00\x00\x00"}
    assert {path.lstat().st_mtime for path in [environment, *environment.rglob("*")]} == {EPOCH}


def test_a_module_that_does_not_compile_ends_the_build(environment):
    (environment / "lib/python3.11/site-packages/numpy/__init__.py").write_text("x = (\n")
    with pytest.raises(SystemExit, match="could be compiled"):
        script("finish").finish(environment, EPOCH)


@pytest.fixture
def base(tmp_path):
    library = "usr/local/lib/python3.12"
    grow(tmp_path, f"{library}/os.py", f"{library}/ensurepip/__init__.py", f"{library}/idlelib/a.py")
    grow(tmp_path, *(f"{library}/site-packages/{name}/a.py" for name in ("pip", "pip-25.dist-info", "pipes", "wheel")))
    grow(tmp_path, "usr/local/bin/pip3.12", "usr/local/bin/python3.12", "usr/share/python-wheels/pip.whl", "usr/bin/su")
    (tmp_path / "usr/bin/su").chmod(0o4755)
    return tmp_path


def test_installers_and_privileges_of_the_base_are_taken_away(base):
    library = base / "usr/local/lib/python3.12"
    script("strip").strip(base, library, [library / "site-packages"])
    assert left(base) == {
        "usr/bin/su",
        "usr/local/bin/python3.12",
        "usr/local/lib/python3.12/os.py",
        "usr/local/lib/python3.12/site-packages/pipes/a.py",
    }
    assert stat.S_IMODE((base / "usr/bin/su").stat().st_mode) == 0o755


@pytest.mark.parametrize("there", [True, False])
def test_the_standard_library_is_compiled_only_where_the_base_has_no_bytecode(base, there):
    library = base / "usr/local/lib/python3.12"
    kept = library / "__pycache__" / f"os.{sys.implementation.cache_tag}.pyc"
    if there:
        grow(base, str(kept.relative_to(base)))
    script("strip").strip(base, library, [])
    assert kept.is_file()
    assert (kept.read_bytes() == b"x = 1\n") is there
