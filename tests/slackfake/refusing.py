"""What the SDK raises when Slack refuses, taken apart for tests."""

from collections.abc import Awaitable
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError


async def refused(call: Awaitable[Any]) -> tuple[str, Any]:
    """The error of a call that Slack does not take, and the whole answer."""
    with pytest.raises(SlackApiError) as raised:
        await call
    return raised.value.response["error"], raised.value.response
