"""What looks like a secret is masked in any text; what does not is left as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.redact import MASK, redact, secret_name

SECRETS = {
    "an assignment": ("password=planted", "password=[redacted]"),
    "an assignment with spaces": ("db_password = planted x", "db_password = [redacted] x"),
    "an assignment in double quotes": ('secret="planted with spaces" x', "secret=[redacted] x"),
    "an assignment in single quotes": ("secret='planted, and more' x", "secret=[redacted] x"),
    "a JSON member": ('{"api_key": "planted", "user": "me"}', '{"api_key": [redacted], "user": "me"}'),
    "a YAML line": ("client-secret: planted\nuser: me", "client-secret: [redacted]\nuser: me"),
    "an environment variable": ("AWS_SECRET_ACCESS_KEY=planted/+x", "AWS_SECRET_ACCESS_KEY=[redacted]"),
    "a Ruby hash": ("session_id => planted", "session_id => [redacted]"),
    "JSON within a JSON string": (
        r'{"m": "{\"token\": \"planted\", \"a\": 1}"}',
        r'{"m": "{\"token\": [redacted], \"a\": 1}"}',
    ),
    "a quote within the value": (r'token="a\"planted" b', "token=[redacted] b"),
    "a quote that is never closed": ('token="planted and more', "token=[redacted]"),
    "a query parameter": ("GET /x?access_token=planted&page=2", "GET /x?access_token=[redacted]&page=2"),
    "a flag": ("--auth-token=planted --verbose", "--auth-token=[redacted] --verbose"),
    "a cookie header": ("Cookie: planted", "Cookie: [redacted]"),
    "a dotted property": ("spring.datasource.password=planted", "spring.datasource.password=[redacted]"),
    "a name with more behind": ("password_hash=planted", "password_hash=[redacted]"),
    "a user and password in an address": ("postgres://me:planted@db:5432/x", "postgres://[redacted]@db:5432/x"),
    "a password without a user": ("redis://:planted@cache/0", "redis://[redacted]@cache/0"),
    "a bearer token": ("sent Bearer planted-token-1", "sent Bearer [redacted]"),
    "basic credentials": ("sent basic cGxhbnRlZDpwbGFudGVk", "sent basic [redacted]"),
    "a JWT": ("got eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoxfQ.planted_x-y there", "got [redacted] there"),
    "an AWS key id": ("key AKIAPLANTED123456XYZ is old", "key [redacted] is old"),
    "a GitHub token": ("using ghp_plantedplantedplanted", "using [redacted]"),
    "a Slack token": ("using xoxb-1234567890-planted", "using [redacted]"),
    "a private key": (
        "a\n-----BEGIN RSA PRIVATE KEY-----\nplanted\nplanted\n-----END RSA PRIVATE KEY-----\nb",
        "a\n[redacted]\nb",
    ),
    "a private key that was cut": ("-----BEGIN PRIVATE KEY-----\nplanted", "[redacted]"),
}


@pytest.mark.parametrize("what", SECRETS)
def test_a_secret_is_masked_and_the_text_around_it_kept(what):
    text, expected = SECRETS[what]

    assert redact(text) == expected


HARMLESS = [
    "",
    "checkout burns at 22x since 14:03",
    "http://prometheus:9090/graph?g0.expr=up",
    "the tokenizer failed: unexpected end",
    "basic auth is off",
    "no such host idx-2",
    "registry/shop/checkout@sha256:0123456789abcdef",
    "Deployment shop/checkout revision 7 -> 4",
    'sum(rate(http_requests_total{code=~"5.."}[5m]))',
    "user me@example.org asked",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_harmless_text_is_left_as_it_is(text):
    assert redact(text) == text


@pytest.mark.parametrize(
    "name",
    [
        "password",
        "DB_PASSWD",
        "clientSecret",
        "api-key",
        "apikey",
        "AUTHORIZATION",
        "private_key",
        "DATABASE_DSN",
        "token",
    ],
)
def test_names_of_secrets_are_known(name):
    assert secret_name(name)


@pytest.mark.parametrize("name", ["namespace", "service", "alertname", "replicas", "image", "author", "keyboard"])
def test_other_names_are_not_taken_for_secrets(name):
    assert not secret_name(name)


WORDS = st.text(st.sampled_from("abcXYZ019"), min_size=12, max_size=40)


@given(WORDS, st.sampled_from(["password", "api_key", "x-auth-token", "Secret"]), st.sampled_from(["=", ": ", " => "]))
def test_whatever_is_assigned_to_a_secret_name_is_masked(secret, name, sign):
    assert secret not in redact(f"before {name}{sign}{secret} after")


def test_the_mask_itself_is_never_taken_for_a_secret_half_masked():
    assert redact(f"password={MASK}").startswith("password=[redacted]")


PIECES = [
    *("password", "token", "secret", "api_key", "x", "abcdef12", "Bearer ", "basic ", "me:pw@", "sk-abcdefghijkl"),
    *("=", ":", " ", "=>", "'", '"', "\\", '\\"', "[redacted]", "[", "]", "{", "}", ",", "://", "@", "\n", "-", "."),
    *("-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "eyJhbGciOiJI.eyJwbGFu.abc"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(max_size=200))
def test_what_was_masked_once_is_not_changed_by_a_second_pass(text):
    assert redact(redact(text)) == redact(text)
