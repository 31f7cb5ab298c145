"""The command group of main.py: a verb returns its exit status, and no error reaches a person as a traceback."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from agent.cli.exits import ExitCode
from agent.errors import SteadyhandError


class Verbs(TyperGroup):
    """Turns what a verb returns or raises into an exit status and, on an error, one line on standard error."""

    def invoke(self, ctx: Any) -> Any:
        """Run the verb; raises typer.Exit with its status unless that is 0."""
        try:
            status = super().invoke(ctx)
        except (typer.TyperException, typer.Exit, typer.Abort, BrokenPipeError):
            raise  # typer's own, and a pipe that was closed: typer knows what to do
        except SteadyhandError as error:
            if ctx.params.get("debug"):
                raise
            _complain(error, "")
            raise typer.Exit(ExitCode.USAGE) from None
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            _complain(error, f"{type(error).__name__}: ")
            sys.stderr.write("This is a fault of Steadyhand. `steadyhand --debug COMMAND …` shows where it happened.\n")
            raise typer.Exit(ExitCode.FAILED) from None
        if isinstance(status, int) and status:
            raise typer.Exit(int(status))
        return status


def _complain(error: Exception, prefix: str) -> None:
    from agent.cli.untrusted import line  # noqa: PLC0415 - only when something went wrong
    from agent.redact import redact  # noqa: PLC0415 - the same

    text = line(redact(f"{prefix}{error}".strip() or type(error).__name__), 2000)
    sys.stderr.write(f"steadyhand: {text}\n")
