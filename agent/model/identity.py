"""Who somebody is, as the channel they came through proved it, and who may answer questions here.

A channel's adapter makes the Identity from what it verified itself (a bearer token, a signed JWT, a Slack signature,
the owner of a socket), never from the words of a request. Read by agent.policy.approvers.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from agent.model.record import Record

IdentityId = Annotated[
    str,
    Field(
        pattern=r"^(api|login|oidc|oidc-email|oidc-group|slack|slack-group):\S(.{0,254}\S)?$",
        description="who, with the channel that proves it: `api:NAME` (of `api.tokens`), `login:NAME` (a user of this machine, while the "
        "API has no tokens), `oidc:SUB`, `oidc-email:ADDRESS`, `oidc-group:NAME`, `slack:USER`, `slack-group:GROUP`",
    ),
]
"""The channel is part of it, so that no channel can speak for the people of another."""


class Identity(Record):
    """One person or program; empty `id`: nobody proved who it is."""

    id: str = ""
    name: str = ""  # for people to read; decides nothing
    also: list[str] = []  # what else the channel proved: groups, a verified address


class Right(StrEnum):
    """What an approver may do."""

    APPROVE = "approve"
    DENY = "deny"
    TAKE = "take"  # take an incident over, and hand it back


class Approver(Record):
    """A person or a role, and what it may decide where."""

    name: str = Field(min_length=1, max_length=128, description="who this is, for people: a person or a role")
    identities: list[IdentityId] = Field(min_length=1, description="the identities that are this approver")
    one_person: bool = Field(
        default=False, description="all `identities` are one person, who counts once where two people have to approve"
    )
    namespaces: list[str] = Field(default=[], description="only for targets in these namespaces; empty: in all")
    actions: list[str] = Field(default=[], description="only for these kinds of actions; empty: for all")
    may: list[Right] = Field(default=[Right.APPROVE, Right.DENY, Right.TAKE], description="what they may do")
