"""views.*: modals, opened with a trigger that is good for three seconds and one view."""

import secrets
from typing import Any

from tests.slackfake.blocks import modal_problems
from tests.slackfake.call import Call, Method, Refusal, refused_for
from tests.slackfake.state import APP, BOT, TEAM, State, View, named

DEEPEST = 3


def open_view(call: Call) -> dict[str, Any]:
    user = _spend(call)
    content = _content(call)
    return {"view": view_json(new_view(call.state, user, content))}


def push(call: Call) -> dict[str, Any]:
    user = _spend(call)
    below = [view for view in call.state.views.values() if view.user == user and view.open]
    if len(below) >= DEEPEST:
        raise Refusal("push_limit_reached")
    content = _content(call)
    return {"view": view_json(new_view(call.state, user, content, root=below[0].id if below else ""))}


def update(call: Call) -> dict[str, Any]:
    content = _content(call)
    external = call.text("external_id")
    for view in call.state.views.values():
        if view.id == call.text("view_id") or (external and view.content.get("external_id") == external):
            if not view.open:
                raise Refusal("not_found")
            if call.text("hash") not in ("", view.hash):
                raise Refusal("hash_conflict")
            replace(view, content)
            return {"view": view_json(view)}
    raise Refusal("not_found")


def new_view(state: State, user: str, content: dict[str, Any], root: str = "") -> View:
    """A modal on somebody's screen."""
    name = state.id("V")
    view = View(name, root or name, user, content, secrets.token_hex(8))
    state.views[name] = view
    return view


def replace(view: View, content: dict[str, Any]) -> None:
    """Other content in the same modal."""
    view.content, view.hash, view.versions, view.errors = content, secrets.token_hex(8), view.versions + 1, {}


def view_json(view: View, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """As answers and payloads show it."""
    content = {"callback_id": "", "private_metadata": "", "external_id": "", "submit": None, "close": None}
    return {
        **content,
        **view.content,
        "id": view.id,
        "root_view_id": view.root,
        "previous_view_id": None,
        "team_id": TEAM,
        "app_id": APP,
        "bot_id": BOT,
        "hash": view.hash,
        "state": {"values": values or {}},
    }


def _spend(call: Call) -> str:
    """Whose trigger it is, used up."""
    trigger = call.state.triggers.get(call.need("trigger_id"))
    if trigger is None:
        raise Refusal("invalid_trigger_id")
    if trigger.used:
        raise Refusal("exchanged_trigger_id")
    if call.state.now() > trigger.expires:
        raise Refusal("expired_trigger_id")
    trigger.used = True
    return trigger.user


def _content(call: Call) -> dict[str, Any]:
    content = call.json("view", "invalid_arguments")
    if found := modal_problems(content):
        raise refused_for("invalid_arguments", found)
    return {**content, "blocks": named(content["blocks"])}


METHODS: dict[str, tuple[Method, tuple[str, ...], bool]] = {
    "views.open": (open_view, (), True),
    "views.push": (push, (), True),
    "views.update": (update, (), True),
}
