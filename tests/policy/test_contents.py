"""Which contents may be kept, and which one a change is taken back to."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.model.content import HistoryLimits
from agent.model.entity import Entity
from agent.policy.contents import before, keepable

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
SETTINGS = Entity(kind="ConfigMap", namespace="shop", name="settings")


def kept(data, minutes: float = 0, binary=None, **limits):
    return keepable(SETTINGS, data, binary or {}, NOW + timedelta(minutes=minutes), HistoryLimits(**limits))


@pytest.mark.parametrize(
    ("data", "named"),
    [
        ({"db_password": "x", "mode": "a"}, "db_password"),
        ({"url": "postgres://shop:hunter2@db/shop"}, "url"),
        ({"app.ini": "[db]\npassword = hunter2\n"}, "app.ini"),
        ({"key.pem": "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"}, "key.pem"),
    ],
)
def test_what_looks_secret_is_noted_without_any_value(data, named):
    content = kept(data)
    assert named in content.unrestorable
    assert (content.data, content.binary) == ({}, {})
    assert "hunter2" not in content.model_dump_json()
    assert content.digest == kept(data, 5).digest != kept({"other": "y"}).digest


def test_what_is_too_large_is_noted_without_its_values():
    content = kept({"page": "x" * 100}, bytes_of_one=50)
    assert "104 bytes, of at most 50" in content.unrestorable
    assert content.data == {}


def test_binary_values_belong_to_the_content():
    assert kept({}, binary={"a": "AAE="}).digest != kept({}, binary={"a": "AAI="}).digest
    assert kept({}, binary={"token": "AAE="}).unrestorable


def versions(*words):
    return [kept({"mode": word}, minutes) for minutes, word in words]


def named(word: str) -> str:
    return kept({"mode": word}).digest


@pytest.mark.parametrize(
    ("seen", "changed", "present", "wanted"),
    [
        ([(0, "a"), (10, "b")], 5, "b", "a"),
        ([(0, "a"), (1, "b"), (10, "c")], 5, "c", "b"),
        ([(0, "a"), (1, "b"), (10, "a")], 5, "a", "b"),  # different from the present one
        ([(0, "a")], 5, "b", "a"),  # the change itself was not recorded yet
        ([(0, "a"), (10, "b"), (20, "c")], 5, "c", "a"),  # changed once more since
    ],
)
def test_the_newest_before_the_change_that_is_not_there_now(seen, changed, present, wanted):
    found = before(versions(*seen), NOW + timedelta(minutes=changed), named(present))
    assert found.digest == named(wanted)


@pytest.mark.parametrize(("seen", "present"), [([], "b"), ([(10, "b")], "b"), ([(0, "a")], "a")])
def test_without_an_earlier_content_there_is_nothing_to_go_back_to(seen, present):
    assert "no content from before" in before(versions(*seen), NOW + timedelta(minutes=5), named(present))


def test_a_secret_content_is_not_passed_over_for_an_older_one():
    seen = [kept({"mode": "a"}), kept({"password": "x"}, 1), kept({"mode": "b"}, 10)]
    assert "look secret" in before(seen, NOW + timedelta(minutes=5), named("b"))
