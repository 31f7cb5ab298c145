"""What an alert manager said of silences on an incident's alerts. Read through agent.silences, judged by agent.policy.company."""

from agent.model.record import Record


class SilenceReading(Record):
    """Those that are on now, each with who made it and why; None: it cannot be told, and `problem` says why."""

    silences: list[str] | None = None
    problem: str = ""


NONE_KNOWN = SilenceReading(silences=[])
"""Where no alert manager is configured: nobody could have been asked."""
