"""Starts, and ends with a stack trace."""

import os


class Ledger:
    def __init__(self, settings: dict[str, str]) -> None:
        self.limit = settings["LEDGER_LIMIT"]


print("INFO ledger starting, release", os.environ.get("RELEASE", "none"))
Ledger(settings={})
