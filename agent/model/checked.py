"""What `steadyhand doctor` lists."""

from agent.model.record import Record


class Checked(Record):
    """One thing that was tried; `cost` is what an investigation lacks without it."""

    name: str
    ok: bool
    detail: str
    cost: str = ""
