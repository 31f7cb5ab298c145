"""chat.* and reactions.*: posting, editing and deleting messages."""

from typing import Any

from tests.slackfake.call import Call, Method, Refusal
from tests.slackfake.state import BOT_USER

LONGEST_POST = 40_000
LONGEST_UPDATE = 4_000
MOST_REACTIONS = 23


def post(call: Call) -> dict[str, Any]:
    channel = call.channel(write=True)
    content = _content(call, LONGEST_POST)
    thread = call.text("thread_ts")
    if thread and call.state.message(thread, channel.id) is None:
        raise Refusal("thread_not_found")
    if thread and (parent := call.state.message(thread)) and parent.thread_ts not in ("", thread):
        raise Refusal("cannot_reply_to_message")
    more = {"thread_ts": thread, "metadata": _metadata(call), "broadcast": call.flag("reply_broadcast")}
    message = call.state.post(channel.id, BOT_USER, content.pop("text", "") or "", **content, **more)
    return {"channel": channel.id, "ts": message.ts, "message": message.json()}


def update(call: Call) -> dict[str, Any]:
    channel = call.channel(write=True)
    message = call.message(channel)
    if message.user != BOT_USER:
        raise Refusal("cant_update_message")
    content = _content(call, LONGEST_UPDATE)  # what is not given stays as it was
    call.state.edit(message, **content)
    message.metadata = _metadata(call) or message.metadata
    return {"channel": channel.id, "ts": message.ts, "text": message.text, "message": message.json()}


def ephemeral(call: Call) -> dict[str, Any]:
    channel = call.channel(write=True)
    user = call.need("user")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    content = _content(call, LONGEST_POST)
    more = {"thread_ts": call.text("thread_ts"), "ephemeral_to": user}
    message = call.state.post(channel.id, BOT_USER, content.pop("text", "") or "", **content, **more)
    return {"message_ts": message.ts}


def delete(call: Call) -> dict[str, Any]:
    channel = call.channel(write=True)
    message = call.message(channel)
    if message.user != BOT_USER:
        raise Refusal("cant_delete_message")
    message.deleted = True
    return {"channel": channel.id, "ts": message.ts}


def permalink(call: Call) -> dict[str, Any]:
    channel = call.channel()
    message = call.message(channel, "message_ts")
    link = f"https://fake.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": link}


def react(call: Call) -> dict[str, Any]:
    channel = call.channel(write=True)
    message = call.message(channel, "timestamp")
    name = call.need("name")
    if not all(letter.isalnum() or letter in "_+-:" for letter in name):
        raise Refusal("invalid_name")
    if BOT_USER in message.reactions.get(name, []):
        raise Refusal("already_reacted")
    if len(message.reactions) >= MOST_REACTIONS:
        raise Refusal("too_many_reactions")
    message.reactions.setdefault(name, []).append(BOT_USER)
    return {}


def _content(call: Call, longest: int) -> dict[str, Any]:
    content = call.content()
    if not any(content.values()):
        raise Refusal("no_text")
    if len(str(content.get("text", ""))) > longest:
        raise Refusal("msg_too_long")
    return content


def _metadata(call: Call) -> dict[str, Any] | None:
    given = call.json("metadata", "invalid_metadata_format")
    if given is None:
        return None
    if not isinstance(given, dict) or not isinstance(given.get("event_payload"), dict) or not given.get("event_type"):
        raise Refusal("invalid_metadata_format")
    return given


METHODS: dict[str, tuple[Method, tuple[str, ...], bool]] = {
    "chat.postMessage": (post, ("chat:write",), True),
    "chat.update": (update, ("chat:write",), True),
    "chat.postEphemeral": (ephemeral, ("chat:write",), True),
    "chat.delete": (delete, ("chat:write",), True),
    "chat.getPermalink": (permalink, (), False),
    "reactions.add": (react, ("reactions:write",), True),
}
"""Method → (function, scopes of which one is needed, whether it reads JSON bodies)."""
