"""The script behind `make transcript`."""

import subprocess
import sys
from pathlib import Path

import pytest

from docs.transcript import BEGIN, END, placed

README = f"# Steadyhand\n\n{BEGIN}\nold\n{END}\n\nLimits\n"


def test_the_recording_replaces_what_stood_between_the_markers():
    first = placed(README, "burn 22x  \nrolled back\n")
    assert first == f"# Steadyhand\n\n{BEGIN}\n```text\nburn 22x\nrolled back\n```\n{END}\n\nLimits\n"
    assert placed(first, "burn 22x\nrolled back") == first


def test_colours_are_dropped_and_a_fence_inside_cannot_end_the_block():
    made = placed(README, "\x1b[1;31mburn\x1b[0m\r\n```yaml\n")
    assert "````text\nburn\n```yaml\n````" in made


@pytest.mark.parametrize(
    ("readme", "recording", "why"),
    [
        ("# no markers", "a run", "once each and in this order"),
        (README + README, "a run", "once each and in this order"),
        (f"{END}\n{BEGIN}", "a run", "once each and in this order"),
        (README, " \n", "the recording is empty"),
    ],
)
def test_a_readme_that_cannot_take_it_is_left_alone(tmp_path: Path, readme, recording, why):
    (tmp_path / "README.md").write_text(readme)
    (tmp_path / "run.txt").write_text(recording)
    script = Path(__file__).parent.parent / "docs" / "transcript.py"
    done = subprocess.run(
        [sys.executable, script, "run.txt", "README.md"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert why in done.stderr
    assert (tmp_path / "README.md").read_text() == readme
