import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.loglines import entry
from agent.redact import MASK


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ('{"level":"error","msg":"no such host","ts":1}', "error", "no such host"),
        ('{"severity":"WARNING","message":"slow"}', "warning", "slow"),
        ('{"level":50,"msg":"bunyan counts"}', "error", "bunyan counts"),
        ('{"lvl":"crit","event":"gone"}', "fatal", "gone"),
        ('{"Level":"Information","Message":"capital keys"}', "info", "capital keys"),
        ('{"level":"error","error":"dial tcp: refused"}', "error", "dial tcp: refused"),
        ('2026-11-01 api {"level":"info","msg":"after a prefix"}', "info", "after a prefix"),
        ('level=warn ts=1 msg="two words" component=x', "warning", "two words"),
        ("E1102 10:00:00.123456       1 reflector.go:178] failed to list", "error", "failed to list"),
        ("I1102 10:00:00.123456       1 main.go:1] ok", "info", "ok"),
        ("2026-11-01T10:00:00Z ERROR cannot connect", "error", "2026-11-01T10:00:00Z ERROR cannot connect"),
        ("[WARN] disk is filling", "warning", "[WARN] disk is filling"),
        ("info: listening", "info", "info: listening"),
        ("2026/11/01 10:00:00 [error] 7#7: upstream timed out", "error", "2026/11/01 10:00:00 [error] 7#7: upstream timed out"),
        ("plain words", "", "plain words"),
        ("", "", ""),
        ("{not json}", "", "{not json}"),
        ("[1, 2]", "", "[1, 2]"),
        ("a=1 b=2", "", "a=1 b=2"),
        ("GET /x?msg=hello HTTP/1.1", "", "GET /x?msg=hello HTTP/1.1"),
        ("no error here, none of the errors.total either", "", "no error here, none of the errors.total either"),
    ],
)  # fmt: skip
def test_a_line_is_taken_apart(line, level, text):
    found = entry(line)
    assert (found.level, found.text) == (level, text)


def test_fields_beside_the_text_are_kept_one_level_deep():
    found = entry(
        '{"msg":"x","level":"info","time":"t","user":{"id":7,"deep":{"a":1}},"ok":true,"none":null,"path":"/a"}'
    )
    assert found.fields == {"user.id": "7", "user.deep": '{"a": 1}', "ok": "true", "path": "/a"}


def test_a_masked_value_does_not_make_json_into_plain_text():
    found = entry(f'{{"msg":"login","password":{MASK},"level":"warn"}}')
    assert (found.level, found.text, found.fields) == ("warning", "login", {"password": MASK})


def test_fields_are_bounded():
    many = ",".join(f'"k{number}":"{"x" * 900}"' for number in range(100))
    found = entry(f'{{"msg":"m",{many}}}')
    assert len(found.fields) == 30
    assert max(map(len, found.fields.values())) == 500


@given(st.text(max_size=300))
def test_no_line_breaks_it(line):
    assert entry(line).level in {"", "trace", "debug", "info", "warning", "error", "fatal"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_no_json_breaks_it(value):
    found = entry(json.dumps({"msg": value, "x": value}))
    assert all(isinstance(each, str) for each in found.fields.values())
