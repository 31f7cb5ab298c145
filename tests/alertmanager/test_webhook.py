"""Alertmanager's webhook body: what becomes of a good one, and which sentence answers a bad one."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import SteadyhandError
from agent.model.alert import Alert, AlertStatus
from agent.redact import MASK
from integrations.alertmanager.malformed import Malformed
from integrations.alertmanager.webhook import MAX_ALERTS, TRUNCATED, parse

STARTED = "2026-11-23T10:02:03.123456789Z"
NEVER = "0001-01-01T00:00:00Z"


def alert(**changes):
    """One alert as Alertmanager 0.25 sends it; None leaves a key out."""
    sent = {
        "status": "firing",
        "labels": {"alertname": "ErrorBudgetBurn", "namespace": "shop", "service": "checkout", "severity": "page"},
        "annotations": {"summary": "checkout burns\nfast"},
        "startsAt": STARTED,
        "endsAt": NEVER,
        "generatorURL": "http://prometheus:9090/graph?g0.expr=up",
        "fingerprint": "6c4c2d3b9f1a0e55",
    } | changes
    return {key: value for key, value in sent.items() if value is not None}


def body(*alerts, **changes):
    """A whole webhook body, as JSON."""
    sent = {
        "version": "4",
        "groupKey": '{}:{alertname="ErrorBudgetBurn"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "steadyhand",
        "groupLabels": {"alertname": "ErrorBudgetBurn"},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "alerts": list(alerts),
    } | changes
    return json.dumps({key: value for key, value in sent.items() if value is not None}).encode()


def only(**changes) -> Alert:
    [parsed] = parse(body(alert(**changes)))
    return parsed


def test_a_firing_alert_becomes_a_record():
    assert only() == Alert(
        fingerprint="6c4c2d3b9f1a0e55",
        status=AlertStatus.FIRING,
        starts_at=datetime(2026, 11, 23, 10, 2, 3, 123456, tzinfo=UTC),
        ends_at=None,
        labels={"alertname": "ErrorBudgetBurn", "namespace": "shop", "service": "checkout", "severity": "page"},
        annotations={"summary": "checkout burns\nfast"},
        generator_url="http://prometheus:9090/graph?g0.expr=up",
    )


def test_a_resolved_alert_keeps_its_end_in_utc():
    parsed = only(status="resolved", endsAt="2026-11-23T12:10:00+01:00")

    assert (parsed.status, parsed.ends_at) == (AlertStatus.RESOLVED, datetime(2026, 11, 23, 11, 10, tzinfo=UTC))


@pytest.mark.parametrize("zero", [NEVER, "0001-01-01T00:00:00+02:00", "0001-01-01T00:00:00-02:00"])
def test_the_zero_time_means_not_ended_in_every_zone(zero):
    assert only(endsAt=zero).ends_at is None


def test_grafanas_body_of_version_1_is_read_too():
    grafana = alert(values={"B": 22}, silenceURL="https://grafana/x", dashboardURL="", panelURL="")

    [parsed] = parse(body(grafana, version="1", orgId=1, title="[FIRING:1]", state="alerting", message="…"))

    assert parsed.name == "ErrorBudgetBurn"


def test_a_missing_fingerprint_is_computed_from_the_labels_alone():
    first, again, other = parse(
        body(
            alert(fingerprint=None),
            alert(fingerprint="", startsAt="2026-11-23T11:00:00Z", annotations={}),
            alert(fingerprint=None, labels={"alertname": "Other"}),
        )
    )

    assert first.fingerprint == again.fingerprint != other.fingerprint
    assert len(first.fingerprint) == 16


def test_alerts_the_sender_left_out_are_noted_on_those_it_sent():
    parsed = parse(body(alert(), alert(fingerprint="b"), truncatedAlerts=7))

    assert [one.annotations[TRUNCATED] for one in parsed] == ["7", "7"]
    assert TRUNCATED not in only(annotations={TRUNCATED: "forged"}).annotations


def test_optional_fields_may_be_missing():
    assert only(annotations=None, endsAt=None, generatorURL=None).annotations == {}
    assert parse(body(truncatedAlerts=None)) == []


def test_the_largest_body_that_is_allowed_is_read():
    assert len(parse(body(*[alert()] * MAX_ALERTS))) == MAX_ALERTS
    assert len(only(labels={f"l{n}": "v" for n in range(64)}).labels) == 64


BAD = {
    "nothing": (b"", "the body is not JSON"),
    "no JSON": (b"firing!", "the body is not JSON"),
    "JSON that ends early": (body(alert())[:-20], "the body is not JSON"),
    "not UTF-8": (b'{"version": "\xff"}', "the body is not JSON"),
    "JSON nested without end": (b"[" * 100_000, "the body is not JSON"),
    "half a surrogate pair": (body(alert(labels={"a": "X"})).replace(b'"X"', b'"\\ud800"'), "the body is not JSON"),
    "a list": (b"[]", "must be a JSON object"),
    "a text": (b'"hello"', "must be a JSON object"),
    "no version": (body(alert(), version=None), "version: is missing"),
    "an unknown version": (body(alert(), version="5"), "version: Input should be '4' or '1'"),
    "a version that is a number": (body(alert(), version=4), "version: Input should be '4' or '1'"),
    "no alerts": (body(alerts=None), "alerts: is missing"),
    "alerts that are no list": (body(alerts={}), "alerts: Input should be a valid"),
    "an alert that is no object": (body("x"), "alerts[0]: must be a JSON object"),
    "too many alerts": (body(*[alert()] * (MAX_ALERTS + 1)), "alerts: List should have at most 1000 items"),
    "a negative number of left out alerts": (body(truncatedAlerts=-1), "truncatedAlerts: Input should be greater"),
    "left out alerts in words": (body(truncatedAlerts="2"), "truncatedAlerts: Input should be a valid integer"),
    "an unknown status": (body(alert(status="pending")), "alerts[0].status: Input should be 'firing' or 'resolved'"),
    "no status": (body(alert(status=None)), "alerts[0].status: is missing"),
    "no labels": (body(alert(labels=None)), "alerts[0].labels: is missing"),
    "labels that are a list": (body(alert(labels=[])), "alerts[0].labels: "),
    "a label that is a number": (body(alert(labels={"code": 500})), "alerts[0].labels.code: Input should be a valid"),
    "a label without a name": (body(alert(labels={"": "x"})), "alerts[0].labels: "),
    "too many labels": (
        body(alert(labels={f"l{n}": "v" for n in range(65)})),
        "alerts[0].labels: Dictionary should have at most 64 items",
    ),
    "no start": (body(alert(), alert(startsAt=None)), "alerts[1].startsAt: is missing"),
    "a start that is a number": (body(alert(startsAt=1700000000)), "alerts[0].startsAt: must be an RFC 3339 time"),
    "a start without a zone": (body(alert(startsAt="2026-11-23T10:00:00")), "alerts[0].startsAt: "),
    "a start that is a number in quotes": (body(alert(startsAt="1700000000")), "alerts[0].startsAt: must be an RFC"),
    "a start that is no time": (body(alert(startsAt="yesterday")), "alerts[0].startsAt: "),
    "a start at the zero time": (body(alert(startsAt=NEVER)), "alerts[0].startsAt: the year 1 cannot be"),
    "a start beyond all calendars": (body(alert(startsAt="9999-12-31T23:59:59-05:00")), "the year 9999 cannot be"),
    "an end that is no time": (body(alert(endsAt="soon")), "alerts[0].endsAt: "),
    "a fingerprint that is a number": (body(alert(fingerprint=7)), "alerts[0].fingerprint: Input should be a valid"),
    "a fingerprint with a space": (body(alert(fingerprint="a b")), "alerts[0].fingerprint: String should match"),
    "a fingerprint without end": (body(alert(fingerprint="a" * 129)), "alerts[0].fingerprint: String should have"),
}


@pytest.mark.parametrize("what", BAD)
def test_a_bad_body_is_refused_with_a_sentence_that_names_the_field(what):
    sent, expected = BAD[what]

    with pytest.raises(Malformed) as refused:
        parse(sent)

    assert expected in str(refused.value)
    assert isinstance(refused.value, SteadyhandError)


def test_many_mistakes_are_counted_and_the_first_ones_named():
    with pytest.raises(Malformed) as refused:
        parse(body(*[alert(status="x")] * 10))

    assert str(refused.value).count("status") == 3
    assert str(refused.value).endswith("; and 7 more")


def test_secrets_in_labels_annotations_and_links_are_masked():
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"
    parsed = only(
        labels={"alertname": "a", "db_password": "planted-1", "dsn": "postgres://me:planted-2@db/x"},
        annotations={"log": f"token=planted-3 {jwt}", "d": "Authorization: Bearer planted-4-abcdef"},
        generatorURL="http://me:planted-5@prometheus:9090/",
    )

    assert "planted" not in parsed.model_dump_json()
    assert "eyJ" not in parsed.model_dump_json()
    assert (parsed.name, parsed.labels["db_password"]) == ("a", MASK)


def test_a_secret_at_the_cut_is_not_half_shown():
    for width in range(2_000, 2_100, 7):
        text = "x " * (width // 2) + "ghp_plantedplantedplanted " + "y " * 20_000
        assert "planted" not in only(annotations={"log": text}).annotations["log"]


def test_a_refusal_does_not_repeat_what_was_sent():
    with pytest.raises(Malformed) as refused:
        parse(body(alert(status="password=planted", startsAt="planted", fingerprint="planted planted")))

    assert "planted" not in str(refused.value)


def test_control_and_direction_changing_characters_are_stripped():
    parsed = only(
        labels={"alertname": "a\x1b[31m\x00\x07b", "evil\u202ename": "x\u200by"},
        annotations={"log": "one\r\n\ttwo\x9b\u2066\x7f"},
    )

    assert parsed.labels == {"alertname": "a[31mb", "evilname": "xy"}
    assert parsed.annotations == {"log": "one\n\ttwo"}


def test_long_values_are_cut_and_say_so():
    parsed = only(annotations={"words": "w " * 50_000, "short": "s"})

    assert len(parsed.annotations["words"]) == 2_048
    assert parsed.annotations["words"].endswith("…")
    assert parsed.annotations["short"] == "s"


@pytest.mark.parametrize("link", ["javascript:alert(1)", "data:text/html,x", "//evil", "file:///etc/passwd", ""])
def test_only_links_a_browser_may_follow_are_kept(link):
    assert only(generatorURL=link).generator_url == ""


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.sampled_from(["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"])
TIMES = st.datetimes(timezones=st.timezones()).map(datetime.isoformat) | st.text(max_size=12)


def refused_or_read(sent: bytes) -> None:
    try:
        parsed = parse(sent)
    except Malformed as refused:
        assert str(refused)  # noqa: PT017 - both outcomes are right
    else:
        assert all(Alert.model_validate_json(one.model_dump_json()) == one for one in parsed)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(sent):
    refused_or_read(sent)


@given(st.dictionaries(st.sampled_from(["version", "alerts", "truncatedAlerts", "x"]), JSON))
def test_any_object_is_read_or_refused(sent):
    refused_or_read(json.dumps(sent | {"version": "4"}).encode())


@given(st.dictionaries(FIELDS, JSON))
def test_any_alert_is_read_or_refused(changes):
    refused_or_read(body(alert(**changes)))


@settings(max_examples=300)
@given(TIMES, TIMES)
def test_any_time_is_read_or_refused(start, end):
    refused_or_read(body(alert(startsAt=start, endsAt=end)))


@given(st.dictionaries(st.text(min_size=1, max_size=10), st.text(max_size=60), max_size=5))
def test_any_labels_are_read_and_hold_nothing_that_moves_a_cursor(labels):
    parsed = only(labels=labels, annotations=labels)

    assert not any(c in text for text in parsed.labels.values() for c in "\x00\x1b\x7f\x9b\u202e\r")
