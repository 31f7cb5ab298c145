"""A running fake daemon, and the command line run in this process."""

import pytest
from typer.testing import CliRunner

from agent.cli.main import app
from tests.cli.fake_daemon import FakeDaemon


@pytest.fixture
def daemon(monkeypatch):
    monkeypatch.delenv("STEADYHAND_TOKEN", raising=False)
    with FakeDaemon() as running:
        monkeypatch.setenv("STEADYHAND_URL", running.url)
        yield running


@pytest.fixture
def run():
    """run("incidents", "--json") -> result with exit_code, stdout, stderr."""
    runner = CliRunner()
    return lambda *arguments, **more: runner.invoke(app, list(arguments), prog_name="steadyhand", **more)
