"""Which call of which port goes wrong, and how: dice that a seed repeats exactly, and the list of what they did.

Each call has a stream of dice of its own (by its name and how often it was made), so that the n-th write of a ledger
fares alike however the tasks of the process interleave. Used by tests/torture/faulty.py.
"""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

RATES = (0.02, 0.05, 0.15, 0.4)
"""The share of a stricken port's calls that go wrong."""

SHARES = {"store": 0.3, "checkpoints": 0.3, "actuator": 2.0, "clock": 2.0}
"""The store is called at every turn, and five failures of a step in a row end an incident; the actuator seldom is."""

MOST = 40
"""Faults of one incident: then the weather clears, and what has not ended yet has to end."""

PORTS = ("metrics", "cluster", "actuator", "store", "checkpoints", "clock", "calendars")


@dataclass(frozen=True)
class Fault:
    """One call that went wrong; `about` is what it was asked or given."""

    number: int
    call: str
    kind: str
    dice: random.Random
    about: Any = None

    @property
    def words(self) -> str:
        """What the adapter says about it, told apart from all others."""
        return f"{self.kind} (fault {self.number})"


@dataclass
class Weather:
    """The faults of one incident."""

    seed: int
    left: int = field(init=False)
    faults: list[Fault] = field(default_factory=list)
    kept: list[int] = field(default_factory=list)
    """How many faults there had been whenever a step's end was written down."""

    _calls: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        dice = random.Random(f"weather {self.seed}")
        self.left = dice.randint(3, MOST)
        stricken = dice.sample(PORTS, dice.randint(1, len(PORTS)))
        self._rates = {port: dice.choice(RATES) * SHARES.get(port, 1.0) for port in stricken}

    def repeated(self, fault: Fault) -> bool:
        """Whether the step in which this went wrong was gone through again, because its end could not be written down."""
        end = next((count for count in self.kept if count >= fault.number), len(self.faults))
        later = self.faults[fault.number : end]
        return any(each.call.startswith(("store", "checkpoints")) for each in later)

    def clears(self) -> None:
        """Nothing goes wrong any more."""
        self.left = 0

    def strikes(
        self, port: str, call: str, kinds: Sequence[str], about: Any = None, share: float = 1.0
    ) -> Fault | None:
        """What goes wrong with this call, if anything; `share` for calls that are made all the time."""
        name = f"{port}.{call}"
        self._calls[name] += 1
        dice = random.Random(f"{self.seed} {name} {self._calls[name]}")
        if self.left <= 0 or dice.random() >= self._rates.get(port, 0.0) * share:
            return None
        self.left -= 1
        fault = Fault(len(self.faults) + 1, name, dice.choice(kinds), dice, about)
        self.faults.append(fault)
        return fault
