"""The relay of tests/node, seen from outside: a small suite whose "lab" is this machine itself."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import tiers

QUICK = ["-p", "no:cacheprovider"]
TIERS = """
from pathlib import Path
CHECKOUT, REQUIRED, NODE = Path(__file__).parent.parent, "STEADYHAND_REQUIRE_TIERS", "STEADYHAND_E2E_NODE_KUBECONFIG"
def missing(tier): return ""
"""
LAB = """
import os, subprocess
from pathlib import Path
IMAGE = "an image"
FAILS = Path(__file__).parent / "broken"
class Lab:
    def up(self):
        print("lab up")
        if FAILS.exists():
            raise RuntimeError("the lab did not come up: no cgroups")
    def furnish(self, fixtures):
        return {"FURNISHED": "yes"} if "warm" in fixtures else {}
    def run(self, command, output, kubeconfig):
        return subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, kubeconfig: "inside"})
    def down(self):
        print("lab down")
"""
CONFTEST = "from tests.node.relay import pytest_collection_finish, pytest_runtest_protocol, pytest_sessionfinish"
SUITE = """
import os, pytest
INSIDE = os.environ.get("STEADYHAND_E2E_NODE_KUBECONFIG")

def test_good(): assert INSIDE == "inside"

@pytest.mark.parametrize("word", ["two words"])
def test_row(word): assert INSIDE

def test_bad(): assert INSIDE == "a wrong value"

@pytest.fixture
def warm(): return os.environ.get("FURNISHED")

def test_furnished(warm): assert warm == "yes"

def test_skipped(): pytest.skip("not today")

def test_fatal():
    if "DIE" in os.environ:
        os._exit(9)
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    folder = tmp_path / "tests" / "node"
    folder.mkdir(parents=True)
    shutil.copy(tiers.CHECKOUT / "tests" / "node" / "relay.py", folder)
    shutil.copy(tiers.CHECKOUT / "pyproject.toml", tmp_path)
    (folder.parent / "tiers.py").write_text(TIERS)
    (folder / "lab.py").write_text(LAB)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "test_suite.py").write_text(SUITE)
    (folder.parent / "test_outside.py").write_text(
        "import os\ndef test_here(): assert not os.environ.get('STEADYHAND_E2E_NODE_KUBECONFIG')"
    )
    return tmp_path


def run(suite: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    plain = {name: text for name, text in os.environ.items() if not name.startswith("STEADYHAND_")}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-s", *QUICK, *arguments],
        cwd=suite,
        env={**plain, "PYTHONPATH": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def outcomes(output: str) -> dict[str, str]:
    found = re.findall(r"::test_(\w+)(?:\[[\w ]+\])? (?:lab up\n)?(PASSED|SKIPPED|FAILED)", output)
    return dict(found)


def test_results_from_inside_are_told_under_their_own_names(suite: Path) -> None:
    done = run(suite)
    expected = {"good": "PASSED", "row": "PASSED", "bad": "FAILED", "skipped": "SKIPPED", "fatal": "PASSED"}
    expected["furnished"] = "PASSED"
    assert outcomes(done.stdout) == {**expected, "here": "PASSED"}, done.stdout + done.stderr
    assert done.returncode == 1
    assert "assert 'inside' == 'a wrong value'" in done.stdout
    assert "not today" in done.stdout
    assert (done.stdout.count("lab up"), done.stdout.count("lab down")) == (1, 1)


def test_only_the_chosen_tests_run_inside(suite: Path) -> None:
    done = run(suite, "-k", "row")
    assert outcomes(done.stdout) == {"row": "PASSED"}
    assert done.returncode == 0


def test_a_run_that_dies_fails_the_tests_it_owes(suite: Path) -> None:
    done = run(suite, "-k", "good or fatal", DIE="1")
    assert outcomes(done.stdout) == {"good": "PASSED", "fatal": "FAILED"}
    assert "no report from the lab" in done.stdout
    assert "lab down" in done.stdout


def test_a_lab_that_does_not_come_up_fails_every_test_and_says_why(suite: Path) -> None:
    (suite / "tests" / "node" / "broken").touch()
    done = run(suite, "-k", "good or skipped")
    assert outcomes(done.stdout) == {"good": "FAILED", "skipped": "FAILED"}
    assert done.stdout.count("the lab did not come up: no cgroups") >= 2


def test_nothing_is_relayed_where_another_cluster_is_named(suite: Path) -> None:
    done = run(suite, "-k", "good", STEADYHAND_E2E_NODE_KUBECONFIG="inside")
    assert outcomes(done.stdout) == {"good": "PASSED"}
    assert "lab up" not in done.stdout
