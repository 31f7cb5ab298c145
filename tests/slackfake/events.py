"""What an event says of a message that was posted, edited or deleted; `actors.py` brings it."""

from typing import Any

from tests.slackfake.state import Message


def changed(message: Message, what: str) -> dict[str, Any]:
    """The event about a message that was "edited" or "deleted" a moment ago."""
    stamp = f"{message.now.at:.6f}"
    event = {"type": "message", "hidden": True, "ts": stamp, "event_ts": stamp}
    if what == "deleted":
        return event | {"subtype": "message_deleted", "deleted_ts": message.ts, "previous_message": message.json()}
    return event | {"subtype": "message_changed", "message": message.json(), "previous_message": message.json(-2)}
