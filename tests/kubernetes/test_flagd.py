"""A flag's state is changed within flagd's document, and not one character besides."""

import json

import pytest

from agent.errors import Refused
from integrations.kubernetes.flagd import place

JSON = """{
  "$schema": "https://flagd.dev/schema/v0/flags.json",
  "flags": {
    "new-basket": { "state" : "ENABLED",   "variants": {"on": true, "off": false}, "defaultVariant": "on" },
    "other": {"state": "ENABLED", "variants": {"a": "ENABLED"}, "defaultVariant": "a"}
  }
}
"""
YAML = """# turned by hand
flags:
  new-basket:   # the one
    state: ENABLED
    variants: {"on": true}
  'other': {state: "DISABLED"}
"""


@pytest.mark.parametrize(
    ("document", "flag", "state", "wanted"),
    [
        (JSON, "new-basket", "DISABLED", JSON.replace('"state" : "ENABLED"', '"state" : "DISABLED"')),
        (JSON.replace("  ", "\t"), "other", "DISABLED", JSON.replace("  ", "\t").replace('{"state": "ENABLED"', '{"state": "DISABLED"')),
        (YAML, "new-basket", "DISABLED", YAML.replace("state: ENABLED", "state: DISABLED")),
        (YAML, "other", "ENABLED", YAML.replace('state: "DISABLED"', 'state: "ENABLED"')),
        (json.dumps(json.loads(JSON)), "other", "DISABLED", json.dumps(json.loads(JSON)).replace('"other": {"state": "ENABLED"', '"other": {"state": "DISABLED"')),
        ('{"flags": {"grün 🟢\\u00e9": {"state": "ENABLED"}}}', "grün 🟢é", "DISABLED", '{"flags": {"grün 🟢\\u00e9": {"state": "DISABLED"}}}'),
    ],
)  # fmt: skip
def test_only_the_state_is_changed(document, flag, state, wanted):
    assert place({"readme": "about flags", "flags.json": document}, flag).turned(state) == wanted


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({}, "in none"),
        ({"flags.json": "{"}, "in none"),
        ({"flags.json": '{"flags": ' + "[" * 100_000}, "in none"),
        ({"flags.json": '{"flags": {"new-basket": {}}}'}, "in none"),
        ({"a": JSON, "b": JSON}, "which one counts is not known"),
        ({"a": '{"flags": {"new-basket": {"state": "ENABLED"}, "new-basket": {"state": "ENABLED"}}}'}, "more than once"),
        ({"a": '{"flags": {"new-basket": {"state": "on"}}}'}, "neither ENABLED nor DISABLED"),
        ({"a": '{"flags": {"new-basket": {"state": ["ENABLED"]}}}'}, "neither ENABLED nor DISABLED"),
        ({"a": "base: &b {state: ENABLED}\nflags: {new-basket: *b, other: *b}"}, "in none"),
    ],
)  # fmt: skip
def test_what_is_not_clear_is_refused(data, reason):
    with pytest.raises(Refused, match=reason):
        place(data, "new-basket")


def test_a_state_flagd_does_not_know_is_refused():
    with pytest.raises(Refused, match="knows no state 'off'"):
        place({"a": JSON}, "new-basket").turned("off")
