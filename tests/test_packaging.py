"""What the checkout promises as a whole: what the wheel holds, what no file may say, and the size habits."""

import ast
import contextlib
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CHECKOUT = Path(__file__).parent.parent
PACKAGES = ("agent", "integrations")
LONGEST_FILE = 300
LONGEST_FUNCTION = 59
# Put together here, so that this file does not hold what it looks for.
HOSTS = [
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("files", "pythonhosted", "org"),
        ("proxy", "golang", "org"),
        ("registry", "npmjs", "org"),
        ("deb", "debian", "org"),
    )
]
FORBIDDEN = {
    "a package registry": re.compile("|".join(re.escape(host) for host in HOSTS)),
    "where pip should look": re.compile(
        "^--(?:extra-)?index-" + "url|^--find-" + "links|^--trusted-" + "host", re.MULTILINE
    ),
    "a path of the machine it was written on": re.compile(r"(?<![\w.~-])/(?:ro" + r"ot|wo" + r"rk)/\w"),
}
PATCHED = re.compile("mock" + r"\.patch|Magic" + r"Mock|^\s*(?:from|import) unittest\.mock", re.MULTILINE)


def files() -> list[Path]:
    """What git tracks or would track; outside a checkout, all but hidden folders and caches."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode == 0 and asked.stdout:
        return sorted(path for line in asked.stdout.split("\0") if line and (path := CHECKOUT / line).is_file())
    return sorted(path for path in CHECKOUT.rglob("*") if path.is_file() and not _left_out(path))


def _left_out(path: Path) -> bool:
    parts = path.relative_to(CHECKOUT).parts[:-1]
    return any(part == "__pycache__" or (part.startswith(".") and part != ".ci") for part in parts)


def text(path: Path) -> str:
    return path.read_bytes().decode(errors="replace")


def sources() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((CHECKOUT / package).rglob("*.py"))]


def name(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_says(what: str) -> None:
    found = [f"{name(path)}: {match[0]}" for path in files() if (match := FORBIDDEN[what].search(text(path)))]
    assert not found


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a package registry", f"from https://{HOSTS[1]}/packages/x"),
        ("where pip should look", "x==1\n--find-" + "links /wheels\n"),
        ("a path of the machine it was written on", 'open("/ro' + 'ot/notes")'),
    ],
)
def test_the_search_would_find(what: str, line: str) -> None:
    assert FORBIDDEN[what].search(line)


@pytest.mark.parametrize(
    "lock", ["requirements.txt", "requirements-dev.txt", "requirements-build.txt", "requirements-sbom.txt"]
)
def test_every_pin_has_a_hash(lock: str) -> None:
    pins = re.findall(
        r"^([a-z0-9._-]+)==\S+( \\\n    --hash=sha256:[0-9a-f]{64})?", text(CHECKOUT / lock), re.MULTILINE
    )
    assert pins
    assert [pin for pin, hashed in pins if not hashed] == []


@pytest.mark.parametrize(
    ("lock", "extras"), [("requirements.txt", ["slack"]), ("requirements-dev.txt", ["dev", "slack"])]
)
def test_the_pins_cover_what_pyproject_asks_for_and_what_that_needs(lock: str, extras: list[str]) -> None:
    project = tomllib.loads(text(CHECKOUT / "pyproject.toml"))["project"]
    asked = [*project["dependencies"], *(line for extra in extras for line in project["optional-dependencies"][extra])]
    pinned = set(re.findall(r"^([a-z0-9._-]+)==", text(CHECKOUT / lock), re.MULTILINE))
    lacking = needed([Requirement(line) for line in asked]) - {canonicalize_name(pin) for pin in pinned}
    assert not lacking, f"{lock} lacks {sorted(lacking)}: run make lock"


def needed(asked: list[Requirement]) -> set[str]:
    """The names of all distributions that these come to on this interpreter, as the installed ones declare them."""
    seen: set[tuple[str, frozenset[str]]] = set()
    while asked:
        one = asked.pop()
        key = (canonicalize_name(one.name), frozenset(one.extras))
        if key in seen:
            continue
        seen.add(key)
        with contextlib.suppress(metadata.PackageNotFoundError):
            declared = [Requirement(line) for line in metadata.requires(one.name) or []]
            asked += [each for each in declared if _applies(each, one.extras)]
    return {name for name, _extras in seen}


def _applies(requirement: Requirement, extras: set[str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({"extra": extra}) for extra in ["", *extras])


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """A wheel built from this checkout with the pinned hatchling, asking no registry."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    done = subprocess.run(build, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return zipfile.ZipFile(next(folder.glob("steadyhand-*.whl")))


def test_the_wheel_holds_every_file_of_the_packages(wheel: zipfile.ZipFile) -> None:
    wanted = {name(path) for path in files() if path.relative_to(CHECKOUT).parts[0] in PACKAGES}
    assert wanted - set(wheel.namelist()) == set()


def test_the_wheel_holds_the_playbooks_and_the_migrations(wheel: zipfile.ZipFile) -> None:
    held = wheel.namelist()
    playbooks = {f"agent/_playbooks/{path.name}" for path in (CHECKOUT / "playbooks").iterdir()}
    assert playbooks
    assert playbooks <= set(held)
    assert [path for path in held if re.fullmatch(r"integrations/store/migrations/versions/\w+\.py", path)]


def test_the_wheel_takes_no_other_import_names(wheel: zipfile.ZipFile) -> None:
    tops = {path.split("/")[0] for path in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {name(path): len(text(path).splitlines()) for path in sources()}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_longer_than_59_lines() -> None:
    found = [
        f"{name(path)}:{node.lineno} {node.name} has {node.end_lineno - node.lineno + 1} lines"
        for path in sources()
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    ]
    assert not found


def test_every_module_says_why_it_exists() -> None:
    assert [name(path) for path in sources() if not ast.get_docstring(ast.parse(text(path)))] == []


def test_no_module_is_named_after_nothing() -> None:
    empty = {"utils", "util", "helpers", "helper", "common", "manager", "base", "core", "misc"}
    assert [name(path) for path in sources() if {path.stem, path.parent.name} & empty] == []


def test_no_test_patches_what_it_tests() -> None:
    found = [name(path) for path in sorted((CHECKOUT / "tests").rglob("*.py")) if PATCHED.search(text(path))]
    assert not found
