"""The other half of the composition root: how people and machines come in. With agent.wiring and agent.reality the only importer of `integrations`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

from agent.errors import Unusable
from agent.model.checked import Checked
from agent.operations import Operations
from agent.ports import Posts
from agent.sections import Listen, Oidc
from agent.settings import Settings

Public = Callable[[Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], str]]]
"""A path that checks its callers itself: headers and body in; status, headers and text out."""

SLACK_EXTRA = "Slack is configured, but its libraries are not installed: pip install 'steadyhand[slack]'"


class Server(Protocol):
    """A listening HTTP door."""

    port: int

    async def start(self) -> None:
        """Accept connections."""

    async def stop(self) -> None:
        """Close it."""


class Channel(Protocol):
    """A place where people are told and asked."""

    @property
    def public(self) -> Mapping[str, Public]:
        """The paths it needs at the HTTP door."""

    async def start(self) -> None:
        """Tell and listen from now on; never waits for the other side."""

    async def stop(self) -> None:
        """Hang up; what was not told is told after the next start."""


def door(
    operations: Operations,
    tokens: Mapping[str, str],
    listen: Listen,
    oidc: Oidc | None = None,
    public: Mapping[str, Public] | None = None,
) -> Server:
    """The HTTP API and webhook on an address. Raises Unusable if it is taken, or a certificate cannot serve."""
    from integrations.alertmanager.webhook import parse  # noqa: PLC0415 - heavy
    from integrations.web.app import app  # noqa: PLC0415 - heavy
    from integrations.web.server import HttpServer  # noqa: PLC0415 - heavy
    from integrations.web.tls import Certificate  # noqa: PLC0415 - as the others

    application = app(operations, tokens=tokens, parse=parse, oidc=oidc, public=public)
    certificate = (
        Certificate(listen.tls_cert_file, listen.tls_key_file) if listen.tls_cert_file and listen.tls_key_file else None
    )
    return HttpServer(application, listen.host, listen.port, certificate)


def channels(settings: Settings, operations: Operations, posts: Posts) -> list[Channel]:
    """All that are configured. Raises Unusable for one that cannot work: a missing library, an unreadable secret."""
    if settings.slack.channel is None:
        return []
    try:
        from integrations.slack.desk import Desk  # noqa: PLC0415 - an extra, and heavy
    except ModuleNotFoundError as missing:
        raise Unusable(SLACK_EXTRA) from missing
    return [Desk(settings.slack, operations, posts, budget=settings.budget, groups=_groups(settings))]


async def slack_checked(settings: Settings) -> list[Checked]:
    """What Slack says about us, the scopes and the channels. Raises Unusable where there is nothing to try."""
    if settings.slack.channel is None:
        raise Unusable("slack.channel is not set: Slack is not used; docs/slack.md shows how to set it up")
    try:
        from integrations.slack.check import check  # noqa: PLC0415 - an extra, and heavy
    except ModuleNotFoundError as missing:
        raise Unusable(SLACK_EXTRA) from missing
    return await check(settings.slack, _groups(settings))


async def slack_known(settings: Settings) -> list[Checked]:
    """Whether Slack takes our token: one request, nothing posted. Nothing where Slack is not used. Raises Unusable."""
    if settings.slack.channel is None:
        return []
    try:
        from integrations.slack.check import known  # noqa: PLC0415 - an extra, and heavy
    except ModuleNotFoundError as missing:
        raise Unusable(SLACK_EXTRA) from missing
    return [await known(settings.slack)]


def _groups(settings: Settings) -> list[str]:
    """The ids of the Slack user groups that approvers are configured by."""
    named = (identity for approver in settings.approvers for identity in approver.identities)
    return sorted({one.rpartition(":")[2] for one in named if one.startswith("slack-group:")})
