import logging

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from integrations.slack.quiet import AGAIN_SECONDS, OneLine


def failure(text, error):
    return logging.LogRecord("slack_bolt", logging.ERROR, "file", 1, text, None, (type(error), error, None))


@pytest.mark.parametrize(
    "error",
    [aiohttp.ClientConnectionError("gone"), SlackApiError("invalid_auth", {}), TimeoutError(), OSError("no route")],
)
def test_a_failure_to_connect_is_told_in_one_line_and_again_only_after_a_while(error):
    now = [1000.0]
    quiet = OneLine(lambda: now[0])
    first = failure("Failed to connect", error)
    assert quiet.filter(first)
    assert first.exc_info is None
    assert not quiet.filter(failure("Failed to connect", error))
    assert quiet.filter(failure("Failed to connect, otherwise", error))
    now[0] += AGAIN_SECONDS
    assert quiet.filter(failure("Failed to connect, otherwise", error))


def test_a_fault_of_ours_keeps_its_traceback_every_time():
    quiet = OneLine()
    for _ in range(2):
        record = failure("Failed to run listener", KeyError("team"))
        assert quiet.filter(record)
        assert record.exc_info


def test_what_is_no_failure_is_told_as_it_is():
    record = logging.LogRecord("slack_bolt", logging.INFO, "file", 1, "a session", None, None)
    assert OneLine().filter(record)
