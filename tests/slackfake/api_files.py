"""files.*: the three steps of an upload (ask for a URL, send the bytes there, complete and share)."""

import secrets
from typing import Any

from tests.slackfake.call import Call, Method, Refusal, refused_for
from tests.slackfake.state import BOT_USER, File

LARGEST = 1 << 30


def upload_url(call: Call) -> dict[str, Any]:
    name, length = call.need("filename"), call.need("length")
    if not length.isdigit() or not 0 < int(length) <= LARGEST:
        raise refused_for("invalid_arguments", ["must provide a number [json-pointer:/length]"])
    file = File(call.state.id("F"), name, int(length), secrets.token_hex(12))
    call.state.files[file.id] = file
    return {"upload_url": f"{call.origin}/upload/v1/{file.ticket}", "file_id": file.id}


def complete(call: Call) -> dict[str, Any]:
    given = call.json("files", "invalid_arguments")
    if not isinstance(given, list) or not given or not all(isinstance(one, dict) for one in given):
        raise refused_for("invalid_arguments", ["must provide an array [json-pointer:/files]"])
    channel = call.channel(write=True, argument="channel_id") if call.text("channel_id") else None
    thread = call.text("thread_ts")
    if channel and thread and call.state.message(thread, channel.id) is None:
        raise Refusal("invalid_thread_ts")
    files = [_uploaded(call, one) for one in given]
    if channel:
        names = [file.id for file in files]
        call.state.post(channel.id, BOT_USER, call.text("initial_comment"), thread_ts=thread, files=names)
        for file in files:
            file.shared.append(channel.id)
    return {"files": [{"id": file.id, "title": file.title, "name": file.name} for file in files]}


def _uploaded(call: Call, given: dict[str, Any]) -> File:
    file = call.state.files.get(str(given.get("id")))
    if file is None or file.content is None:
        raise Refusal("file_not_found")
    file.title = str(given.get("title") or file.name)
    file.ready = call.state.now() + call.state.file_seconds
    return file


METHODS: dict[str, tuple[Method, tuple[str, ...], bool]] = {
    "files.getUploadURLExternal": (upload_url, ("files:write",), False),
    "files.completeUploadExternal": (complete, ("files:write",), True),
}
