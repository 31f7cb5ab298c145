"""Reading one YAML file: what is refused, and in which words."""

import traceback
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from agent import yamlfile
from agent.errors import Unusable
from agent.model.record import Instant, Record


class Engine(Record):
    power: int
    fuel: str = "petrol"


class Car(Record):
    name: str
    engine: Engine | None = None
    wheels: list[Engine] = []
    doors: dict[str, int] = {}
    bought: Instant | None = None
    api_token: SecretStr | None = None


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "car.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_good_file_becomes_the_model_and_every_key_keeps_its_line(tmp_path):
    path = written(tmp_path, "# a car\nname: beetle\nwheels:\n  - power: 1\n  -\n    power: 2\ndoors: {left: 1}\n")

    assert yamlfile.validate(path, Car) == Car(
        name="beetle", wheels=[Engine(power=1), Engine(power=2)], doors={"left": 1}
    )
    lines = yamlfile.load(path).lines
    assert (lines["name",], lines["wheels", 0, "power"], lines["wheels", 1, "power"]) == (2, 4, 6)
    assert lines["doors", "left"] == 7


MISTAKES = {
    "an unknown key": (
        "name: a\nengin: {power: 1}",
        "2: engin: unknown key; did you mean 'engine'? allowed here: name, engine, wheels, doors, bought, api_token",
    ),
    "an unknown key in a list": (
        "name: a\nwheels:\n- power: 1\n- power: 1\n  fule: x",
        "5: wheels[1].fule: unknown key; did you mean 'fuel'? allowed here: power, fuel",
    ),
    "a key like nothing we know": ("name: a\nzzz: 1", "2: zzz: unknown key; allowed here: name"),
    "a missing key": ("name: a\nengine:\n  fuel: x", "2: engine.power: is missing; add it"),
    "text for a number": (
        "name: a\nengine: {power: much}",
        "2: engine.power: got the text 'much'; write a whole number",
    ),
    "a number for text": ("name: 7", "1: name: got the number '7'; write text, in quotes"),
    "a list for a mapping": ("name: a\ndoors: [1]", "2: doors: got a list; write `key: value` lines below it"),
    "a mapping for a list": ("name: a\nwheels: {a: 1}", "2: wheels: got a mapping; write a list, one `- item` a line"),
    "a time without a zone": ("name: a\nbought: 2026-01-01 00:00:00", "2: bought: got the date"),
    "a date that does not exist": ("name: a\nbought: 2026-02-31", "2: column 9: this looks like a number or a date"),
    "a time before all times": ("name: a\nbought: 0001-01-01T00:00:00+02:00", "a time in it lies outside the years"),
    "an empty file": ("", "1: the file is empty; write at least one `key: value`"),
    "only a comment": ("# nothing\n", "1: the file is empty"),
    "a list at the top": ("- a\n", "1: the file must be a mapping"),
    "text at the top": ("hello", "1: the file must be a mapping"),
    "a key that is there twice": ("name: a\nname: b", "2: column 1: the key 'name' is there twice, first in line 1"),
    "a nested key that is there twice": (
        "name: a\nengine:\n  power: 1\n  power: 2",
        "4: column 3: the key 'power' is there twice, first in line 3",
    ),
    "an alias": ("name: &n a\nengine: *n", "2: column 9: the alias *n is not supported; write the value out"),
    "a merge key without its anchor": ("name: a\nengine: {<<: {power: 1}}", "2: engine.<<: unknown key"),
    "a Python tag": ("name: !!python/object:os.system a", "1: column 7: the tag"),
    "a tag on a mapping": ("name: a\nengine: !!omap {power: 1}", "2: column 9: the tag"),
    "a bracket that is never closed": ("name: a\nwheels: [1", "2: column 11: while parsing a flow sequence"),
    "a tab as indentation": ("name: a\nengine:\n\tpower: 1", "3: column 1: while scanning for the next token"),
    "two documents": ("name: a\n---\nname: b", "expected a single document"),
    "a mapping as a key": ("? {a: b}\n: c", "1: column 3: a key must be plain text"),
    "a control character": ("name: a\x01b", "may not stand in YAML"),
    "not UTF-8": (b"name: a\nengine: \xff", "2: not UTF-8 text; save the file as UTF-8"),
    "nested too deeply": ("name: " + "[" * 2_000, "1: column 46: nested deeper than 40 levels"),
    "too large": (b"#" * (yamlfile.MAX_BYTES + 1), "larger than 1000000 bytes"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_refused_with_file_line_key_and_what_to_write(tmp_path, mistake):
    text, expected = MISTAKES[mistake]
    path = written(tmp_path, text)

    with pytest.raises(Unusable) as refused:
        yamlfile.validate(path, Car)

    assert str(refused.value).startswith(f"{path}:")
    assert expected in str(refused.value).removeprefix(f"{path}:")


def test_all_mistakes_are_told_at_once(tmp_path):
    path = written(tmp_path, "nam: a\nengine: {power: x}\nwheels: 3\n")

    with pytest.raises(Unusable) as refused:
        yamlfile.validate(path, Car)

    assert [line.removeprefix(f"{path}:").split(": ")[:2] for line in str(refused.value).splitlines()] == [
        ["1", "name"],
        ["2", "engine.power"],
        ["3", "wheels"],
        ["1", "nam"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "name: a\napi_token: [plantedsecret]",
        "name: a\napi_token: {a: plantedsecret}",
        "name: a\napi_token: 'plantedsecret",
        "name: a\nengine: {power: 'password=plantedsecret'}",
        "name: a\napi_token: plantedsecret\napi_token: plantedsecret",
        "name: a\napi_token: plantedsecret\n\tb: c",
    ],
)
def test_a_secret_is_never_quoted_back(tmp_path, text):
    with pytest.raises(Unusable) as refused:
        yamlfile.validate(written(tmp_path, text), Car)

    assert "plantedsecret" not in "".join(traceback.format_exception(refused.value))


def test_a_file_that_cannot_be_read_is_refused_with_its_path(tmp_path):
    for path in (tmp_path / "none.yaml", tmp_path):
        with pytest.raises(Unusable, match=r"cannot be read \(.+\); give the path of a readable YAML file"):
            yamlfile.load(path)


def test_keys_stay_text_however_yaml_reads_them(tmp_path):
    file = yamlfile.load(written(tmp_path, "on: 1\nno: 2\n1.10: 3\n"))

    assert file.data == {"on": 1, "no": 2, "1.10": 3}


@settings(max_examples=200)
@given(st.text(st.sampled_from("ab:-[]{}&*!#'\"\n\t |>%@`,?0.~<"), max_size=40))
def test_any_text_is_either_read_or_refused(tmp_path_factory, text):
    path = written(tmp_path_factory.getbasetemp(), text)
    try:
        assert isinstance(yamlfile.load(path).data, dict)
    except Unusable as refused:
        assert str(refused).startswith(str(path))  # noqa: PT017 - both outcomes are right
