"""Generated documents equal what the code says today."""

from docs import rights
from docs.schema import PLACE, schema


def test_the_published_schema_of_the_report_is_current():
    assert PLACE.read_text("utf-8") == schema(), "run `make docs`"


def test_the_published_rights_are_those_the_doctor_asks_for():
    assert rights.PLACE.read_text("utf-8") == rights.rights(), "run `make docs`"


def test_the_charts_rules_are_those_that_reading_and_the_playbooks_need():
    assert rights.RULES.read_text("utf-8") == rights.rules(), "run `make docs`"
