"""Slack's HTTP side: the Web API, file uploads and response_urls.

`server.py` mounts it. What every call was and what it got is kept in `calls`.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.slackfake import api_chat, api_files, api_history, api_people, api_views
from tests.slackfake.blocks import attachment_problems, problems
from tests.slackfake.call import Call, Method, Refusal
from tests.slackfake.faults import Fault, Faults
from tests.slackfake.state import BOT_USER, State, Token

BY_CHANNEL = ("chat.postMessage",)  # all other limits are of the workspace


@dataclass(frozen=True)
class Done:
    """One call that was made."""

    method: str
    args: dict[str, Any]
    answer: dict[str, Any]

    @property
    def error(self) -> str:
        return str(self.answer.get("error", ""))


class Web:
    """The handlers."""

    def __init__(self, state: State, faults: Faults, extra: dict[str, tuple[Method, tuple[str, ...], bool]]) -> None:
        self.calls: list[Done] = []
        self._state = state
        self._faults = faults
        self._methods = {
            **api_chat.METHODS,
            **api_history.METHODS,
            **api_people.METHODS,
            **api_views.METHODS,
            **api_files.METHODS,
            **extra,
        }

    @property
    def errors(self) -> list[str]:
        """method: error, of all calls that were refused."""
        return [f"{done.method}: {done.error}" for done in self.calls if done.error]

    def made(self, method: str) -> list[Done]:
        return [done for done in self.calls if done.method == method]

    async def method(self, request: web.Request) -> web.StreamResponse:
        """GET or POST /api/{method}."""
        name = request.match_info["method"]
        args, is_json = await _arguments(request)
        fault = self._faults.for_call(name)
        if fault is not None and not fault.lost:
            await asyncio.sleep(fault.delay)
            if not fault.passes:
                self.calls.append(Done(name, args, {"ok": False, "error": f"fault {fault.status}"}))
                return _bad(request, fault)
        channel = str(args.get("channel", "")) if name in BY_CHANNEL else ""
        if wait := self._faults.too_fast(name, channel):
            self.calls.append(Done(name, args, {"ok": False, "error": "ratelimited"}))
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(wait)})
        token = self._state.tokens.get(_token(request, args))
        answer = self._answer(name, args, is_json, token, f"{request.scheme}://{request.host}")
        self.calls.append(Done(name, args, answer))
        if fault is not None and fault.lost:
            return _bad(request, fault)
        scopes = {"X-OAuth-Scopes": ",".join(sorted(token.scopes))} if token else {}
        if token and name in self._methods:
            scopes["X-Accepted-OAuth-Scopes"] = ",".join(self._methods[name][1])
        return web.json_response(answer, headers={"X-Slack-Req-Id": f"req{len(self.calls)}", **scopes})

    def _answer(
        self, name: str, args: dict[str, Any], is_json: bool, token: Token | None, origin: str
    ) -> dict[str, Any]:
        try:
            return {"ok": True, **self._called(name, args, is_json, token, origin)}
        except Refusal as refusal:
            return {"ok": False, "error": refusal.error, **refusal.more}

    def _called(
        self, name: str, args: dict[str, Any], is_json: bool, token: Token | None, origin: str
    ) -> dict[str, Any]:
        if name not in self._methods:
            raise Refusal("unknown_method", req_method=name)
        function, scopes, reads_json = self._methods[name]
        if token is None:
            raise Refusal(args["_credentials"])
        if token.error:
            raise Refusal(token.error)
        if (token.kind == "app") != (name == "apps.connections.open") and name != "auth.test":
            raise Refusal("not_allowed_token_type")
        if is_json and "_broken" in args:
            raise Refusal(args["_broken"])
        call = Call(self._state, token, args if reads_json or not is_json else {}, origin)
        call.scoped(*scopes)
        return function(call)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """POST /upload/v1/{ticket}: the bytes, raw or as a form's only file."""
        if fault := self._faults.for_call("upload"):
            return _bad(request, fault)
        if request.content_type.startswith("multipart/"):
            parts = [part.file.read() for part in (await request.post()).values() if isinstance(part, web.FileField)]
            content = parts[0] if parts else b""
        else:
            content = await request.read()
        for file in self._state.files.values():
            if file.ticket == request.match_info["ticket"] and file.content is None:
                if len(content) != file.length:
                    return web.Response(status=400, text="length mismatch")
                file.content = content
                return web.Response(text=f"OK - {len(content)}")
        return web.Response(status=404, text="not found")

    async def response(self, request: web.Request) -> web.StreamResponse:
        """POST to a response_url: reply, replace or delete where somebody pressed."""
        if fault := self._faults.for_call("response_url"):
            return _bad(request, fault)
        given = await request.json()
        url = self._state.response_urls.get(request.path)
        refused = ""
        if url is None or self._state.now() > url.expires:
            refused = "expired_url"
        elif url.left == 0:
            refused = "used_url"
        elif problems(given.get("blocks") or []) or attachment_problems(given.get("attachments") or []):
            refused = "invalid_blocks"
        self.calls.append(Done("response_url", given, {"ok": not refused, "error": refused}))
        if refused or url is None:
            return web.Response(status=500 if refused == "invalid_blocks" else 404, text=refused)
        url.left -= 1
        self._respond(url.channel, url.user, url.message, given)
        return web.Response(text="ok")

    def _respond(self, channel: str, user: str, message: Any, given: dict[str, Any]) -> None:
        content = {name: given[name] for name in ("text", "blocks", "attachments") if name in given}
        if given.get("delete_original") and message:
            message.deleted = True
        elif given.get("replace_original") and message:
            self._state.edit(message, **content)
        else:
            to = user if given.get("response_type", "ephemeral") == "ephemeral" else ""
            more = {"ephemeral_to": to, "thread_ts": str(given.get("thread_ts", ""))}
            self._state.post(channel, BOT_USER, content.pop("text", ""), **content, **more)


async def _arguments(request: web.Request) -> tuple[dict[str, Any], bool]:
    args: dict[str, Any] = dict(request.query)
    is_json = request.content_type == "application/json" and request.method == "POST"
    if is_json:
        try:
            body = json.loads(await request.read() or b"{}")
        except ValueError:
            body = None
        args |= body if isinstance(body, dict) else {"_broken": "invalid_json" if body is None else "json_not_object"}
    elif request.method == "POST":
        args |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    args["_credentials"] = "invalid_auth" if _token(request, args) else "not_authed"
    return args, is_json


def _token(request: web.Request, args: dict[str, Any]) -> str:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    return given.strip() if scheme.lower() == "bearer" else str(args.get("token", ""))


def _bad(request: web.Request, fault: Fault) -> web.StreamResponse:
    if fault.status == 0:
        if request.transport is not None:
            request.transport.abort()
        return web.Response(status=500)
    headers = {"Content-Type": "text/html", **fault.headers}
    return web.Response(status=fault.status, text=fault.body, headers=headers)
