"""The sorting of tests/conftest.py, seen from outside: a small suite in a folder of its own is run by pytest."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiers

QUICK = ["-p", "no:cacheprovider", "-p", "no:langsmith_plugin", "-p", "no:anyio"]
SUITE = """
import pytest

@pytest.mark.tier3("image")
def test_built(): pass

@pytest.mark.tier2
def test_last(): pass

@pytest.mark.tier1
def test_middle(): pass

def test_first(): pass
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A checkout in little, in which Prometheus is missing and the control plane is not."""
    folder = tmp_path / "tests"
    (folder / "cluster").mkdir(parents=True)
    (folder / "image").mkdir()
    (folder / "image" / "builder.py").write_text("def missing(): return 'no builder: install it'")
    for name in ("conftest.py", "tiers.py"):
        shutil.copy(tiers.CHECKOUT / "tests" / name, folder)
    (folder / "servers.py").write_text("def missing(): return 'no prometheus: install it'")
    (folder / "cluster" / "control_plane.py").write_text("def missing(): return ''")
    (folder / "test_suite.py").write_text(SUITE)
    shutil.copy(tiers.CHECKOUT / "pyproject.toml", tmp_path)
    return tmp_path


def run(suite: Path, *arguments: str, require: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", *QUICK, *arguments],
        cwd=suite,
        env={**os.environ, tiers.REQUIRED: require, "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


def order(output: str) -> list[tuple[str, str]]:
    return re.findall(r"::test_(\w+) (PASSED|SKIPPED|ERROR|FAILED)", output)


def test_tiers_run_in_their_order_and_a_missing_one_is_skipped_with_its_reason(suite: Path) -> None:
    done = run(suite)
    assert done.returncode == 0, done.stdout + done.stderr
    assert order(done.stdout) == [
        ("first", "PASSED"),
        ("middle", "SKIPPED"),
        ("last", "PASSED"),
        ("built", "SKIPPED"),
    ]
    before_last, last = done.stdout.rstrip().rsplit("\n", 1)
    assert "tier 1 skipped (1 test): no prometheus: install it" in before_last
    assert "tier 3 skipped (1 test): no builder: install it" in before_last
    assert re.fullmatch(r"=+ 2 passed, 2 skipped in .*=+", last)


def test_a_required_tier_whose_parts_are_missing_fails(suite: Path) -> None:
    done = run(suite, require="1,2")
    assert done.returncode == 1
    assert ("middle", "ERROR") in order(done.stdout)
    assert "tier 1 must run here (STEADYHAND_REQUIRE_TIERS), but no prometheus: install it" in done.stdout
    assert "tier 1 FAILED (1 test)" in done.stdout
    assert "tier 3 skipped (1 test)" in done.stdout


def test_where_processes_share_the_work_one_has_all_that_is_real_and_what_lacks_is_said(suite: Path) -> None:
    for name in "abcdef":
        (suite / "tests" / f"test_{name}.py").write_text("def test_one(): pass")
    (suite / "tests" / "test_real.py").write_text("import pytest\npytestmark = pytest.mark.tier2\ndef test_too(): pass")
    done = run(suite, "--numprocesses", "2", require="2")
    told = re.findall(r"\[(gw\d)\] .* (?:PASSED|SKIPPED) .*::test_(\w+)", done.stdout)
    assert len({worker for worker, name in told if name != "one"}) == 1, done.stdout
    assert len({worker for worker, _ in told}) == 2, done.stdout
    before_last, last = done.stdout.rstrip().rsplit("\n", 1)
    assert "tier 1 skipped (1 test): no prometheus: install it" in before_last
    assert "tier 3 skipped (1 test): no builder: install it" in before_last
    assert re.fullmatch(r"=+ 9 passed, 2 skipped in .*=+", last)


def test_a_part_of_a_tier_can_be_required_alone(suite: Path) -> None:
    done = run(suite, require="image")
    assert ("built", "ERROR") in order(done.stdout)
    assert "tier 1 skipped (1 test)" in done.stdout


def test_the_option_selects_tiers(suite: Path) -> None:
    done = run(suite, "--tier", "2", "--tier", "0")
    assert order(done.stdout) == [("first", "PASSED"), ("last", "PASSED")]
    assert "2 deselected" in done.stdout


def test_a_tier_that_does_not_exist_is_refused(suite: Path) -> None:
    done = run(suite, require="1,four")
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "'four' is no tier; write numbers from 0 to 3" in done.stderr


def test_a_node_is_found_by_its_variable_and_a_wrong_one_is_named(tmp_path: Path, monkeypatch) -> None:
    kubeconfig = tmp_path / "node.yaml"
    monkeypatch.setenv(tiers.NODE, str(kubeconfig))
    tiers._node.cache_clear()
    assert tiers.missing(3) == f"{tiers.NODE} names {kubeconfig}, which is no file"
    kubeconfig.write_text("{}")
    tiers._node.cache_clear()
    assert tiers.missing(3) == ""
    tiers._node.cache_clear()
