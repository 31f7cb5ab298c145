"""The command group of main.py: a verb returns its exit status, and no error reaches a person as a traceback."""

import sys
from typing import Any

import typer
from typer.core import TyperGroup

from agent.cli.exits import ExitCode
from agent.errors import SteadyhandError, Unusable
from agent.redact import redact


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
            # about files and flags of ours, worded without values: masking would eat names such as api.token
            _complain(str(error) if isinstance(error, Unusable) else redact(str(error)))
            raise typer.Exit(ExitCode.USAGE) from None
        except Exception as error:
            if ctx.params.get("debug"):
                raise
            _complain(redact(f"{type(error).__name__}: {error}"))
            sys.stderr.write("This is a fault of Steadyhand. `steadyhand --debug COMMAND …` shows where it happened.\n")
            raise typer.Exit(ExitCode.FAILED) from None
        if isinstance(status, int) and status:
            raise typer.Exit(int(status))
        return status


def _complain(told: str) -> None:
    """One line each; nothing in them can steer a terminal."""
    from agent.cli.untrusted import line  # noqa: PLC0415 - only when something went wrong

    for text in told.splitlines() or ["no reason was given"]:
        sys.stderr.write(f"steadyhand: {line(text, 2000)}\n")
