"""The `flags` section of the configuration file: where flags may be turned off over HTTP, and which."""

import ipaddress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import quote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from agent.model.record import Record
from agent.sections import Token, read_secret, web_address

_PLACE = "{flag}"
_LONGEST_NAME = 200


def _origin(text: str) -> str:
    address = urlsplit(web_address(text))
    if address.path.strip("/") or address.query or address.fragment:
        raise ValueError(
            "write only scheme, host and port, as in https://flags.example.com; paths are `read` and `write`"
        )
    return f"{address.scheme}://{address.netloc}"


def _template(text: str) -> str:
    path = text.partition("?")[0]
    if not text.startswith("/") or text.startswith("//") or "#" in text or "\\" in text or "/../" in path:
        raise ValueError("write a path that begins with one /, as in /api/flags/{flag}")
    if text.count(_PLACE) != 1 or "{" in text.replace(_PLACE, "") or not text.isascii() or " " in text:
        raise ValueError("write {flag} exactly once where the flag's name goes, and nothing else in braces")
    return text


Template = Annotated[str, AfterValidator(_template)]


class FlagService(Record):
    """One service that holds feature flags as JSON documents. Nothing but the allowed flags is ever asked for or written."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$", description="how people and proposals call it")
    origin: Annotated[str, AfterValidator(_origin)] = Field(
        description="scheme, host and port; https, except on this machine. Redirects are never followed"
    )
    read: Template = Field(description="the path a flag is read at by GET, with {flag} for its name")
    write: Template | None = Field(default=None, description="the path it is written at by PUT; unset: as `read`")
    allowed: list[Annotated[str, Field(min_length=1)]] = Field(
        min_length=1, description="names of flags that may be turned, with * and ?"
    )
    field: str = Field(
        default="enabled",
        pattern=r"^[^.\s]+(\.[^.\s]+)*$",
        description="where the state stands in the document, with dots between levels",
    )
    off: bool | int | str | None = Field(default=False, description="the state that means off")
    ignored: list[str] = Field(
        default=[], description="fields of the document that change by themselves, as a time of last use"
    )
    headers: dict[str, SecretStr] = Field(default={}, description="sent with every request")
    bearer_token: Token | None = Field(default=None, description="sent as `Authorization: Bearer …`")
    bearer_token_file: Path | None = Field(default=None, description="a file that holds the bearer token")
    ca_file: Path | None = Field(default=None, description="PEM file of the authority that signed the server")
    timeout_seconds: float = Field(default=10, gt=0, le=60, description="one request may take this long")

    @model_validator(mode="after")
    def _one_token_and_encrypted(self) -> Self:
        if self.bearer_token and self.bearer_token_file:
            raise ValueError("write only one of `bearer_token` and `bearer_token_file`")
        if not (self.origin.startswith("https://") or self.loopback):
            raise ValueError("over plain http anybody on the way could turn flags; write https")
        return self

    @property
    def loopback(self) -> bool:
        """Whether it is on this machine."""
        host = urlsplit(self.origin).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def allows(self, flag: str) -> bool:
        """Whether a flag of this name may be asked for at all."""
        plain = flag.isprintable() and 0 < len(flag) <= _LONGEST_NAME and flag.strip(".") != ""
        return plain and any(fnmatchcase(flag, pattern) for pattern in self.allowed)

    def url(self, flag: str, *, written: bool = False) -> str:
        """Where an allowed flag is; whatever its name holds stays within its place."""
        template = self.write if written and self.write else self.read
        return self.origin + template.replace(_PLACE, quote(flag, safe=""))

    def token(self) -> str:
        """The bearer token, "" if there is none; its file is read now: tokens rotate. Raises Unusable if it cannot serve."""
        if self.bearer_token_file:
            return read_secret(
                self.bearer_token_file, f"flags.services {self.name}.bearer_token_file"
            ).get_secret_value()
        return self.bearer_token.get_secret_value() if self.bearer_token else ""


class Flags(Record):
    """Where feature flags may be turned off over HTTP; flagd's in a ConfigMap need nothing here."""

    services: list[FlagService] = Field(default=[], description="flag services that may be asked and written to")

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        names = [service.name for service in self.services]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise PydanticCustomError(
                "twice",
                "the name '{name}' is there twice; give every service a name of its own",
                {"name": twice[0], "key": "services"},
            )
        return self
