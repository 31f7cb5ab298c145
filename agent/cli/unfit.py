"""Recordings that are whole, and hold values that no investigation can work with: said in one sentence, by replay and its comparison."""

from pathlib import Path

UNFIT = (ArithmeticError, LookupError, TypeError, ValueError)
"""What arithmetic on impossible times, sizes and numbers raises."""


def unfit(file: Path, error: Exception) -> str:
    """What a person is told."""
    return f"{file}: the recording holds values that cannot be worked with ({type(error).__name__}: {error}); record the incident again"
