"""Slack's SDK tries to connect every few seconds and logs each failure with a traceback: one line is enough, now and then."""

import asyncio
import logging
import time
from collections.abc import Callable

import aiohttp
from slack_sdk.errors import SlackClientError

AGAIN_SECONDS = 300.0
"""After this long the same failure is told again."""

_FAR_AWAY = (aiohttp.ClientError, SlackClientError, asyncio.TimeoutError, OSError)


class OneLine(logging.Filter):
    """Drops the traceback of a failure that is not ours, and its repetitions. A fault of ours keeps its traceback."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._told: tuple[str, float] = ("", 0.0)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written; it may lose its traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, _FAR_AWAY):
            return True
        record.exc_info = record.exc_text = None
        text, at = self._told
        now = self._clock()
        if record.getMessage() == text and now - at < AGAIN_SECONDS:
            return False
        self._told = (record.getMessage(), now)
        return True
