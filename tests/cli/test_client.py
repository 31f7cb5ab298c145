import json

import httpx
import pytest

from agent.cli.client import Client, connect
from agent.errors import NotAllowed, Refused, Temporary, Uncertain, Unusable
from agent.model.incident import Phase
from agent.model.proposal import DecisionKind
from tests.cli import entries, samples


@pytest.fixture
def client(daemon):
    with Client(daemon.url) as connected:
        yield connected


def test_records_come_back_equal_over_http(client):
    assert client.incidents("all") == [samples.incident()]
    assert client.report(samples.ID) == samples.report()
    assert client.journal(samples.ID) == entries.whole_story()
    assert client.proposal(samples.ID) == samples.proposal()
    assert client.ready()


def test_the_journal_is_asked_for_what_is_new_and_for_how_long_to_wait(client, daemon):
    assert [entry.seq for entry in client.journal(samples.ID, after=19, wait_seconds=7)] == [20]
    assert daemon.asked[-1][2] == {"after": ["19"], "wait": ["7"]}


def test_a_decision_carries_the_digest_of_what_was_shown(client, daemon):
    client.decide(samples.proposal(), DecisionKind.DENIED, "ada", "not on a friday")
    assert daemon.decisions == [
        {"digest": samples.proposal().digest, "decision": "denied", "reason": "not on a friday", "by": "ada"}
    ]


def test_a_refused_decision_is_told_in_the_daemons_words(client, daemon):
    daemon.refusal = "already decided by bob at 14:08\x1b[2J"
    with pytest.raises(Refused, match=r"already decided by bob at 14:08$"):
        client.decide(samples.proposal(), DecisionKind.APPROVED, "ada")


@pytest.mark.parametrize("answer", [(503, b"{}"), (200, b"<html>")])
def test_a_decision_that_may_have_arrived_is_not_called_undone(client, daemon, answer):
    daemon.raw = answer
    with pytest.raises(Uncertain, match=f"steadyhand show {samples.ID}"):
        client.decide(samples.proposal(), DecisionKind.APPROVED, "ada")


def test_a_digest_that_does_not_cover_the_proposal_is_not_decided_on(client, daemon):
    daemon.digest = "0" * 16
    with pytest.raises(Unusable, match="nothing was decided"):
        client.proposal(samples.ID)


@pytest.mark.parametrize("prefix", [samples.ID, "inc-7", "inc-7f3a21c"])
def test_an_id_may_be_shortened_while_it_is_unique(client, daemon, prefix):
    daemon.incidents.append(samples.incident(id="inc-81", phase=Phase.CLOSED))
    assert client.resolve(prefix) == samples.ID


@pytest.mark.parametrize(
    ("prefix", "words"),
    [
        ("inc", "2 incidents begin with"),
        ("zzz", "no incident begins"),
        ("../x", "no incident id"),
        ("", "no incident id"),
    ],
)
def test_an_id_that_names_none_or_several_is_refused(client, daemon, prefix, words):
    daemon.incidents.append(samples.incident(id="inc-81"))
    with pytest.raises(Refused, match=words):
        client.resolve(prefix)


def test_an_id_that_is_also_the_beginning_of_another_means_itself(client, daemon):
    daemon.incidents.append(samples.incident(id=samples.ID + "9"))
    assert client.resolve(samples.ID) == samples.ID


@pytest.mark.parametrize(
    ("status", "body", "error", "words"),
    [
        (404, b'{"error": "no such"}', Refused, "404.: no such"),
        (403, b'{"error": "who may: sre"}', NotAllowed, "who may: sre"),
        (401, b"{}", Refused, "--token-file"),
        (503, b'{"error": "starting"}', Temporary, "503: starting"),
        (500, b"<html>", Refused, "500.: Internal Server Error"),
        (302, b"", Refused, "302"),
        (200, b"<html>", Unusable, "Steadyhand daemon listening there"),
        (200, b'{"incidents": [{"id": 3}]}', Unusable, "incidents.0"),
        (200, b"[]", Unusable, "same version"),
    ],
)
def test_a_strange_answer_becomes_a_sentence(client, daemon, status, body, error, words):
    daemon.raw = (status, body)
    with pytest.raises(error, match=words):
        client.incidents()


def test_nobody_listening_says_how_to_start_a_daemon():
    with Client("http://127.0.0.1:1") as nobody, pytest.raises(Unusable, match=r"no daemon at .*steadyhand serve"):
        nobody.incidents()


@pytest.mark.parametrize("url", ["", "127.0.0.1:8484", "ftp://127.0.0.1", "http://[::1", "http://"])
def test_what_is_no_url_is_refused(url):
    with Client(url) as nobody, pytest.raises(Unusable, match="no URL of a daemon"):
        nobody.incidents()


def test_a_daemon_that_does_not_answer_in_time_is_a_temporary_trouble():
    def late(request):
        raise httpx.ReadTimeout("late", request=request)

    client = Client("http://127.0.0.1:1")
    client._http = httpx.Client(transport=httpx.MockTransport(late))
    with pytest.raises(Temporary, match="did not answer in time"):
        client.incidents()


def test_the_token_of_the_file_is_sent_and_wins_over_the_environment(daemon, tmp_path, monkeypatch):
    daemon.token = "from-file"
    monkeypatch.setenv("STEADYHAND_TOKEN", "from-environment")
    with connect(daemon.url, None) as client, pytest.raises(Refused, match="who are you"):
        client.incidents()
    (tmp_path / "token").write_text("from-file\n")
    with connect(daemon.url, tmp_path / "token") as client:
        assert client.incidents()


@pytest.mark.parametrize("content", [b"", b"two words", b"\xff\xfe", "tökén".encode()])
def test_a_token_file_without_a_token_is_refused_without_repeating_it(tmp_path, content):
    (tmp_path / "token").write_bytes(content)
    with pytest.raises(Unusable, match="--token-file") as refusal:
        connect("http://127.0.0.1:1", tmp_path / "token")
    assert "words" not in str(refusal.value)


def test_a_missing_token_file_is_named(tmp_path):
    with pytest.raises(Unusable, match=r"absent: No such file"):
        connect("http://127.0.0.1:1", tmp_path / "absent")


def test_a_proxy_of_the_environment_is_not_asked_for_loopback(daemon, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Client(daemon.url) as client:
        assert client.incidents()


def test_the_fake_speaks_json(daemon):
    assert json.loads(httpx.get(daemon.url + "/readyz").content) == {}
