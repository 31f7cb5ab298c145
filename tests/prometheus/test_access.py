"""How the adapter reaches a server: credentials, redirects, proxies, certificates."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from agent.errors import Unusable
from agent.model.question import (
    GapReason,
    MetricAnswer,
    MetricQuestion,
)
from integrations.prometheus.access import Access
from integrations.prometheus.source import Prometheus
from tests.prometheus.questions import EITHER, INSTANT, RANGE, asked, gap
from tests.prometheus.stage import (
    Stage,
    error,
    matrix,
    raised,
    says,
    vector,
)


@EITHER
async def test_the_token_is_asked_for_each_time_and_not_repeated(question: MetricQuestion, stage: Stage):
    tokens = iter(["first-token-1", "second-token-2\n"])
    one = Prometheus(stage.url, headers={"X-Scope-OrgID": "shop"}, bearer_token=lambda: next(tokens))
    stage.plays = [
        error(400, "bad_data", "who is Bearer first-token-1 alias first-token-1"),
        says(403, b"x second-token-2 x"),
    ]
    first, second = await one.ask(question), await one.ask(question)
    await one.aclose()
    assert [seen.headers["Authorization"] for seen in stage.asked] == [
        "Bearer first-token-1",
        "Bearer second-token-2",
    ]
    assert {seen.headers["X-Scope-OrgID"] for seen in stage.asked} == {"shop"}
    assert "first-token-1" not in gap(first, GapReason.FAILED)
    assert "second-token-2" not in gap(second, GapReason.REFUSED)


@EITHER
async def test_a_redirect_is_not_followed_with_credentials(question: MetricQuestion, stage: Stage):
    with raised() as thief:
        thief.plays = [vector("1")]
        stage.plays = [says(307, b"", Location=f"{thief.url}/api/v1/query")]
        gap(await asked(question, stage.url, bearer_token=lambda: "precious-token"), GapReason.FAILED)
        assert thief.asked == []


@EITHER
async def test_a_user_in_the_url_is_sent_and_netrc_is_not_read(
    question: MetricQuestion, stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login thief password precious\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    stage.plays = [vector("1")]
    await asked(question, stage.url)
    await asked(question, stage.url.replace("http://", "http://me:p%40ss@"))
    assert [seen.headers.get("Authorization") for seen in stage.asked] == [None, "Basic bWU6cEBzcw=="]


@pytest.mark.parametrize("token", ["", "two words\nand lines", "snow☃"])
async def test_a_token_that_cannot_be_sent_is_a_gap(token: str, stage: Stage):
    stage.plays = [vector("1")]
    assert "token" in gap(await asked(INSTANT, stage.url, bearer_token=lambda: token), GapReason.FAILED)
    assert stage.asked == []


async def test_a_token_file_that_is_gone_is_a_gap(stage: Stage, tmp_path: Path):
    reply = await asked(RANGE, stage.url, bearer_token=(tmp_path / "token").read_text)
    assert "FileNotFoundError" in gap(reply, GapReason.FAILED)


@EITHER
async def test_an_inner_address_goes_past_the_proxy_of_the_environment(
    question: MetricQuestion, stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    stage.plays = [vector("1") if question is INSTANT else matrix("1")]
    assert isinstance(await asked(question, stage.url), MetricAnswer)


@EITHER
async def test_an_outer_address_goes_through_the_proxy_of_the_environment(
    question: MetricQuestion, stage: Stage, monkeypatch: pytest.MonkeyPatch
):
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, stage.url)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    stage.plays = [vector("1") if question is INSTANT else matrix("1")]
    assert isinstance(await asked(question, "http://prometheus.shop.example"), MetricAnswer)
    assert stage.asked[0].headers["Host"] == "prometheus.shop.example"


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        ("http://localhost:9090", True),
        ("http://[::1]:9090", True),
        ("http://prometheus.monitoring.svc:9090", True),
        ("http://prometheus.monitoring.svc.cluster.local", True),
        ("http://prometheus:9090/prefix/", True),
        ("https://prometheus.example.com", False),
        ("http://192.0.2.7:9090", False),
    ],
)
def test_which_addresses_go_direct(url: str, direct: bool):
    assert Access(url).direct is direct


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A key with its certificate, and the certificate alone."""
    if shutil.which("openssl") is None:
        pytest.skip("missing openssl: on Debian, apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    pair, authority = folder / "pair.pem", folder / "authority.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(pair), "-out", str(authority)]
    subprocess.run(made, check=True, capture_output=True)
    pair.write_text(pair.read_text() + authority.read_text())
    return pair, authority


@EITHER
async def test_a_certificate_of_an_unknown_authority_is_refused_unless_it_is_named(
    question: MetricQuestion, certificate: tuple[Path, Path]
):
    pair, authority = certificate
    with raised(pair) as stage:
        stage.plays = [vector("1") if question is INSTANT else matrix("1")]
        assert "no TLS" in gap(await asked(question, stage.url), GapReason.FAILED)
        assert stage.asked == []
        assert isinstance(await asked(question, stage.url, ca_file=str(authority)), MetricAnswer)
        assert isinstance(await asked(question, stage.url, verify=False), MetricAnswer)


@EITHER
async def test_plain_http_where_tls_was_expected_is_said(question: MetricQuestion, stage: Stage):
    stage.plays = [vector("1")]
    assert "no TLS" in gap(await asked(question, stage.url.replace("http:", "https:")), GapReason.FAILED)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "prometheus:9090"}, "scheme"),
        ({"url": "ftp://prometheus"}, "scheme"),
        ({"url": "http://x", "ca_file": "nowhere.pem"}, "nowhere.pem"),
        ({"url": "http://x", "headers": {"X-Key": "two\nlines-of-secret"}}, "X-Key"),
        ({"url": "http://x", "headers": {"X Key": "value"}}, "X Key"),
    ],
)
def test_what_cannot_work_is_refused_at_once(options: dict[str, Any], words: str):
    with pytest.raises(Unusable, match=words) as refused:
        Prometheus(**options)
    assert "lines-of-secret" not in str(refused.value)


def test_a_ca_file_without_a_certificate_is_refused_at_once(tmp_path: Path):
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(Unusable, match="PEM"):
        Prometheus("https://x", ca_file=str(tmp_path / "ca.pem"))
