"""The one place where Slack asks the daemon to decide something: who, what, and in which words it is recorded."""

from datetime import UTC, datetime

from agent.errors import Refused
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.ports import Operations
from agent.redact import redact
from integrations.slack.mrkdwn import rows
from integrations.slack.people import Person

LONGEST_REASON = 2_000


async def decide(
    operations: Operations, question: tuple[str, str], kind: DecisionKind, by: Person, reason: str = ""
) -> None:
    """Answer the question with this incident and digest. Raises Refused, saying why."""
    incident_id, digest = question
    await operations.decide(
        Decision(
            incident_id=incident_id,
            digest=digest,
            kind=kind,
            by=by.id,
            channel="slack",
            reason=redact(rows(reason, 40, LONGEST_REASON)).strip(),
            at=datetime.now(UTC),  # the daemon writes its own
        )
    )


async def take_over(operations: Operations, question: tuple[str, str], by: Person) -> None:
    """A person is on it: nothing is done by us. Raises Refused, saying why."""
    await decide(operations, question, DecisionKind.DENIED, by, f"{by.name} is on it")


def choices(proposal: Proposal) -> list[tuple[str, str]]:
    """The narrower forms that may be approved instead, as (value, words); none where nothing smaller is the same."""
    del proposal
    return []


async def narrow(operations: Operations, question: tuple[str, str], by: Person, choice: str) -> None:
    """Approve less than was asked. Raises Refused, saying why."""
    del operations, question, by, choice
    raise Refused("this question cannot be narrowed; approve it as it is, or deny it")
