import json
import sys

import pytest

from agent.errors import Unusable
from integrations.kubernetes.api import connect
from integrations.kubernetes.route import Route
from tests.kubernetes.scripted_server import answers


@pytest.fixture(autouse=True)
def empty_home(monkeypatch, tmp_path):
    for name in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


def config(**changes) -> dict:
    whole = {
        "current-context": "one",
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}],
        "users": [{"name": "u", "user": {"token": "very-secret-token"}}],
        "contexts": [
            {"name": "one", "context": {"cluster": "c", "user": "u"}},
            {"name": "two", "context": {"cluster": "gone", "user": "u"}},
        ],
    }
    return {**whole, **changes}


CASES = {
    "a file that does not exist": (None, None, "does not exist"),
    "not YAML": ("a: [", None, "not valid YAML (line 1)"),
    "not a mapping": ("just words", None, "not a kubeconfig"),
    "binary": (b"\xff\xfe\x00", None, "cannot be read"),
    "no current-context": (config(**{"current-context": ""}), None, "there are: one, two"),
    "a context that is not there": (config(), "three", "no context 'three'; there are: one, two"),
    "a context without its cluster": (config(), "two", "names cluster 'gone'"),
    "no contexts at all": (config(contexts=None), None, "no context 'one'; there are: none"),
    "a server that is no URL": (
        config(clusters=[{"name": "c", "cluster": {"server": "localhost"}}]),
        None,
        "no http(s) URL",
    ),
    "data that is not base64": (
        config(users=[{"name": "u", "user": {"client-certificate-data": "!", "client-key-data": "very-secret-token"}}]),
        None,
        "cannot be used",
    ),
    "a certificate file that is gone": (
        config(users=[{"name": "u", "user": {"client-certificate": "no.crt", "client-key": "no.key"}}]),
        None,
        "cannot be used",
    ),
    "a CA that is no certificate": (
        config(
            clusters=[{"name": "c", "cluster": {"server": "https://127.0.0.1:1", "certificate-authority-data": "eHg="}}]
        ),
        None,
        "certificates configured",
    ),
    "a credential plugin that fails": (
        config(users=[{"name": "u", "user": {"exec": {"apiVersion": "v1", "command": "false"}}}]),
        None,
        "credential plugin 'false'",
    ),
}


@pytest.mark.parametrize("case", CASES)
async def test_an_unusable_kubeconfig_says_what_and_where(tmp_path, case):
    content, context, says = CASES[case]
    path = tmp_path / "config"
    if content is not None:
        path.write_bytes(
            content
            if isinstance(content, bytes)
            else (content if isinstance(content, str) else json.dumps(content)).encode()
        )
    with pytest.raises(Unusable) as caught:
        await connect(str(path), context)
    assert says in str(caught.value)
    assert str(path) in str(caught.value) or "certificates configured" in says
    assert "very-secret-token" not in str(caught.value)


async def test_with_nothing_configured_the_ways_to_configure_are_named():
    with pytest.raises(Unusable, match="--kubeconfig FILE or KUBECONFIG"):
        await connect()


async def test_a_wrong_environment_variable_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    with pytest.raises(Unusable, match="environment variable KUBECONFIG"):
        await connect()


async def test_several_files_are_merged_as_kubectl_does(monkeypatch, tmp_path, server):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text(json.dumps({"current-context": "one", "contexts": config()["contexts"]}))
    here = {"name": "c", "cluster": {"server": f"http://127.0.0.1:{server.port}"}}
    second.write_text(json.dumps(config(clusters=[here])))
    monkeypatch.setenv("KUBECONFIG", f"{first}:{second}")
    server.on("/api/v1/nodes", answers(200, {"items": []}))
    api = await connect()
    assert await api.collect(Route("v1", "nodes")) == []
    assert server.requests[0].headers["authorization"] == "Bearer very-secret-token"
    await api.close()


async def test_a_credential_plugin_gives_the_token(tmp_path, server):
    status = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "kind": "ExecCredential",
        "status": {"token": "from-plugin"},
    }
    plugin = {
        "apiVersion": status["apiVersion"],
        "command": sys.executable,
        "args": ["-c", f"print('''{json.dumps(status)}''')"],
    }
    server.on("/version", answers(200, {"gitVersion": "v1.36.2"}))
    api = await connect(server.kubeconfig(tmp_path, {"exec": plugin}))
    assert await api.version() == "v1.36.2"
    assert server.requests[0].headers["authorization"] == "Bearer from-plugin"
    await api.close()
