"""`steadyhand slack …`: the verbs about Slack. Imported at every start, so nothing heavy is imported at its top."""

import typer

from agent.cli import flags

app = typer.Typer(help="Check the way to Slack.", no_args_is_help=True)


@app.callback()
def _verbs() -> None:
    """Check the way to Slack."""


@app.command("check")
def check(config: flags.Config = None, as_json: flags.Json = False) -> int:
    """Say which scope is missing, whether the channels take messages from the app, and whether the socket opens."""
    import asyncio  # noqa: PLC0415 - as below

    from agent import channels, settings  # noqa: PLC0415 - heavy
    from agent.cli import doctor  # noqa: PLC0415 - heavy

    return doctor.show(asyncio.run(channels.slack_checked(settings.load(config))), as_json=as_json)
