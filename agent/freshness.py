"""The port of freshness: when what was just read will do, and when it must be read anew.

A part of agent.ports. An investigation's round asks about one moment, and its questions overlap; a decision to act
looks again at what it is about. Sources that keep nothing have no use for it.
"""

from typing import Protocol


class Freshness(Protocol):
    """For all incidents at once: where one reads anew, the others do as well."""

    def settle(self) -> None:
        """What is read from now on may be given again for a short while, to whoever asks; nothing from before now."""

    def renew(self) -> None:
        """Whatever is asked from now on is read anew."""


class Unkept:
    """Sources that read everything anew each time."""

    def settle(self) -> None:
        """Nothing."""

    def renew(self) -> None:
        """Nothing."""


UNKEPT = Unkept()
