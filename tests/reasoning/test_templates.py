"""Log lines reduced to what does not vary; lines that speak of something going wrong."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.cluster import LogLine
from agent.reasoning.templates import MAX_LENGTH, error_templates, is_error, template


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("timeout after 300 ms", "timeout after 1200 ms"),
        ("2026-11-12T14:00:03Z ERROR no route", "2026-11-12T14:07:59Z ERROR no route"),
        ("dial tcp 10.0.0.7:8080: refused", "dial tcp 10.12.3.44:9090: refused"),
        ("order 0b9c5a0e-6f0f-4e55-9d7b-4a1d3f2e1c00 failed", "order ffffffff-0000-4e55-9d7b-4a1d3f2e1c00 failed"),
        ("panic at 0xdeadbeef", "panic at 0x7fff0012"),
        ("trace deadbeefdeadbeef failed", "trace 0123456789abcdef failed"),
        ("no such host idx-2", "no such host idx-17"),
        ("checkout-7d9f8c6b5d-x2x4z: upstream failed", "checkout-66c4f9fbb7-kqzpl: upstream failed"),
        ("[payments-x2x4z] refused", "[payments-kq7pl] refused"),
        ('{"ts": 1, "level": "error", "msg": "refused", "pod": "a"}', '{"ts": 2, "level": "error", "msg": "refused", "pod": "b"}'),
    ],
)  # fmt: skip
def test_lines_that_differ_in_what_varies_have_one_template(one, other):
    assert template(one) == template(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("refused", "denied"),
        ("no such host payments", "no such host stock"),
        ('{"msg": "refused"}', '{"msg": "denied"}'),
        ('{"msg": "query failed", "error": "timeout"}', '{"msg": "query failed", "error": "refused"}'),
        ("order-service-error", "order-gateway-error"),
    ],
)
def test_lines_that_say_different_things_have_different_templates(one, other):
    assert template(one) != template(other)


def test_of_a_json_line_the_message_and_the_error_are_kept():
    line = '{"time": "2026-11-12", "msg": "query failed", "err": "no such host", "user": "u-17"}'
    assert template(line) == "query failed no such host"


@pytest.mark.parametrize("line", ['{"msg": ', "{not json}", '{"other": 1}', '["msg"]', "{}"])
def test_a_line_that_only_looks_like_json_is_taken_as_text(line):
    assert template(line)


def test_a_long_line_is_cut():
    assert len(template("refused " * 1000)) <= MAX_LENGTH


@given(st.text())
def test_any_text_has_a_template_and_an_answer(text):
    assert isinstance(template(text), str)
    assert is_error(text) in (True, False)


@pytest.mark.parametrize(
    "line",
    [
        "ERROR could not reach payments",
        "java.lang.NullPointerException: exception in handler",
        "panic: runtime error",
        "KeyError: 'total'",
        "caused by java.lang.NullPointerException",
        "request failed",
        "connection refused",
        "upstream timed out",
        "GET /pay 503 12ms",
        "dial tcp: lookup idx-2: no such host",
        "permission denied",
        "error: could not load info for user 7",
        'level=error msg="debug port refused"',
        "ERROR failed to fetch trace",
        '{"level":"error","msg":"failed to load account info"}',
    ],
)
def test_a_line_that_speaks_of_something_going_wrong_is_an_error(line):
    assert is_error(line)


@pytest.mark.parametrize(
    "line",
    [
        "listening on :8080",
        "GET /pay 200 512ms",
        "errors_total=0",
        "INFO timeout-ms loaded: no error",
        "2026-11-12T14:00:00Z INFO retry after timeout disabled",
        'time=2026-11-12T14:00:00Z level=info msg="error budget loaded"',
        '{"level":"info","msg":"timeout is 300, error handler installed"}',
        '{"severity": "debug", "msg": "no error"}',
        "[info] error log opened",
        "    at com.shop.Pay.error(Pay.java:12)",
        '  File "pay.py", line 3, in error',
        "",
    ],
)
def test_a_calm_line_or_a_stack_frame_is_no_error(line):
    assert not is_error(line)


def test_error_templates_are_counted():
    lines = [LogLine(text=text) for text in ("refused by 10.0.0.1", "refused by 10.0.0.2", "started", "denied")]
    assert error_templates(lines) == {"refused by *": 2, "denied": 1}
