"""Who pressed or wrote: from what Slack itself says in a payload it signed or sent over its socket, never from a text."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent import telemetry
from integrations.slack.mrkdwn import line
from integrations.slack.sender import Sender
from integrations.slack.trouble import Trouble

GROUP_MEMBERS = "usergroups.users.list"

FRESH_SECONDS = 60.0
"""How long the members of a group are believed: who left it on call an hour ago may not approve now."""


@dataclass(frozen=True)
class Person:
    """One user of one workspace."""

    team: str
    user: str
    name: str
    also: list[str] = field(default_factory=list)  # other identities that Slack proves: short forms, user groups

    @property
    def id(self) -> str:
        """The identity a decision is recorded under, and approvers are configured by."""
        return f"slack:{self.team}:{self.user}"


def person(body: Mapping[str, Any]) -> Person | None:
    """Whose press or submission it is; None where the payload names nobody."""
    user, team = body.get("user") or {}, body.get("team") or {}
    where = user.get("team_id") or team.get("id")
    if not isinstance(user.get("id"), str) or not isinstance(where, str):
        return None
    return Person(where, user["id"], line(user.get("username") or user.get("name") or user["id"], 80))


class Groups:
    """Members of the user groups that matter here, asked anew after a minute."""

    def __init__(self, sender: Sender, ids: list[str], now: Callable[[], float] = time.monotonic) -> None:
        """`ids`: the groups (S…) that approvers are configured by; others are nobody's business."""
        self._sender, self._ids, self._now = sender, ids, now
        self._known: dict[str, tuple[float, set[str]]] = {}

    async def of(self, one: Person) -> list[str]:
        """The identities of the groups this person is in; a group that cannot be read has no members."""
        return [f"slack-group:{group}" for group in self._ids if one.user in await self._members(group)]

    async def _members(self, group: str) -> set[str]:
        at, members = self._known.get(group, (-FRESH_SECONDS, set()))
        if self._now() - at < FRESH_SECONDS:
            return members
        try:
            answer = await self._sender.call(GROUP_MEMBERS, usergroup=group)
        except Trouble as trouble:
            telemetry.log("slack").warning("a user group cannot be read", group=group, error=str(trouble))
            return set()
        members = {str(user) for user in answer.get("users", [])}
        self._known[group] = (self._now(), members)
        return members
