"""Shows incidents remembered from before: how they ended, and what was ruled out then."""

from rich.console import Group, RenderableType
from rich.text import Text

from agent.cli.figures import percent, stamp
from agent.cli.layout import paragraph, rows
from agent.cli.untrusted import line
from agent.model.memory import Memory
from agent.model.proposal import DecisionKind


def memories(items: list[Memory]) -> RenderableType:
    """One block each, in the order given."""
    blocks: list[RenderableType] = []
    for memory in items:
        blocks += [paragraph(gist(memory), "bold"), details(memory)]
    return Group(*blocks)


def gists(items: list[Memory]) -> RenderableType:
    """One line each: `show` and the report have the rest."""
    return Group(*(paragraph(f"{gist(memory)} ({memory.incident_id})") for memory in items))


def gist(memory: Memory) -> str:
    """One incident in a line."""
    cause = f"{line(memory.cause, 80)} at {percent(memory.confidence)}" if memory.cause else "no cause confirmed"
    denied = f"; {decision(memory)}" if memory.decision == DecisionKind.DENIED else ""
    return f"{line(memory.title, 200)}: {memory.resolution.value.replace('_', ' ')}; {cause}{denied}"


def details(memory: Memory) -> RenderableType:
    """What is kept of it, the rejected paths too."""
    facts: list[tuple[str, str | Text]] = [
        ("incident", f"{memory.incident_id}, closed {stamp(memory.closed_at)}"),
        ("condition", memory.condition),
        ("ruled out", "; ".join(line(claim, 200) for claim in memory.ruled_out)),
        ("action", memory.action),
        ("decision", decision(memory)),
        ("verified", memory.verification),
    ]
    return rows(facts)


def decision(memory: Memory) -> str:
    """What was decided, by whom and why."""
    by = f" by {line(memory.decided_by, 200)}" if memory.decided_by else ""
    because = f" because: {line(memory.decision_reason)}" if memory.decision_reason else ""
    return f"{memory.decision}{by}{because}" if memory.decision else ""
