"""The `slack` section of the configuration file; `agent.settings` puts it with the others (agent.sections)."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from agent.model.entity import ServiceRef
from agent.model.record import Record
from agent.model.slo import Severity
from agent.sections import Token, read_secret, web_address

_SECRETS = ("bot_token", "app_token", "signing_secret")


def _channel(text: str) -> str:
    name = text.strip().removeprefix("#")
    if not name or " " in name or name.startswith(("@", "<")):
        raise ValueError("write a channel's name, as in incidents, or its id, as in C0123456789")
    return name


Channel = Annotated[str, AfterValidator(_channel)]


class ChannelRule(Record):
    """Incidents that go to a channel of their own."""

    channel: Channel = Field(description="name or id of the channel")
    severity: Severity | None = Field(default=None, description="only incidents of this severity")
    namespace: str | None = Field(default=None, min_length=1, description="only incidents of this namespace")

    def fits(self, severity: Severity, service: ServiceRef | None) -> bool:
        """Whether an incident belongs there."""
        there = self.namespace is None or (service is not None and service.namespace == self.namespace)
        return there and self.severity in (None, severity)


class Slack(Record):
    """Where in Slack people are told and asked. Nothing is connected while `channel` is unset."""

    channel: Channel | None = Field(
        default=None, description="name or id of the channel for incidents; unset: Slack is not used"
    )
    channels: list[ChannelRule] = Field(
        default=[], description="other channels for some incidents; the first rule that fits decides"
    )
    fallback_channel: Channel | None = Field(
        default=None, description="where to go on when a channel is archived, gone or closed to the app"
    )
    mode: Literal["socket", "http"] = Field(
        default="socket",
        description="how Slack reaches the daemon: `socket` needs no public address, `http` is signed requests to /slack/events",
    )
    bot_token: Token | None = Field(default=None, description="the bot token, xoxb-… (or use `bot_token_file`)")
    bot_token_file: Path | None = Field(default=None, description="a file that holds the bot token")
    app_token: Token | None = Field(
        default=None, description="the app-level token, xapp-…, for `mode: socket` (or use `app_token_file`)"
    )
    app_token_file: Path | None = Field(default=None, description="a file that holds the app-level token")
    signing_secret: Token | None = Field(
        default=None, description="the signing secret, for `mode: http` (or use `signing_secret_file`)"
    )
    signing_secret_file: Path | None = Field(default=None, description="a file that holds the signing secret")
    mention: str = Field(
        default="",
        max_length=200,
        description="put before a question to people, as in <!here> or <!subteam^S0123456789>",
    )
    images: bool = Field(default=True, description="upload the burn chart as an image, where matplotlib is installed")
    api_url: Annotated[str, AfterValidator(web_address)] = Field(
        default="https://slack.com/api", description="Slack's Web API; another one for GovSlack or a proxy"
    )

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in _SECRETS:
            if getattr(self, name) and getattr(self, f"{name}_file"):
                raise PydanticCustomError(
                    "twice", "write only one of `{name}` and `{name}_file`", {"name": name, "key": name}
                )
        if self.channel is None:
            if self.channels or self.fallback_channel:
                raise PydanticCustomError("no_channel", "write `channel` too: where incidents go that no rule fits", {})
            return self
        for name in ("bot_token", "app_token" if self.mode == "socket" else "signing_secret"):
            if not (getattr(self, name) or getattr(self, f"{name}_file")):
                raise PydanticCustomError(
                    "lacking",
                    "`mode: {mode}` needs `{name}` or `{name}_file`",
                    {"mode": self.mode, "name": name, "key": name},
                )
        return self

    def room(self, severity: Severity, service: ServiceRef | None) -> str:
        """The channel for an incident. Only where `channel` is set."""
        return next((rule.channel for rule in self.channels if rule.fits(severity, service)), self.channel or "")

    def secret(self, name: Literal["bot_token", "app_token", "signing_secret"]) -> str:
        """One of the secrets, its file read now; "" where neither is set. Raises Unusable for a file that cannot serve."""
        if path := getattr(self, f"{name}_file"):
            return read_secret(path, f"slack.{name}_file").get_secret_value()
        plain = getattr(self, name)
        return plain.get_secret_value() if plain else ""
