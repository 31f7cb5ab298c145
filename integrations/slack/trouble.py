"""What went wrong with a call of Slack's Web API, in five kinds by what to do next; raised by `sender.py` alone."""

import asyncio
from enum import StrEnum

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from agent.errors import SteadyhandError


class Kind(StrEnum):
    """What to do next."""

    LATER = "later"  # nothing happened: try again
    UNCERTAIN = "uncertain"  # it may have happened: look before trying again
    ROOM = "room"  # this channel takes nothing from us: go to another one
    GONE = "gone"  # the message is not there (any more), or can no longer be edited
    UNFIT = "unfit"  # what we said breaks a rule of Slack's: say it plainer
    BARRED = "barred"  # token, scope or app: nothing works until a person changes it


class Trouble(SteadyhandError):
    """Slack did not do what was asked."""

    def __init__(self, kind: Kind, detail: str, after: float = 0.0) -> None:
        super().__init__(detail)
        self.kind = kind
        self.after = after  # seconds that Slack asks us to wait


_ROOM = {
    "channel_not_found",
    "is_archived",
    "not_in_channel",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
    "restricted_action_thread_locked",
    "channel_type_not_supported",
    "posting_to_general_channel_denied",
    "user_not_in_channel",
}
_GONE = {
    "message_not_found",
    "thread_not_found",
    "cannot_reply_to_message",
    "invalid_thread_ts",
    "cant_update_message",
    "edit_window_closed",
}
_UNFIT = {
    "invalid_blocks",
    "invalid_blocks_format",
    "invalid_attachments",
    "invalid_arguments",
    "invalid_metadata_format",
    "metadata_too_large",
    "metadata_must_be_sent_from_app",
    "msg_too_long",
    "msg_blocks_too_long",
    "no_text",
    "too_many_attachments",
    "too_many_contact_cards",
}
_LATER = {
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "accesslimited",
    "service_unavailable",
    "team_added_to_org",
}
_UNCERTAIN = {"internal_error", "fatal_error", "request_timeout"}
_SERVER_ERROR, _TOO_MANY = 500, 429


def kind(error: str) -> Kind:
    """What an `error` of Slack's means; one nobody knows is the app's to mend, like a missing scope."""
    for known, meaning in (
        (_ROOM, Kind.ROOM),
        (_GONE, Kind.GONE),
        (_UNFIT, Kind.UNFIT),
        (_LATER, Kind.LATER),
        (_UNCERTAIN, Kind.UNCERTAIN),
    ):
        if error in known:
            return meaning
    return Kind.BARRED


def read(error: Exception) -> Trouble:
    """The trouble that an exception of the SDK or of its HTTP client tells of."""
    if isinstance(error, SlackApiError):
        return _answered(error)
    if isinstance(error, aiohttp.ClientConnectorError):
        return Trouble(Kind.LATER, "no connection to Slack")
    if isinstance(error, aiohttp.ClientError | asyncio.TimeoutError | SlackClientError | OSError):
        return Trouble(Kind.UNCERTAIN, f"no answer from Slack ({type(error).__name__})")
    raise error


def _answered(error: SlackApiError) -> Trouble:
    response = error.response
    status = getattr(response, "status_code", 0) or getattr(response, "status", 0)
    if status == _TOO_MANY:
        return Trouble(Kind.LATER, "Slack asks for a pause (429)", _seconds(response.headers.get("Retry-After", "1")))
    if status >= _SERVER_ERROR:
        return Trouble(Kind.UNCERTAIN, f"Slack answers {status}")
    data = getattr(response, "data", None)
    if not isinstance(data, dict) or not isinstance(data.get("error"), str):
        return Trouble(Kind.UNCERTAIN, "Slack's answer cannot be read")
    told = data["error"]
    needed = f" (needed: {data['needed']})" if data.get("needed") else ""
    listed = (data.get("response_metadata") or {}).get("messages") or data.get("errors") or []
    found = f": {'; '.join(str(one) for one in listed[:3])}" if listed else ""
    return Trouble(kind(told), f"{told}{needed}{found}"[:400])


def _seconds(text: str) -> float:
    try:
        return min(max(float(text), 0.0), 300.0)
    except ValueError:
        return 1.0
