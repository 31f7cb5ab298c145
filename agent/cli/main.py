"""The `steadyhand` command: every verb with its options, and nothing else.

`steadyhand --help` has to start fast, so this module imports typer and light modules only; what a
verb needs is imported in its body (tests/cli/test_startup.py holds it to that).
"""

from datetime import UTC, datetime

import typer

from agent.cli import answers, exits, flags, playbook_verbs, policy_verbs, slack
from agent.cli.audit_app import audit_app
from agent.cli.options import InvestigateOptions, headers_of
from agent.cli.verbs import Verbs

app = typer.Typer(
    name="steadyhand",
    cls=Verbs,
    help="An SRE agent that tests before it blames and asks before it acts.",
    epilog=exits.epilog(),
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
config_app = typer.Typer(help="Check a configuration file, or show what it amounts to.", no_args_is_help=True)
app.add_typer(config_app, name="config", rich_help_panel=None)
app.add_typer(policy_verbs.app, name="policy", rich_help_panel=None)
app.add_typer(playbook_verbs.app, name="playbook", rich_help_panel=None)
app.add_typer(audit_app, name="audit", rich_help_panel=None)
app.add_typer(slack.app, name="slack", rich_help_panel=None)


@app.callback()
def _globally(debug: flags.Debug = False) -> None:
    """An SRE agent that tests before it blames and asks before it acts."""


@app.command()
def demo(
    yes: flags.DemoYes = False,
    speed: flags.Speed = 20.0,
    seed: flags.Seed = 7,
    record_transcript: flags.Transcript = None,
    html: flags.DemoHtml = None,
) -> int:
    """Run two incidents in a simulated shop, live."""
    from agent.cli import demo as verb  # noqa: PLC0415 - heavy

    return verb.run(yes=yes, speed=speed, seed=seed, record_transcript=record_transcript, html=html)


@app.command()
def investigate(  # noqa: PLR0913 - a command's parameters are its options
    *,
    service: flags.Service = None,
    alert: flags.AlertBody = None,
    kubeconfig: flags.Kubeconfig = None,
    context: flags.Context = None,
    prometheus: flags.Prometheus = None,
    header: flags.Headers = None,
    bearer_token_file: flags.BearerTokenFile = None,
    ca_file: flags.CaFile = None,
    insecure: flags.Insecure = False,
    at: flags.At = None,
    as_json: flags.Json = False,
    html: flags.Html = None,
    config: flags.Config = None,
    no_cluster: flags.NoCluster = False,
    timeout: flags.Timeout = 120.0,
    record: flags.RecordTo = None,
) -> int:
    """Investigate one service, now or in the past; only reads."""
    from agent.model.entity import ServiceRef  # noqa: PLC0415 - pydantic

    if (service is None) == (alert is None):
        raise typer.BadParameter("say what to investigate: either --service NAMESPACE/NAME or --alert FILE")
    try:
        options = InvestigateOptions(
            service=ServiceRef.parse(service) if service is not None else None,
            alert=alert,
            kubeconfig=kubeconfig,
            context=context,
            prometheus=prometheus,
            prometheus_headers=headers_of(header or []),
            bearer_token_file=bearer_token_file,
            ca_file=ca_file,
            insecure=insecure,
            at=_moment(at),
            as_json=as_json,
            html=html,
            config=config,
            no_cluster=no_cluster,
            timeout_seconds=timeout,
            record=record,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    from agent.cli import investigate as verb  # noqa: PLC0415 - heavy

    return verb.run(options)


@app.command()
def serve(config: flags.Config = None, dry_run: flags.DryRun = None) -> int:
    """Run the daemon that takes in alerts."""
    from agent.cli import serve as verb  # noqa: PLC0415 - heavy

    return verb.run(config, dry_run=dry_run)


@app.command()
def incidents(
    state: flags.State = "open",
    limit: flags.Limit = 50,
    as_json: flags.Json = False,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """List the daemon's incidents, newest first."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import incidents as verb  # noqa: PLC0415 - heavy

    return verb.run(client.connect(url, token_file), state=state, limit=limit, as_json=as_json)


@app.command()
def show(
    incident: flags.IncidentId,
    as_json: flags.Json = False,
    html: flags.Html = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Show the report of one incident."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import incidents as verb  # noqa: PLC0415 - heavy

    return verb.show(client.connect(url, token_file), incident, as_json=as_json, html=html)


@app.command()
def ticket(
    incident: flags.IncidentId,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Print the text of a ticket about one incident."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import ticket as verb  # noqa: PLC0415 - heavy

    return verb.run(client.connect(url, token_file), incident)


@app.command()
def record(
    incident: flags.IncidentId,
    out: flags.Out = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Keep the recording of one incident in a file."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import record as verb  # noqa: PLC0415 - heavy

    return verb.run(client.connect(url, token_file), incident, out)


@app.command()
def replay(
    *,
    path: flags.Recording,
    at: flags.AtStep = "",
    diff: flags.Diff = False,
    config: flags.OtherConfig = None,
    playbooks: flags.OtherPlaybooks = None,
    as_json: flags.Json = False,
) -> int:
    """Investigate again from a recording, without a network."""
    from agent.cli import replay as verb  # noqa: PLC0415 - heavy

    if diff and at:
        raise typer.BadParameter("--diff compares whole investigations; leave out --at")
    return verb.run(verb.ReplayOptions(path, at, diff, config, playbooks, as_json))


for answer in (answers.approve, answers.deny, answers.take):
    app.command()(answer)
app.command("hand-back")(answers.hand_back)


@app.command()
def watch(
    incident: flags.OptionalIncidentId = None,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Follow an incident live until it is closed.

    Ctrl-C ends the watching, not the incident.
    """
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import watch as verb  # noqa: PLC0415 - heavy

    return verb.run(client.connect(url, token_file), incident)


@app.command()
def scorecard(
    as_json: flags.Json = False,
    url: flags.Url = flags.DEFAULT_URL,
    token_file: flags.TokenFile = None,
) -> int:
    """Score the daemon's confidences by what its actions did."""
    from agent.cli import client  # noqa: PLC0415 - heavy
    from agent.cli import scorecard as verb  # noqa: PLC0415 - heavy

    return verb.run(client.connect(url, token_file), as_json=as_json)


@app.command()
def doctor(
    config: flags.Config = None,
    prometheus: flags.Prometheus = None,
    kubeconfig: flags.Kubeconfig = None,
    context: flags.Context = None,
    as_json: flags.Json = False,
) -> int:
    """Say what can be reached and done, and what is missing."""
    from agent.cli import doctor as verb  # noqa: PLC0415 - heavy

    overrides: dict[str, object] = {
        "prometheus.url": prometheus,
        "kubernetes.kubeconfig": kubeconfig,
        "kubernetes.context": context,
    }
    return verb.run(config, as_json=as_json, overrides=overrides)


@config_app.command("check")
def config_check(file: flags.ConfigFile) -> int:
    """Say whether a configuration file is valid.

    If it is not: where, and what to write instead.
    """
    from agent.cli import configuration as verb  # noqa: PLC0415 - heavy

    return verb.check(file)


@config_app.command("show")
def config_show(file: flags.OptionalConfigFile = None) -> int:
    """Print the effective configuration, secrets masked."""
    from agent.cli import configuration as verb  # noqa: PLC0415 - heavy

    return verb.show(file)


@app.command()
def version() -> None:
    """Print the version."""
    from agent import __version__  # noqa: PLC0415 - one place for all verbs' imports

    typer.echo(f"steadyhand {__version__}")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    from agent.cli.moment import parse_moment  # noqa: PLC0415 - only with --at

    return parse_moment(text, datetime.now(UTC))
