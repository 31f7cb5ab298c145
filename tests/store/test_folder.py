"""`doctor` looks at a data folder without opening it. Read-only and full ones are small file systems of their own (root)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from integrations.store.folder import folder_checked

LOOK = "import sys; from pathlib import Path; from integrations.store.folder import folder_checked; "
LOOK += "print(folder_checked(Path(sys.argv[1])).model_dump_json())"
CHECKOUT = Path(__file__).parent.parent.parent


def test_a_folder_that_is_there_and_one_that_would_be_made_are_fine(tmp_path):
    assert folder_checked(tmp_path).ok
    assert folder_checked(tmp_path / "not" / "yet").ok
    assert not (tmp_path / "not").exists()
    assert "MiB free" in folder_checked(tmp_path).detail


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path):
    file = tmp_path / "state"
    file.write_text("")
    found = folder_checked(file)
    assert not found.ok
    assert found.detail == f"{file} is no folder"
    assert found.cost


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_of_somebody_else_is_named(tmp_path):
    tmp_path.chmod(0o500)
    assert "this user may not write there" in folder_checked(tmp_path).detail


@pytest.mark.parametrize(
    ("options", "expected"),
    [("size=1m", "MiB are free in"), ("ro", "the file system is read-only"), ("size=100m", "MiB free")],
)
def test_a_small_or_read_only_volume_is_named(tmp_path, options, expected):
    mount = 'mount -t tmpfs -o "$1" volume "$2" && exec "$3" -c "$4" "$2"'
    argv = ["unshare", "--mount", "sh", "-c", mount, "sh", options, str(tmp_path), sys.executable, LOOK]
    try:
        done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("no unshare: volumes of their own need Linux")
    if "unshare" in done.stderr or "mount:" in done.stderr:
        pytest.skip("volumes of their own need root on Linux")
    assert expected in done.stdout, done.stderr
