"""The image, built for real and entered as a pod would be: as its user, on a read-only root."""

import json
import os
import stat
import tomllib
from pathlib import Path

import pytest

from agent import __version__
from tests.image import builder
from tests.image.room import STATE, Room, Serving

pytestmark = pytest.mark.tier3("image")

LARGEST = 250_000_000
"""Bytes of what we add to the base, as files; 222 MB when this was written."""

OWN = ("/proc", "/dev", "/tmp", STATE)
WRITABLE = """
import os
found = []
for folder, below, names in os.walk("/"):
    below[:] = [name for name in below if os.path.join(folder, name) not in %r]
    found += [path for path in [folder, *(os.path.join(folder, name) for name in names)]
              if not os.path.islink(path) and os.access(path, os.W_OK)]
print("\\n".join(found))
"""
BUILDING = ("gcc", "cc", "c++", "g++", "ld", "make", "pip", "pip3", "easy_install")


@pytest.fixture(scope="module")
def image() -> str:
    return builder.image()


@pytest.fixture(scope="module")
def configuration(image):
    return builder.configuration(image)


@pytest.fixture(scope="module")
def root(image):
    with builder.mounted(image) as folder:
        yield folder


@pytest.fixture(scope="module")
def room(root, configuration) -> Room:
    return Room(root, configuration)


def files(folder: Path) -> list[Path]:
    return [Path(place) / name for place, _, names in os.walk(folder) for name in names]


def test_the_image_says_what_it_is_and_where_it_comes_from(configuration):
    labels = {name.removeprefix("org.opencontainers.image."): value for name, value in configuration["Labels"].items()}
    project = tomllib.loads((builder.CHECKOUT / "pyproject.toml").read_text())["project"]
    assert labels["title"] == project["name"]
    assert labels["version"] == __version__
    assert labels["licenses"] == project["license"]
    assert labels["description"] == project["description"]
    assert labels["revision"]
    assert labels["source"]


def test_the_image_runs_the_daemon_as_a_user_without_a_name(configuration):
    assert configuration["User"] == "10001:10001"
    assert [*configuration["Entrypoint"], *configuration["Cmd"]] == ["/opt/steadyhand/bin/steadyhand", "serve"]
    assert "Volumes" not in configuration or not configuration["Volumes"]


def test_help_and_version_work_on_a_read_only_root(room):
    told = room.steadyhand("--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert "Exit status:" in told.stdout
    assert room.steadyhand("version").stdout == f"steadyhand {__version__}\n"


def test_the_demo_runs_in_the_image(room):
    told = room.steadyhand("demo", "--yes", "--speed", "200")
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_daemon_starts_answers_and_ends_on_a_read_only_root(room, record_property):
    with Serving(room) as daemon:
        assert daemon.get("/healthz") == (200, '{"status":"alive"}')
        status, body = daemon.get("/readyz")
        assert (status, json.loads(body)["troubles"]) == (200, [])
        assert daemon.get("/metrics")[0] == 200
        assert daemon.said("starting")["state_dir"] == STATE
        record_property("seconds until it serves", round(daemon.started_after, 2))
        record_property("MB resident", round(daemon.megabytes()))
        print(f"serving after {daemon.started_after:.2f} s with {daemon.megabytes():.0f} MB")
    assert daemon.status == 0
    assert daemon.said("stopped")


def test_its_user_may_write_nowhere_but_in_the_data_folder_and_the_temporary_ones(root, configuration):
    told = Room(root, configuration).run("/opt/steadyhand/bin/python", "-c", WRITABLE % (OWN,))
    assert told.returncode == 0, told.stderr
    assert told.stdout.split() == []


def test_nothing_belongs_to_its_user_but_the_data_folder(root):
    owned = [path for path in root.rglob("*") if path.lstat().st_uid == 10001 or path.lstat().st_gid == 10001]
    assert owned == [root / STATE.lstrip("/")]
    assert stat.S_IMODE(owned[0].stat().st_mode) == 0o700


def test_no_file_would_run_as_somebody_else(root):
    raised = [path for path in files(root) if path.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID)]
    assert [path for path in raised if stat.S_ISREG(path.lstat().st_mode)] == []


