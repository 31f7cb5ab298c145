"""`steadyhand ticket`: the text of a ticket or pull request for what Steadyhand may not do itself; changes nothing."""

import sys

from agent.cli.client import Client
from agent.cli.exits import ExitCode
from agent.policy.handover import ticket


def run(client: Client, prefix: str) -> int:
    """Print it as Markdown."""
    with client:
        report = client.report(client.resolve(prefix))
    sys.stdout.write(ticket(report))
    return ExitCode.CONFIRMED
