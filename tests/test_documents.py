"""Generated documents equal what the code says today."""

from docs.schema import PLACE, schema


def test_the_published_schema_of_the_report_is_current():
    assert PLACE.read_text("utf-8") == schema(), "run `make docs`"
