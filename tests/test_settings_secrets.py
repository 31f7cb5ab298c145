"""Secrets in the configuration reach those who need them, and nobody else."""

import json
from pathlib import Path

import pytest

from agent.errors import Unusable
from agent.settings import load


def file_of(folder: Path, text: str) -> Path:
    path = folder / "steadyhand.yaml"
    path.write_text(text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(Unusable) as refused:
        load(path)
    return str(refused.value)


SECRETS = """
api:
  tokens:
    - {name: alice, token: planted-one}
prometheus:
  url: http://prom:9090
  headers: {X-Api-Key: planted-two, X-Scope-OrgID: planted-three}
  bearer_token: planted-four
"""


def test_shown_settings_hold_no_secret_and_all_the_rest(tmp_path):
    loaded = load(file_of(tmp_path, SECRETS))

    shown = loaded.masked()

    assert "planted" not in json.dumps(shown) + repr(loaded) + str(loaded)
    assert shown["api"]["tokens"] == [{"name": "alice", "token": "***", "token_file": None}]
    assert shown["prometheus"]["headers"] == {"X-Api-Key": "***", "X-Scope-OrgID": "***"}
    assert shown["prometheus"]["url"] == "http://prom:9090"


def test_secrets_reach_those_who_need_them(tmp_path):
    loaded = load(file_of(tmp_path, SECRETS))

    assert loaded.api.secrets() == {"alice": "planted-one"}
    assert loaded.prometheus.request_headers() == {
        "X-Api-Key": "planted-two",
        "X-Scope-OrgID": "planted-three",
    }
    assert loaded.prometheus.token() == "planted-four"


def test_secrets_in_files_are_read_when_they_are_asked_for(tmp_path):
    secret = tmp_path / "token"
    loaded = load(
        None,
        {
            "prometheus.bearer_token_file": str(secret),
            "api.tokens": [{"name": "bob", "token_file": str(secret)}],
        },
    )

    with pytest.raises(Unusable, match=r"prometheus.bearer_token_file: .* cannot be read"):
        loaded.prometheus.token()
    secret.write_text("short\n")
    with pytest.raises(Unusable, match=r"api.tokens\[0\].token_file: .* holds no usable token") as refused:
        loaded.api.secrets()
    assert "short" not in str(refused.value).replace(str(secret), "")
    secret.write_text("long-enough\n")
    assert loaded.prometheus.token() == "long-enough"
    assert loaded.api.secrets() == {"bob": "long-enough"}


def test_two_callers_may_not_share_a_token():
    loaded = load(None, {"api.tokens": [{"name": n, "token": "same-token"} for n in ("a", "b")]})

    with pytest.raises(Unusable, match=r"api.tokens\[1\]: 'b' has somebody else's token"):
        loaded.api.secrets()


@pytest.mark.parametrize(
    "text",
    [
        "api: {tokens: planted-secret}",
        "api: {tokens: [planted-secret]}",
        "api: {tokens: [{name: a, token: [planted-secret]}]}",
        "prometheus: {headers: {Authorization: [planted-secret]}}",
        "prometheus: {headers: planted-secret}",
        "prometheus: {url: 'http://me:planted-secret@prom'}",
        "prometheus: {bearer_token: 'planted secret-with-space'}",
        "prometheus: {bearer_token: planted-secret, bearer_token_file: x}",
    ],
)
def test_a_refusal_never_quotes_a_secret(tmp_path, text):
    assert "planted" not in refusal(file_of(tmp_path, text))
