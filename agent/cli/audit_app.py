"""The verbs under `steadyhand audit`; light, because main.py imports it at start."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.cli import flags

audit_app = typer.Typer(help="Check the record of who did what and why, or export it.", no_args_is_help=True)

Export = Annotated[
    Path | None,
    typer.Option("--file", metavar="FILE", help="Check this export (JSON lines) instead of the data folder."),
]
Kept = Annotated[
    str,
    typer.Option("--head", metavar="SEQ:HASH", help="An earlier head, kept elsewhere, that must be part of it."),
]
Since = Annotated[
    str | None, typer.Option("--since", metavar="TIME", help="From this time on (ISO 8601, or how long ago: '7d ago').")
]
Format = Annotated[Literal["jsonl"], typer.Option("--format", help="One entry a line, as JSON.")]


@audit_app.command("verify")
def verify(config: flags.Config = None, file: Export = None, head: Kept = "") -> int:
    """Follow the chain of hashes; name the first broken entry.

    Works beside a running daemon. Exit status 1 when something is broken.
    """
    from agent.cli import audit as verb  # noqa: PLC0415 - heavy

    return verb.verify(config, file, head)


@audit_app.command("export")
def export(config: flags.Config = None, since: Since = None, form: Format = "jsonl") -> int:
    """Print the entries, oldest first."""
    from agent.cli import audit as verb  # noqa: PLC0415 - heavy

    del form
    return verb.export(config, since)
