"""`playbook list`, `show`, `check` and `try` as a person uses them."""

import asyncio
import json

import pytest

from agent.playbooks import default_folder
from integrations.recording import archive
from tests.recording.records import investigated

MINE = (default_folder() / "rollback.yaml").read_text()


@pytest.fixture
def house(tmp_path):
    """A configuration with a folder of its own playbooks, and that folder."""
    folder = tmp_path / "playbooks"
    folder.mkdir()
    path = tmp_path / "house.yaml"
    path.write_text(f"playbooks_dir: {folder}\n")
    return path, folder


def listed(run, *more):
    return {each["name"]: each for each in json.loads(run("playbook", "list", "--json", *more).stdout)["playbooks"]}


def test_those_that_come_with_us_are_listed_in_the_order_they_are_tried(run):
    shown = run("playbook", "list").stdout
    assert "suspend_sync, then" in shown
    assert shown.index("abort-rollout") < shown.index("rollback-template") < shown.index("flux-rollback")


def test_one_of_the_house_is_added_and_one_of_the_same_name_takes_our_place(run, house):
    config, folder = house
    (folder / "mine.yaml").write_text(MINE.replace("max_pods: 50", "max_pods: 3"))
    (folder / "new.yaml").write_text(MINE.replace("name: rollback", "name: careful-rollback"))
    found, ours = listed(run, "--config", str(config)), listed(run)
    assert set(found) == {*ours, "careful-rollback"}
    assert (found["rollback"]["limits"]["max_pods"], found["rollback"]["file"]) == (3, str(folder / "mine.yaml"))
    told = run("playbook", "check", "--config", str(config)).stdout
    assert "rollback takes the place of ours" in " ".join(told.split())


def test_only_those_that_are_named_may_be_proposed(run, house):
    config, _ = house
    config.write_text("playbooks: [restart, rollback]\n")
    assert set(listed(run, "--config", str(config))) == {"restart", "rollback"}
    config.write_text("playbooks: [restrat]\n")
    result = run("playbook", "list", "--config", str(config))
    assert (result.exit_code, "did you mean 'restart'?" in result.stderr) == (2, True)


def test_one_is_shown_whole(run):
    shown = " ".join(run("playbook", "show", "flux-rollback").stdout.split())
    for words in (
        "suspend sync, then rollback",
        "previous revision exists",
        "only half of it",
        "a person is asked",
        "update deployments.apps",
    ):
        assert words in shown
    assert json.loads(run("playbook", "show", "scale-out", "--json").stdout)["steps"][0]["add_replicas_percent"] == 50
    missing = run("playbook", "show", "rolback")
    assert (missing.exit_code, "did you mean 'rollback'?" in missing.stderr) == (2, True)


def test_check_names_file_line_and_key_of_every_mistake(run, house):
    _, folder = house
    (folder / "a.yaml").write_text(MINE.replace("action: rollback", "action: reboot"))
    (folder / "b.yaml").write_text(MINE.replace("bad-release", "bad-relase"))
    result = run("playbook", "check", str(folder))
    told = " ".join(result.stderr.split())
    assert result.exit_code == 2
    assert "steps[0].action: got the text 'reboot'" in told
    assert "unknown cause 'bad-relase'; did you mean 'bad-release'" in told
    assert "1 playbook can be used" in run("playbook", "check", str(default_folder() / "restart.yaml")).stdout


async def test_one_is_tried_on_a_recording_before_anybody_relies_on_it(run, house):
    _, folder = house
    recording, mine = folder / "case.steadyhand", folder / "mine.yaml"
    archive.write(await investigated(folder / "state", "bad_release", 3), recording)
    mine.write_text(MINE.replace("name: rollback", "name: careful-rollback"))

    async def tried(playbook):
        result = await asyncio.to_thread(run, "playbook", "try", str(playbook), str(recording))
        return result.exit_code, " ".join(result.stdout.split())

    code, shown = await tried(mine)
    assert (code, "playbook careful-rollback" in shown) == (0, True)
    code, shown = await tried("restart")
    assert (code, "restart would propose nothing: bad-release was confirmed" in shown) == (3, True)
    assert "no playbook treats bad-release" in shown
