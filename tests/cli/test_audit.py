"""`steadyhand audit`: whole or the first broken entry, by exit status; and an export that checks itself."""

import asyncio
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.store.test_audit import DROPPED, filled, sql


@pytest.fixture
def folder(tmp_path, monkeypatch):
    asyncio.run(filled(tmp_path / "state"))
    monkeypatch.setenv("STEADYHAND_STATE_DIR", str(tmp_path / "state"))
    return tmp_path / "state"


@pytest.mark.usefixtures("folder")
def test_a_whole_audit_ends_with_0_and_its_head(run):
    result = run("audit", "verify")
    assert result.exit_code == 0
    assert "whole: 4 entries; the last is 4:" in result.stdout


def test_a_changed_entry_is_named_and_ends_with_1(run, folder):
    sql(folder, *DROPPED, "UPDATE audit SET body = replace(body, 'executing', 'dreaming!') WHERE seq = 3")
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "BROKEN at entry 3" in result.stdout


def test_an_end_that_was_cut_off_ends_with_1(run, folder):
    sql(folder, *DROPPED, "DELETE FROM audit WHERE seq = 4")
    result = run("audit", "verify")
    assert result.exit_code == 1
    assert "cut off" in result.stdout


def test_a_head_noted_elsewhere_must_still_be_there(run, folder):
    head = run("audit", "verify").stdout.split()[-1]
    assert run("audit", "verify", "--head", head).exit_code == 0
    assert run("audit", "verify", "--head", f"4:{'0' * 64}").exit_code == 1
    assert run("audit", "verify", "--head", f"9:{'0' * 64}").exit_code == 1
    assert run("audit", "verify", "--head", "nonsense").exit_code == 2
    sql(folder, *DROPPED, "DELETE FROM audit WHERE seq = 4", "UPDATE ledger SET audited = 0")
    assert run("audit", "verify").exit_code == 0
    assert run("audit", "verify", "--head", head).exit_code == 1


@pytest.mark.usefixtures("folder")
def test_an_export_checks_itself_also_from_the_middle(run, tmp_path):
    exported = run("audit", "export").stdout
    assert [json.loads(line)["seq"] for line in exported.splitlines()] == [1, 2, 3, 4]
    file = tmp_path / "audit.jsonl"
    for text, status in (
        (exported, 0),
        ("".join(exported.splitlines(keepends=True)[2:]), 0),
        (exported.replace("it began", "it ended"), 1),
        ("{}\n", 2),
        ("", 0),
    ):
        file.write_text(text)
        assert run("audit", "verify", "--file", str(file)).exit_code == status


@pytest.mark.usefixtures("folder")
def test_since_begins_at_the_first_entry_from_then(run):
    assert run("audit", "export", "--since", "2020-01-01T00:00:00Z").stdout.count("\n") == 4
    assert run("audit", "export", "--since", "1m ago").stdout.count("\n") in (0, 4)


@pytest.mark.skipif(not shutil.which("jq"), reason="jq is not installed")
@pytest.mark.usefixtures("folder")
def test_the_check_in_the_docs_works(run, tmp_path):
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text()
    script = page.split("```sh\n")[1].split("```")[0]
    exported = run("audit", "export").stdout
    for text, told in ((exported, ""), (exported.replace("it began", "it ended"), "entry 1 is broken\n")):
        (tmp_path / "audit.jsonl").write_text(text)
        done = subprocess.run(["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout == told


def test_a_folder_without_a_database_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setenv("STEADYHAND_STATE_DIR", str(tmp_path / "none"))
    result = run("audit", "verify")
    assert result.exit_code == 2
    assert "--config" in result.stderr
    assert not (tmp_path / "none").exists()
