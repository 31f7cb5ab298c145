"""Every option and argument of the command line, described once; main.py puts them into its verbs' signatures.

Imported at start: typer and the standard library only.
"""

from pathlib import Path
from typing import Annotated, Literal

import typer

DEFAULT_URL = "http://127.0.0.1:8484"

Debug = Annotated[bool, typer.Option("--debug", help="Show a traceback when something of ours fails.")]
Config = Annotated[Path | None, typer.Option("--config", metavar="FILE", help="Configuration file (YAML).")]
DryRun = Annotated[
    bool | None,
    typer.Option("--dry-run/--no-dry-run", help="Say what would be done, and change nothing in the cluster."),
]
ConfigFile = Annotated[Path, typer.Argument(metavar="FILE", help="Configuration file (YAML).")]
OptionalConfigFile = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE]", help="Configuration file (YAML); without it: defaults and environment."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the machine form (JSON) instead of text.")]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Also write the report as one self-contained page (no scripts)."),
]

DemoYes = Annotated[bool, typer.Option("--yes", help="Answer yes to every question, without waiting.")]
Speed = Annotated[float, typer.Option(min=0.1, max=300, help="How much faster than real time the simulation runs.")]
Seed = Annotated[int, typer.Option(help="Seed of the simulation: the same seed tells the same story.")]
Transcript = Annotated[
    Path | None, typer.Option("--record-transcript", metavar="FILE", help="Also write what is shown to this file.")
]
DemoHtml = Annotated[
    Path | None, typer.Option("--html", metavar="FILE", help="Also write the first act's report as a page.")
]

Service = Annotated[
    str | None,
    typer.Option(
        "--service",
        metavar="NAMESPACE/NAME",
        help="The service to look at, for example shop/checkout; NAMESPACE/* is all of a namespace.",
    ),
]
AlertBody = Annotated[
    str | None,
    typer.Option(
        "--alert", metavar="FILE|-", help="An Alertmanager webhook body to start from; - reads standard input."
    ),
]
Kubeconfig = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Kubeconfig; default as kubectl: $KUBECONFIG, then ~/.kube/config.")
]
Context = Annotated[
    str | None, typer.Option(metavar="NAME", help="Context in the kubeconfig; default: its current one.")
]
NoCluster = Annotated[bool, typer.Option("--no-cluster", help="Ask no Kubernetes API; changes stay unseen.")]
Prometheus = Annotated[str | None, typer.Option(metavar="URL", help="Base URL of Prometheus, Thanos, Mimir, …")]
Headers = Annotated[
    list[str] | None,
    typer.Option(
        "--prometheus-header", metavar="'NAME: VALUE'", help="Header for every Prometheus request; repeatable."
    ),
]
BearerTokenFile = Annotated[
    Path | None,
    typer.Option("--prometheus-bearer-token-file", metavar="FILE", help="File with a bearer token for Prometheus."),
]
CaFile = Annotated[
    Path | None,
    typer.Option("--prometheus-ca-file", metavar="FILE", help="PEM file that Prometheus' certificate is checked by."),
]
Insecure = Annotated[bool, typer.Option("--prometheus-insecure", help="Do not check Prometheus' certificate.")]
At = Annotated[
    str | None, typer.Option("--at", metavar="TIME", help="Investigate the past: an ISO time, or '30m ago'.")
]
RecordTo = Annotated[
    Path | None, typer.Option("--record", metavar="FILE", help="Also keep a recording, secrets masked, in this file.")
]
Timeout = Annotated[float, typer.Option(min=1, max=3600, metavar="SECONDS", help="Give up asking after this long.")]

Url = Annotated[str, typer.Option("--url", metavar="URL", envvar="STEADYHAND_URL", help="Where the daemon listens.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(
        "--token-file", metavar="FILE", help="File with the daemon's token; default: the variable STEADYHAND_TOKEN."
    ),
]
IncidentId = Annotated[str, typer.Argument(metavar="ID", help="Incident id, or the beginning of it if that is unique.")]
OptionalIncidentId = Annotated[
    str | None, typer.Argument(metavar="[ID]", help="Incident id; default: the newest open one, or the next to come.")
]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="FILE", help="File to write; default: the id with .steadyhand.")
]
Recording = Annotated[Path, typer.Argument(metavar="FILE", help="A recording; with --diff a folder of them.")]
AtStep = Annotated[
    str,
    typer.Option("--at", metavar="STEP", help="What was known after a step: examine, or examine:2 for a second round."),
]
Diff = Annotated[
    bool,
    typer.Option(
        "--diff", help="Say what would be concluded now: 0 nothing changed, 1 something did, 2 unusable files."
    ),
]
OtherConfig = Annotated[
    Path | None, typer.Option("--config", metavar="FILE", help="Use the rules of this configuration, not the recorded.")
]
OtherPlaybooks = Annotated[
    Path | None, typer.Option("--playbooks", metavar="DIR", help="Use the playbooks of this folder, not the recorded.")
]
Explained = Annotated[
    str, typer.Argument(metavar="TARGET", help="Incident id, a recording, or an attempt as YAML (.yaml, .yml).")
]
PlaybookName = Annotated[str, typer.Argument(metavar="NAME", help="Name of a playbook.")]
PlaybookNameOrFile = Annotated[str, typer.Argument(metavar="PLAYBOOK", help="Name of a playbook, or a file of one.")]
PlaybookPlace = Annotated[Path | None, typer.Argument(metavar="[FILE|FOLDER]", help="A playbook, or a folder of them.")]
TriedOn = Annotated[str, typer.Argument(metavar="TARGET", help="Incident id, or a recording.")]
State = Annotated[Literal["open", "closed", "all"], typer.Option("--state", help="Which incidents.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="At most this many, newest first.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is remembered.")]
By = Annotated[str | None, typer.Option("--by", metavar="NAME", help="The name to show; default: your login name.")]
Narrow = Annotated[
    list[str] | None,
    typer.Option(
        "--narrow", metavar="FIELD=VALUE", help="Allow less than was asked, for example replicas=3; repeatable."
    ),
]
