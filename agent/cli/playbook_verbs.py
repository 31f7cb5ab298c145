"""The verbs of `steadyhand playbook` with their options; as light at start as main.py, which adds them."""

import typer

from agent.cli import flags

app = typer.Typer(help="List, show, check and try playbooks.", no_args_is_help=True)


@app.command("list")
def playbook_list(config: flags.Config = None, as_json: flags.Json = False) -> int:
    """List the playbooks that may be proposed, ours and your own."""
    from agent.cli import playbook as verb  # noqa: PLC0415 - heavy

    return verb.show_all(config, as_json=as_json)


@app.command("show")
def playbook_show(name: flags.PlaybookName, config: flags.Config = None, as_json: flags.Json = False) -> int:
    """Show what a playbook treats, does, and how it is verified and taken back."""
    from agent.cli import playbook as verb  # noqa: PLC0415 - heavy

    return verb.show(name, config, as_json=as_json)


@app.command("check")
def playbook_check(place: flags.PlaybookPlace = None, config: flags.Config = None) -> int:
    """Check a file or folder of playbooks; without one, those of the configuration."""
    from agent.cli import playbook as verb  # noqa: PLC0415 - heavy

    return verb.check(place, config)


@app.command("try")
def playbook_try(
    playbook: flags.PlaybookNameOrFile,
    target: flags.TriedOn,
    config: flags.Config = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Say what a playbook would have proposed in an incident, or why nothing; nothing is asked and nothing done."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import playbook as verb  # noqa: PLC0415 - heavy

    return verb.attempt(playbook, target, config, lambda: client.connect(url, token_file))