def test_nothing_is_left_to_build_or_install_with(root):
    commands = {path.name for folder in ("bin", "usr/bin", "usr/local/bin") for path in (root / folder).glob("*")}
    assert commands & set(BUILDING) == set()
    packages = [path.name.split("-")[0] for path in root.rglob("*.dist-info")]
    assert set(packages) & {"pip", "setuptools", "wheel", "hatchling", "pytest"} == set()
    assert "steadyhand" in packages
    assert list(root.rglob("ensurepip")) == []
    assert sorted(path.name for path in (root / "opt/steadyhand/bin").iterdir() if "python" not in path.name) == [
        "steadyhand"
    ]


def test_no_tests_caches_or_sources_of_the_build_are_left(root):
    assert [path for path in (root / "opt/steadyhand").rglob("tests") if path.is_dir()] == []
    assert not (root / "build").exists()
    assert list((root / "root").rglob("*.whl")) == []
    assert not (root / "root" / ".cache").exists()
    assert list((root / "tmp").iterdir()) == []


def test_every_module_is_compiled_and_its_source_never_compared(root):
    sources = set((root / "opt/steadyhand").rglob("*.py"))
    compiled = {path: path.parent.parent / f"{path.name.split('.')[0]}.py" for path in root.glob("opt/**/*.pyc")}
    assert sources - set(compiled.values()) == set()
    flags = {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled}
    assert flags == {0b01}  # checked by nothing: neither time nor hash (PEP 552)


def test_scanners_are_told_only_of_files_that_are_there(root):
    for record in root.glob("opt/steadyhand/lib/python3*/site-packages/*.dist-info/RECORD"):
        named = [line.split(",")[0] for line in record.read_text().splitlines() if not line.startswith('"')]
        assert [name for name in named if not (record.parent.parent / name).exists()] == []


def test_what_is_added_to_the_base_is_no_larger_than_it_was(root, record_property):
    ours = sum(path.lstat().st_size for path in files(root / "opt"))
    everything = sum(path.lstat().st_size for path in files(root))
    record_property("MB", round(everything / 1e6))
    print(f"{ours / 1e6:.0f} MB of ours on a base of {(everything - ours) / 1e6:.0f} MB")
    assert ours < LARGEST


def test_two_builds_of_the_same_are_the_same_to_the_last_byte(image):
    again = f"{builder.NAME}:again"
    builder.build(again)
    assert builder.identity(again) == builder.identity(image)


def test_a_mistake_in_the_settings_is_one_line_and_exit_status_two(room):
    told = room.steadyhand("serve", STEADYHAND_LOG__LEVEL="loud")
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert told.stderr.startswith("steadyhand: STEADYHAND_LOG__LEVEL: log.level:")


@pytest.mark.parametrize(
    ("volume", "expected"),
    [("size=64m,ro", "Read-only file system"), ("size=64k", "the disk is full: free some space")],
)
def test_a_volume_that_cannot_be_written_is_one_line_and_exit_status_two(room, volume, expected):
    told = room.steadyhand("serve", state=volume)
    said = [line for line in told.stderr.splitlines() if not line.startswith("{")]
    assert told.returncode == 2
    assert len(said) == 1
    assert STATE in said[0]
    assert expected in said[0]


def test_a_volume_with_little_room_keeps_the_daemon_alive_and_unready(room):
    with Serving(room, state="size=16m") as daemon:
        assert daemon.get("/healthz")[0] == 200
        status, body = daemon.get("/readyz")
    assert status == 503
    assert "free some space" in json.loads(body)["troubles"][0]


def test_doctor_in_the_image_names_what_is_missing(room):
    told = room.steadyhand("doctor", "--json")
    assert told.returncode == 4
    checks = {check["name"]: check for check in json.loads(told.stdout)["checks"]}
    assert not checks["Prometheus"]["ok"]
    assert checks["playbooks"]["ok"]
