"""Recordings that are whole, and hold values that no investigation can work with: said in one sentence by every verb that replays one."""

import asyncio
from pathlib import Path

from agent.errors import Unusable
from agent.model.rules import Rules
from agent.model.snapshot import Snapshot
from agent.replay import Replayed, replay

UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)
"""What arithmetic on impossible times, sizes and numbers raises."""


def unfit(file: Path, error: Exception) -> str:
    """What a person is told."""
    return f"{file}: the recording holds values that cannot be worked with ({type(error).__name__}: {error}); record the incident again"


def replayed(snapshot: Snapshot, house: Rules | None, file: Path, at: str = "") -> Replayed:
    """As agent.replay does it. Raises Unusable for values that cannot be worked with."""
    try:
        return asyncio.run(replay(snapshot, house, at))
    except UNFIT as error:
        raise Unusable(unfit(file, error)) from error
