"""What stands in the chart's folder is what the code says, and asks only for what there is. Needs no helm."""

import json
import re

import promql_parser
import pytest
import yaml

from agent import __version__
from agent.reference import rows
from agent.settings import Settings
from agent.telemetry import new_metrics
from docs import chart, dashboard
from docs.chart_values import Values
from docs.rights import RULES

FILES = chart.CHART / "files"
OURS = re.compile(r"\b(?:steadyhand|process)_[a-z_]+")


@pytest.mark.parametrize(
    ("name", "text"),
    [("values.yaml", chart.values), ("values.schema.json", chart.schema), ("README.md", chart.readme)],
)
def test_what_is_generated_is_current(name, text):
    assert (chart.CHART / name).read_text("utf-8") == text(), "run `make docs`"


def test_the_dashboard_is_current():
    assert dashboard.PLACE.read_text("utf-8") == dashboard.dashboard(), "run `make docs`"


def test_the_values_are_those_of_the_table():
    assert Values.model_validate(yaml.safe_load((chart.CHART / "values.yaml").read_text())) == Values()


def test_the_chart_has_the_programs_version():
    found = yaml.safe_load((chart.CHART / "Chart.yaml").read_text())
    assert (found["version"], found["appVersion"]) == (__version__, __version__)


def test_every_key_is_described():
    def undescribed(schema: dict, at: str) -> list[str]:
        found = []
        for key, value in schema.get("properties", {}).items():
            if not value.get("description") and "$ref" not in value:
                found.append(f"{at}/{key}")
            found += undescribed(value, f"{at}/{key}")
        return found

    schema = json.loads(chart.schema())
    ours = {name: each for name, each in schema["$defs"].items() if not name.startswith("Config")}
    assert undescribed({"properties": {k: v for k, v in schema["properties"].items() if k != "config"}}, "") == []
    assert [place for name, each in ours.items() for place in undescribed(each, name)] == []


def test_the_configuration_may_hold_every_key_but_secrets_and_what_the_chart_owns():
    known = json.dumps(json.loads(chart.schema())["properties"]["config"]) + chart.schema()
    for row in rows(Settings):
        top = row.key.split(".")[0].removesuffix("[]")
        if top in chart._OWNED or "secret" in row.takes or row.key.startswith(("api.tokens", "api.allow")):
            continue
        assert f'"{row.key.split(".")[-1]}"' in known, row.key


def exported() -> set[str]:
    """Every series name there can be; counters and histograms with their suffixes."""
    found: set[str] = set()
    for family in new_metrics().registry.collect():
        suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(family.type, [""])
        found |= {f"{family.name}{suffix}" for suffix in suffixes}
    return found


@pytest.mark.parametrize("name", ["alerts.yaml", "dashboard.json"])
def test_nothing_is_asked_for_that_is_not_exported(name):
    text = (FILES / name).read_text()
    if name == "dashboard.json":
        text = " ".join(target["expr"] for panel in json.loads(text)["panels"] for target in panel["targets"])
    else:
        text = " ".join(rule["expr"] for rule in yaml.safe_load(text))
    asked = set(OURS.findall(text))
    assert asked
    assert asked <= exported()


@pytest.mark.parametrize("panel", dashboard.PANELS, ids=lambda panel: panel[0])
def test_every_query_of_the_dashboard_is_one(panel):
    for query, _ in panel[2]:
        written = dashboard._of_ours(query).replace("$__rate_interval", "5m")
        assert promql_parser.parse(written) is not None


def test_no_rule_of_reading_can_write():
    def verbs(found) -> set[str]:
        if isinstance(found, dict):
            return set(found.get("verbs", [])) | {v for each in found.values() for v in verbs(each)}
        return {v for each in found for v in verbs(each)} if isinstance(found, list) else set()

    rights = yaml.safe_load(RULES.read_text())
    assert verbs(rights["read"]) == {"get", "list", "watch"}
    assert "*" not in RULES.read_text()
