"""The one place where Slack asks the daemon to decide something: who, what, and in which words it is recorded."""

from datetime import UTC, datetime

from agent.errors import Refused
from agent.model.action import Scale
from agent.model.identity import Identity
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.operations import Operations
from agent.redact import redact
from integrations.slack.mrkdwn import rows
from integrations.slack.people import Person

LONGEST_REASON = 2_000
MOST_CHOICES = 25

Question = tuple[str, str]
"""Incident and digest."""


async def decide(
    operations: Operations,
    question: Question,
    kind: DecisionKind,
    by: Person,
    *,
    reason: str = "",
    narrow: dict[str, int | str] | None = None,
) -> None:
    """Answer a question. Raises Refused, saying why; NotAllowed, saying who may."""
    incident_id, digest = question
    decision = Decision(
        incident_id=incident_id,
        digest=digest,
        kind=kind,
        by=by.name,
        channel="slack",
        reason=redact(rows(reason, 40, LONGEST_REASON)).strip(),
        at=datetime.now(UTC),  # the daemon writes its own
    )
    await operations.decide(decision, identity(by), narrow)


async def take_over(operations: Operations, question: Question, by: Person) -> None:
    """A person is on it: nothing is proposed or done by us meanwhile. Raises Refused, NotAllowed."""
    await operations.take_over(question[0], identity(by), by.name)


def identity(by: Person) -> Identity:
    """What Slack proved: the user of that workspace, and the groups they are in."""
    return Identity(id=by.id, name=by.name, also=by.also)


def choices(proposal: Proposal) -> list[tuple[str, str]]:
    """The smaller forms that may be approved instead, as (value, words); none where nothing smaller is the same."""
    action, now = proposal.action, proposal.before.replicas
    if proposal.then or not isinstance(action, Scale):
        return []
    step = 1 if action.replicas > now else -1
    less = list(range(now + step, action.replicas, step))
    shown = less if len(less) <= MOST_CHOICES else less[:: -(-len(less) // MOST_CHOICES)]
    return [(str(replicas), f"{replicas} replicas instead of {action.replicas} (now {now})") for replicas in shown]


async def narrow(operations: Operations, question: Question, by: Person, choice: str) -> None:
    """Approve less than was asked. Raises Refused, NotAllowed."""
    if not (choice.isascii() and choice.isdigit()):
        raise Refused("that is none of the choices")
    await decide(operations, question, DecisionKind.APPROVED, by, narrow={"replicas": int(choice)})
