"""Generated documents equal what the code says today."""

import re
from pathlib import Path

import pytest

from docs import rights
from docs.schema import PLACE, schema


def test_the_published_schema_of_the_report_is_current():
    assert PLACE.read_text("utf-8") == schema(), "run `make docs`"


def test_the_published_rights_are_those_the_doctor_asks_for():
    assert rights.PLACE.read_text("utf-8") == rights.rights(), "run `make docs`"


def test_the_charts_rules_are_those_that_reading_and_the_playbooks_need():
    assert rights.RULES.read_text("utf-8") == rights.rules(), "run `make docs`"


@pytest.mark.parametrize("name", ["safety.md", "security.md"])
def test_every_test_that_a_promise_refers_to_is_there(name):
    root = Path(rights.PLACE).parent
    named = set(re.findall(r"`(tests/[\w/.]+)", (root / name).read_text("utf-8")))
    assert named
    assert sorted(each for each in named if not (root.parent / each).exists()) == []
