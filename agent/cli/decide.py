"""`steadyhand approve`, `deny`, `take` and `hand-back`: a person's answer to exactly the proposal that was shown."""

import getpass
import sys

import typer
from rich.text import Text

from agent.cli import proposal_view
from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.cli.figures import stamp
from agent.cli.layout import terminal
from agent.cli.untrusted import line
from agent.errors import Refused
from agent.model.proposal import DecisionKind, Proposal


def approve(client: Client, prefix: str, *, by: str, reason: str, yes: bool, narrow: list[str] | None = None) -> int:
    """Show the card, ask, and approve the digest that was shown, or less of it."""
    less = narrowing(narrow or [])
    with client:
        proposal = client.proposal(client.resolve(prefix))
        terminal().print(proposal_view.card(proposal))
        if not yes and not _confirmed(proposal, less):
            terminal().print(Text(f"Nothing was decided; the question stays open until {stamp(proposal.expires_at)}."))
            return ExitCode.USAGE
        made = client.decide(proposal, DecisionKind.APPROVED, by, reason, less)
    terminal().print(Text(f"\n{proposal_view.decision(made)}: {line(proposal.allowed_by(made).action)}"))
    if made.awaits:
        people = "one more person has" if made.awaits == 1 else f"{made.awaits} more people have"
        terminal().print(Text(f"recorded; {people} to approve before it is done"))
    return ExitCode.CONFIRMED


def deny(client: Client, prefix: str, *, by: str, reason: str) -> int:
    """Deny the open proposal; Refused without a reason, because memory keeps it."""
    if not reason.strip():
        raise Refused("a denial needs a reason: --reason TEXT; it is what the next investigation learns from")
    with client:
        proposal = client.proposal(client.resolve(prefix))
        made = client.decide(proposal, DecisionKind.DENIED, by, reason)
    terminal().print(
        Text(f"denied by {line(made.who, 200)}: {line(proposal.what)} (digest {proposal_view.short(proposal)})")
    )
    return ExitCode.CONFIRMED


def take(client: Client, prefix: str, *, by: str) -> int:
    """Take an incident over: nothing is proposed or done until it is handed back."""
    with client:
        incident = client.take(client.resolve(prefix), by)
    terminal().print(Text(f"{line(incident.taken_by, 200)} is on {line(incident.id, 80)}; hand it back with"))
    terminal().print(Text(f"  steadyhand hand-back {line(incident.id, 80)}"))
    return ExitCode.CONFIRMED


def hand_back(client: Client, prefix: str, *, by: str) -> int:
    """Let the daemon go on where the incident stands."""
    with client:
        incident = client.hand_back(client.resolve(prefix), by)
    terminal().print(Text(f"{line(incident.id, 80)} is handed back; it goes on at {incident.phase.value}"))
    return ExitCode.CONFIRMED


def narrowing(given: list[str]) -> dict[str, int | str]:
    """FIELD=VALUE pairs as the API takes them; Refused for anything else."""
    found: dict[str, int | str] = {}
    for text in given:
        field, equals, value = text.partition("=")
        if not (field.strip() and equals and value.strip()) or field.strip() in found:
            raise Refused(f"--narrow {line(text, 80)}: write each field once, as FIELD=VALUE, for example replicas=3")
        plain = value.strip()
        found[field.strip()] = int(plain) if plain.isascii() and plain.isdigit() else plain
    return found


def name_of(given: str | None) -> str:
    """The name a decision is recorded under: as given, else the login name."""
    if given and given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise Refused("this user has no login name here; say who decides with --by NAME") from error


def _confirmed(proposal: Proposal, less: dict[str, int | str]) -> bool:
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to confirm on; read the proposal above, then repeat with --yes")
    only = f", narrowed to {', '.join(f'{field}={value}' for field, value in less.items())}" if less else ""
    return typer.confirm(f"\nApprove digest {proposal_view.short(proposal)}{line(only, 200)}?", default=False)
