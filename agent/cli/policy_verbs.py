"""The verbs of `steadyhand policy` with their options; as light at start as main.py, which adds them."""

import typer

from agent.cli import flags

app = typer.Typer(help="Explain what the guard says, or check its freezes.", no_args_is_help=True)


@app.command("explain")
def policy_explain(
    target: flags.Explained,
    config: flags.Config = None,
    as_json: flags.Json = False,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Show what every rule of the guard says, and which one decided.

    TARGET is an incident of the daemon, a recording, or an attempt in a YAML file (docs/policy.md).
    """
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import policy as verb  # noqa: PLC0415 - heavy

    return verb.explain(target, config, lambda: client.connect(url, token_file), as_json=as_json)


@app.command("check")
def policy_check(config: flags.Config = None) -> int:
    """Read policy and calendars, and say which freezes are on now."""
    from agent.cli import policy as verb  # noqa: PLC0415 - heavy

    return verb.check(config)
