"""`steadyhand approve` and `steadyhand deny`: a person's answer to exactly the proposal that was shown."""

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


def approve(client: Client, prefix: str, *, by: str, reason: str, yes: bool) -> int:
    """Show the card, ask, and approve the digest that was shown."""
    with client:
        proposal = client.proposal(client.resolve(prefix))
        terminal().print(proposal_view.card(proposal))
        if not yes and not _confirmed(proposal):
            terminal().print(Text(f"Nothing was decided; the question stays open until {stamp(proposal.expires_at)}."))
            return ExitCode.USAGE
        made = client.decide(proposal, DecisionKind.APPROVED, by, reason)
    terminal().print(Text(f"\n{proposal_view.decision(made)}: {line(proposal.action)}"))
    return ExitCode.CONFIRMED


def deny(client: Client, prefix: str, *, by: str, reason: str) -> int:
    """Deny the open proposal; Refused without a reason, because memory keeps it."""
    if not reason.strip():
        raise Refused("a denial needs a reason: --reason TEXT; it is what the next investigation learns from")
    with client:
        proposal = client.proposal(client.resolve(prefix))
        client.decide(proposal, DecisionKind.DENIED, by, reason)
    terminal().print(
        Text(f"denied by {line(by, 80)}: {line(proposal.action)} (digest {proposal_view.short(proposal)})")
    )
    return ExitCode.CONFIRMED


def name_of(given: str | None) -> str:
    """The name a decision is recorded under: as given, else the login name."""
    if given and given.strip():
        return given.strip()
    try:
        return getpass.getuser()
    except (OSError, KeyError) as error:
        raise Refused("this user has no login name here; say who decides with --by NAME") from error


def _confirmed(proposal: Proposal) -> bool:
    if not sys.stdin.isatty():
        raise Refused("there is no terminal to confirm on; read the proposal above, then repeat with --yes")
    return typer.confirm(f"\nApprove digest {proposal_view.short(proposal)}?", default=False)
