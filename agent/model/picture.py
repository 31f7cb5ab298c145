"""What a report can be drawn from: curves, two groups side by side, and who calls whom. Small and bounded.

Filled by `agent.policy.picture` and by the probes; the page (`agent.cli.page`) draws them, `--json` carries them.
"""

from agent.model.record import Record

LOOK_BACK, CLOSE_UP = "error ratio over the look-back", "error ratio around the onset"
AFTERWARDS = "error ratio since the action took effect"  # at each look, over all the time since
"""The curves a report has, by name."""


class Curve(Record):
    """One line over time: epoch seconds and a value at each, None where there was nothing to measure."""

    name: str
    unit: str  # "ratio": 0 to 1
    times: list[float]
    values: list[float | None]


class Side(Record):
    """One of the groups a test compares: pods of a revision, a span before or after, calls to somebody."""

    label: str
    value: float  # in `unit`
    unit: str = "ratio"
    bad: float | None = None  # where the value is a ratio of counted events
    total: float | None = None
    of: str = "requests"  # what was counted

    @classmethod
    def counted(cls, label: str, bad: float, total: float, of: str = "requests") -> "Side":
        """The share of bad events; 0 without events."""
        return cls(label=label, value=bad / total if total else 0.0, bad=bad, total=total, of=of)


class Link(Record):
    """Calls from one service to another, and how we know of them; numbers where failing calls were counted."""

    caller: str  # namespace/name
    callee: str
    known_by: str
    measured: bool = False  # metrics know this edge; otherwise only the configuration names it
    external: bool = False
    bad: float | None = None  # calls since the onset
    total: float | None = None
    failing: bool = False

    @property
    def ratio(self) -> float | None:
        """The share of calls that failed, where they were counted."""
        return None if self.bad is None or not self.total else self.bad / self.total
