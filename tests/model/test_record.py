"""The parent of every record: frozen, strict, copies validated, times aware, digests stable."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from agent.model.change import Change, ChangeKind
from agent.model.cluster import ConfigObject
from agent.model.entity import Entity, ServiceRef
from agent.model.query import Series
from agent.model.record import Instant, Record, Window, digest

NOON = datetime(2026, 11, 12, 12, 0, tzinfo=UTC)
BERLIN = timezone(timedelta(hours=1))
CONFIG = ConfigObject(
    entity=Entity(kind="ConfigMap", namespace="shop", name="c"), digest="d1", keys=["url", "mode"], created_at=NOON
)


class Moment(Record):
    at: Instant


def test_a_record_with_a_field_called_keys_evolves():
    changed = CONFIG.evolve(digest="d2")
    assert (changed.digest, changed.keys, changed.entity) == ("d2", ["url", "mode"], CONFIG.entity)


def test_a_change_with_keys_evolves_in_its_keys():
    change = Change(id="c", kind=ChangeKind.CONFIG, entity=CONFIG.entity, at=NOON, summary="", keys=["a"])
    assert change.evolve(keys=["b", "c"]).keys == ["b", "c"]


def test_the_original_stays_as_it_was_when_a_copy_evolves():
    CONFIG.evolve(digest="other")
    assert CONFIG.digest == "d1"


@pytest.mark.parametrize("changes", [{"digest": None}, {"no_such_field": 1}, {"created_at": datetime(2026, 1, 1)}])  # noqa: DTZ001 - a naive time is the point
def test_a_copy_is_validated(changes):
    with pytest.raises(ValidationError):
        CONFIG.evolve(**changes)


def test_a_record_cannot_be_assigned_to():
    with pytest.raises(ValidationError, match="frozen"):
        CONFIG.digest = "other"


def test_an_unknown_key_is_an_error_that_names_it():
    with pytest.raises(ValidationError, match="surprise"):
        Entity(kind="Pod", name="x", surprise=1)


def test_a_naive_time_is_refused():
    with pytest.raises(ValidationError, match="timezone"):
        Moment(at=datetime(2026, 11, 12, 12, 0))  # noqa: DTZ001 - that is the point


def test_a_time_of_another_zone_becomes_the_same_moment_in_utc():
    moment = Moment(at=datetime(2026, 11, 12, 13, 0, tzinfo=BERLIN))
    assert moment.at == NOON
    assert moment.at.utcoffset() == timedelta(0)
    assert moment.model_dump_json() == Moment(at=NOON).model_dump_json()


def test_nan_and_infinities_survive_json():
    series = Series(times=[1.0, 2.0, 3.0], values=[float("nan"), float("inf"), float("-inf")])
    back = Series.model_validate_json(series.model_dump_json())
    assert [str(value) for value in back.values] == ["nan", "inf", "-inf"]


def test_a_window_knows_its_length():
    assert Window(start=NOON, end=NOON + timedelta(minutes=5)).seconds == 300


def test_equal_parts_have_equal_digests_of_sixteen_hex_digits():
    assert digest(CONFIG, "x", 1) == digest(CONFIG.evolve(), "x", 1)
    assert len(digest(CONFIG)) == 16
    assert int(digest(CONFIG), 16) >= 0


def test_a_digest_does_not_depend_on_the_order_of_a_dict_nor_on_the_zone_of_a_time():
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest(NOON) == digest(NOON.astimezone(BERLIN))


@pytest.mark.parametrize(
    ("one", "other"),
    [((1, 2), (2, 1)), (("ab", "c"), ("a", "bc")), ((CONFIG,), (CONFIG.evolve(digest="d2"),)), ((None,), ("",))],
)
def test_different_parts_have_different_digests(one, other):
    assert digest(*one) != digest(*other)


def test_a_digest_is_the_same_in_another_process():
    code = "from agent.model.record import digest; from agent.model.entity import Entity; print(digest(Entity(kind='Pod', name='x'), {'b': 1, 'a': [2]}))"
    seeds = ("1", "2")
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in seeds
    }
    assert said == {digest(Entity(kind="Pod", name="x"), {"b": 1, "a": [2]})}


@pytest.mark.parametrize("text", ["checkout", "shop/", "/checkout", "shop/checkout/x", ""])
def test_a_service_is_written_namespace_slash_name_and_nothing_else(text):

    with pytest.raises(ValueError, match="NAMESPACE/NAME"):
        ServiceRef.parse(text)
