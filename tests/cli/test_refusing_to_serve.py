"""A pod that cannot serve says why in one line and ends with 2, so that `kubectl logs` shows it and nothing else."""

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from agent.cli.exits import ExitCode

PORT = "STEADYHAND_LISTEN__PORT"
SLACK = {"STEADYHAND_SLACK__CHANNEL": "incidents", "STEADYHAND_SLACK__APP_TOKEN": "xapp-1-2-3"}
TOKENS = json.dumps([{"name": "alertmanager", "token_file": "/nowhere/token"}])


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"STEADYHAND_API__TOKENS": TOKENS}, "api.tokens[0].token_file: /nowhere/token cannot be read"),
        ({"STEADYHAND_LISTEN__HOST": "0.0.0.0"}, "listen.host: without `api.tokens` anybody"),
        ({"STEADYHAND_LISTEN__PORT": "high"}, "listen.port"),
        ({"STEADYHAND_PROMETHEUS__URL": "metrics"}, "prometheus.url: this is no web address"),
        (
            {
                "STEADYHAND_PROMETHEUS__URL": "http://127.0.0.1:1",
                "STEADYHAND_PROMETHEUS__BEARER_TOKEN_FILE": "/nowhere/t",
            },
            "prometheus.bearer_token_file: /nowhere/t cannot be read",
        ),
        ({"STEADYHAND_PROMETHEUS__URL": "https://h", "STEADYHAND_PROMETHEUS__CA_FILE": "/nowhere/ca"}, "/nowhere/ca"),
        ({"STEADYHAND_KUBERNETES__KUBECONFIG": "/nowhere/config"}, "'/nowhere/config' (--kubeconfig) does not exist"),
        ({"STEADYHAND_PLAYBOOKS_DIR": "/nowhere/playbooks"}, "/nowhere/playbooks: cannot be read as a folder"),
        ({"STEADYHAND_SLACK__CHANNEL": "incidents"}, "slack.bot_token: `mode: socket` needs `bot_token`"),
        ({**SLACK, "STEADYHAND_SLACK__BOT_TOKEN_FILE": "/nowhere/bot"}, "slack.bot_token_file: /nowhere/bot"),
        ({"STEADYHAND_STATE_DIR": "/dev/null/state"}, "cannot use the data folder /dev/null/state"),
    ],
)
def test_what_cannot_be_mended_from_inside_is_one_line_and_status_two(run, tmp_path, variables, expected):
    environment = {PORT: "0", "STEADYHAND_STATE_DIR": str(tmp_path / "state"), "KUBECONFIG": "/nowhere", **variables}
    result = run("serve", env=environment)
    said = [line for line in result.stderr.splitlines() if not line.startswith("{")]
    assert result.exit_code == ExitCode.USAGE
    assert len(said) == 1
    assert said[0].startswith("steadyhand: ")
    assert expected in said[0]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (None, "cannot be read (No such file or directory)"),
        ("bad: [", ":1: column 7"),
        ("promethius: {}", ":1: promethius"),
    ],
)
def test_a_missing_or_broken_configuration_file_is_named_with_its_place(run, tmp_path, content, expected):
    file = tmp_path / "config.yaml"
    if content is not None:
        file.write_text(content)
    result = run("serve", "--config", str(file))
    assert result.exit_code == ExitCode.USAGE
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.startswith(f"steadyhand: {file}:")
    assert expected in result.stderr
