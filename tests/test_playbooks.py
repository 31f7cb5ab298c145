"""The runbooks that come with us, and what is said about runbooks that cannot be used."""

from pathlib import Path
from typing import get_args

import pytest

from agent import playbooks
from agent.errors import Unusable
from agent.model.playbook import Autonomy, Playbook, PlaybookStep, Precondition
from agent.policy.fitting import fits
from agent.reasoning.causes import catalogue

GOOD = "name: {name}\ntitle: t\ntreats: [bad-release]\nsteps:\n  - action: rollback\n"
CAUSES = {"bad-release", "dependency-down"}


def folder_of(path: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (path / f"{name}.yaml").write_text(text)
    return path


def shipped() -> dict[str, Playbook]:
    return {
        playbook.name: playbook for playbook in playbooks.load_playbooks(None, {cause.name for cause in catalogue()})
    }


def test_the_shipped_playbooks_validate_and_every_step_they_may_have_is_fitted():
    used = {step.action for playbook in shipped().values() for step in playbook.steps}

    assert set(get_args(PlaybookStep.model_fields["action"].annotation)) == set(fits())
    assert set(fits()) == used
    assert len(shipped()) >= 12


def test_the_shipped_rollback_needs_a_revision_that_nobody_would_sync_away():
    assert shipped()["rollback"].preconditions == [
        Precondition.PREVIOUS_REVISION_EXISTS,
        Precondition.NOT_PAUSED,
        Precondition.NOT_GITOPS_MANAGED,
    ]


def test_a_shipped_playbook_without_an_inverse_does_not_promise_one():
    steps = {name: {step.action for step in playbook.steps} for name, playbook in shipped().items() if playbook.undo}

    assert [name for name, actions in steps.items() if actions <= set(playbooks.IRREVERSIBLE)] == []


def test_only_the_rollback_may_ever_act_alone():
    assert [name for name, playbook in shipped().items() if playbook.autonomy is Autonomy.ACT] == ["rollback"]


def test_every_shipped_playbook_names_the_schema_and_the_schema_is_current():
    folder = playbooks.default_folder()

    assert (folder / "schema.json").read_text() == playbooks.schema(), "run: python -m agent.playbooks"
    for path in folder.glob("*.yaml"):
        assert path.read_text().startswith("# yaml-language-server: $schema=schema.json\n"), path


def test_a_folder_is_read_in_the_order_of_its_file_names_and_only_its_yaml(tmp_path):
    folder = folder_of(tmp_path, b=GOOD.format(name="one"), a=GOOD.format(name="two"))
    (folder / "notes.txt").write_text("not a playbook")
    (folder / "..data").mkdir()

    assert [playbook.name for playbook in playbooks.load_playbooks(folder, CAUSES)] == ["two", "one"]


MISTAKES = {
    "an unknown cause": (
        GOOD.format(name="a").replace("bad-release", "bad-relase"),
        "a.yaml:3: treats[0]: unknown cause 'bad-relase'; did you mean 'bad-release'? allowed here: bad-release, dependency-down",
    ),
    "an unknown action": (
        GOOD.format(name="a").replace("rollback", "reboot"),
        "a.yaml:5: steps[0].action: got the text 'reboot'; write one of 'rollback', 'restart', ",
    ),
    "three steps": (GOOD.format(name="a") + 2 * "  - action: restart\n", "a.yaml:4: steps: has too many items"),
    "an undo that is none": (
        GOOD.format(name="a").replace("rollback", "restart") + "undo: true\n",
        "a.yaml:6: undo: nothing takes restart back; write `undo: false`",
    ),
    "no steps": ("name: a\ntitle: t\ntreats: [bad-release]\n", "a.yaml:1: steps: is missing; add it"),
    "a name with capitals": (GOOD.format(name="Fix"), "a.yaml:1: name: got the text 'Fix'; write something that"),
    "an unknown precondition": (
        GOOD.format(name="a") + "preconditions: [not_pausd]\n",
        "a.yaml:6: preconditions[0]: got the text 'not_pausd'; write one of",
    ),
    "a verification that could not fail": (
        GOOD.format(name="a") + "verification: {max_burn: .nan}\n",
        "a.yaml:6: verification.max_burn: got the number 'nan'; write more than 0",
    ),
    "an unknown key": (
        GOOD.format(name="a") + "limits: {max_pod: 3}\n",
        "a.yaml:6: limits.max_pod: unknown key; did you mean 'max_pods'?",
    ),
    "broken YAML": ("name: [", "a.yaml:1: column 8: while parsing"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_playbook_that_does_not_validate_is_refused_with_file_line_and_key(tmp_path, mistake):
    text, expected = MISTAKES[mistake]

    with pytest.raises(Unusable) as refused:
        playbooks.load_playbooks(folder_of(tmp_path, a=text), CAUSES)

    assert expected in str(refused.value)


def test_a_name_that_is_taken_is_refused_with_both_places(tmp_path):
    folder = folder_of(tmp_path, a=GOOD.format(name="same"), b="# second\n" + GOOD.format(name="same"))

    with pytest.raises(Unusable) as refused:
        playbooks.load_playbooks(folder, CAUSES)

    assert str(refused.value) == (f"{folder}/b.yaml:2: name: 'same' is taken by {folder}/a.yaml:1; choose another name")


def test_mistakes_of_all_files_are_told_at_once(tmp_path):
    folder = folder_of(tmp_path, a="", b=GOOD.format(name="b").replace("bad-release", "x"), c=GOOD.format(name="c"))

    with pytest.raises(Unusable) as refused:
        playbooks.load_playbooks(folder, CAUSES)

    assert ["a.yaml:1" in line or "b.yaml:3" in line for line in str(refused.value).splitlines()] == [True, True]


def test_a_folder_that_is_missing_or_empty_is_refused(tmp_path):
    with pytest.raises(Unusable, match="cannot be read as a folder"):
        playbooks.load_playbooks(tmp_path / "nowhere", CAUSES)
    with pytest.raises(Unusable, match="holds no"):
        playbooks.load_playbooks(tmp_path, CAUSES)
