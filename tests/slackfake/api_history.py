"""conversations.history and .replies: how an app finds its own message again after a lost answer."""

from typing import Any

from tests.slackfake.call import Call, Method, Refusal
from tests.slackfake.state import BOT_USER, Channel, Message

READS = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
MOST = 999


def history(call: Call) -> dict[str, Any]:
    """Newest first, without what is said in threads."""
    channel = _read(call)
    return _page(call, _between(call, list(reversed(call.state.shown(channel.id)))))


def replies(call: Call) -> dict[str, Any]:
    """Oldest first, the message that began the thread among them."""
    channel = _read(call)
    parent = call.message(channel, error="thread_not_found")
    return _page(call, [parent, *_between(call, call.state.thread(parent.ts))])


def _read(call: Call) -> Channel:
    channel = call.channel()
    call.scoped(READS[channel.kind])
    if BOT_USER not in channel.members:
        raise Refusal("not_in_channel")
    return channel


def _between(call: Call, messages: list[Message]) -> list[Message]:
    oldest = call.number("oldest", 0, "invalid_ts_oldest")
    latest = call.number("latest", float("inf"), "invalid_ts_latest")
    edges = {call.text("oldest"), call.text("latest")} if call.flag("inclusive") else set()
    return [one for one in messages if oldest < float(one.ts) < latest or one.ts in edges]


def _page(call: Call, found: list[Message]) -> dict[str, Any]:
    limit = int(call.number("limit", 100, "invalid_limit"))
    if not 0 < limit <= MOST:
        raise Refusal("invalid_limit")
    start = int(call.number("cursor", 0, "invalid_cursor"))
    more = len(found) > start + limit
    answer: dict[str, Any] = {
        "messages": [_listed(call, one) for one in found[start : start + limit]],
        "has_more": more,
    }
    return answer | ({"response_metadata": {"next_cursor": str(start + limit)}} if more else {})


def _listed(call: Call, message: Message) -> dict[str, Any]:
    shown = message.json()
    if answers := call.state.thread(message.ts):
        shown |= {"thread_ts": message.ts, "reply_count": len(answers), "latest_reply": answers[-1].ts}
    if message.metadata and call.flag("include_all_metadata") and "metadata.message:read" in call.token.scopes:
        shown["metadata"] = message.metadata
    return shown


METHODS: dict[str, tuple[Method, tuple[str, ...], bool]] = {
    "conversations.history": (history, (), False),
    "conversations.replies": (replies, (), False),
}
