"""What a person who takes an incident over has to know, in five lists (agent.policy.handover fills and renders it)."""

from agent.model.record import Record


class HandOver(Record):
    """Sentences, each with its evidence ids; an empty list says that there is nothing of the kind."""

    title: str
    summary: str
    known: list[str] = []  # burn, onset, condition, the cause if one stands
    ruled_out: list[str] = []  # what was suspected and tested away
    invisible: list[str] = []  # what could not be seen
    tried: list[str] = []  # what was proposed, decided, done, taken back, and what came of it
    next: list[str] = []  # what to look at, and what would settle it
