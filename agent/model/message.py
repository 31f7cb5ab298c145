"""Log lines and trace spans of several services at once, from wherever logs and traces are kept."""

from agent.model.record import Instant, Record


class Message(Record):
    """One log line, or `count` lines of one shape; secrets masked. `level` is as the source says it, "" if it does not."""

    service: str
    at: Instant | None = None
    level: str = ""
    text: str
    fields: dict[str, str] = {}  # structured fields beside the text
    pod: str = ""
    count: int = 1


class Span(Record):
    """One operation of one service within a trace."""

    trace: str
    id: str
    parent: str = ""
    service: str
    peer: str = ""  # whom a client span called, where it says so
    name: str = ""
    at: Instant
    milliseconds: float = 0.0
    failed: bool = False
    error: str = ""
    fields: dict[str, str] = {}
