import pytest
import typer
from typer.testing import CliRunner

from agent.cli.verbs import Verbs
from agent.errors import Refused, Temporary, Uncertain, Unusable


def run_one(body, *arguments):
    """A command line of ours with one verb, `do`, and its result."""
    app = typer.Typer(cls=Verbs, rich_markup_mode=None, pretty_exceptions_enable=False)

    @app.callback()
    def globally(debug: bool = False) -> None:
        """Only the flag."""

    app.command("do")(body)
    return CliRunner().invoke(app, [*arguments, "do"])


def failing(error):
    def body() -> None:
        raise error

    return body


@pytest.mark.parametrize("kind", [Refused, Temporary, Uncertain, Unusable])
def test_an_error_of_ours_is_one_line_and_exit_status_2(kind):
    result = run_one(failing(kind("config.yaml:3: no such key")))
    assert result.exit_code == 2
    assert result.stderr == "steadyhand: config.yaml:3: no such key\n"


def test_an_unexpected_error_is_short_and_points_at_debug():
    result = run_one(failing(KeyError("x")))
    assert result.exit_code == 1
    assert result.stderr.startswith("steadyhand: KeyError: 'x'\n")
    assert "steadyhand --debug" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("error", [KeyError("x"), Unusable("y")])
def test_debug_lets_the_error_through(error):
    assert run_one(failing(error), "--debug").exception is error


def test_an_error_text_cannot_steer_the_terminal_nor_leak_a_secret():
    result = run_one(failing(Refused("\x1b[2Jbad password=hunter2hunter2\x07")))
    assert "hunter2" not in result.stderr
    assert "\x1b" not in result.stderr
    assert "\x07" not in result.stderr


@pytest.mark.parametrize("status", [0, 3, 6])
def test_what_a_verb_returns_is_the_exit_status(status):
    def body() -> int:
        return status

    assert run_one(body).exit_code == status


def test_bad_usage_keeps_its_own_message():
    result = run_one(failing(typer.BadParameter("say what")))
    assert result.exit_code == 2
    assert "say what" in result.stderr
