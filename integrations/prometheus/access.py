"""How a Prometheus is reached: address, credentials, trust, proxy. Shared by both HTTP clients of the adapter.

Credentials go to the configured host only: neither client follows redirects, and netrc files are not
read. A proxy named by the environment (HTTPS_PROXY, NO_PROXY) is used for outside hosts, as curl does,
because that is how people reach a hosted Prometheus; addresses that only make sense here (loopback,
names without a dot, *.svc, *.cluster.local) go direct, because no proxy can resolve them.
"""

import base64
import ipaddress
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from agent.errors import SteadyhandError, Unusable
from agent.model.question import GapReason
from agent.redact import MASK, secret_name
from integrations.prometheus.reply import NoAnswer

_SHORTEST_SECRET = 6
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True)
class Access:
    """Everything but the question. Raises Unusable for an address, a header or a CA file that cannot work."""

    url: str
    headers: dict[str, str] = field(default_factory=dict)
    bearer_token: Callable[[], str] | None = None
    ca_file: str | None = None
    verify: bool = True
    timeout_seconds: float = 15
    max_bytes: int = 20_000_000

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise Unusable("the Prometheus URL needs a scheme and a host, as in http://prometheus.monitoring.svc:9090")
        if self.ca_file is not None and not Path(self.ca_file).is_file():
            raise Unusable(
                f"the CA file for Prometheus, {self.ca_file}, is not there: give a PEM file, or leave it out"
            )

        for name, value in self.headers.items():
            if not _HEADER_NAME.fullmatch(name) or not _sendable(value):
                raise Unusable(
                    f"the header {name!r} for Prometheus cannot be sent: a name and one line of ASCII, please"
                )

    @property
    def base(self) -> str:
        """The URL without user, query and closing slash."""
        parts = urlsplit(self.url)
        return urlunsplit((parts.scheme, self.host, parts.path.rstrip("/"), "", ""))

    @property
    def host(self) -> str:
        """Host and port: what messages may name."""
        return urlsplit(self.url).netloc.rpartition("@")[2]

    @property
    def direct(self) -> bool:
        """Whether proxies of the environment are passed by."""
        name = (urlsplit(self.url).hostname or "").lower()
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return "." not in name or name.endswith((".svc", ".cluster.local", ".localhost"))

    def trust(self) -> ssl.SSLContext | bool:
        """What httpx takes as `verify`. Raises Unusable for a CA file that is no PEM."""
        if not self.verify:
            return False
        if self.ca_file is None:
            return True
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (ssl.SSLError, OSError) as error:
            raise Unusable(f"the CA file for Prometheus, {self.ca_file}, holds no PEM certificate: {error}") from error

    def credentials(self) -> dict[str, str]:
        """The headers for one request; the token is asked for each time, because tokens rotate. Raises NoAnswer."""
        found = {**self._from_url(), **self.headers}
        if self.bearer_token is None:
            return found
        try:
            token = self.bearer_token().strip()
        except (OSError, ValueError, SteadyhandError) as error:
            detail = f"the bearer token for Prometheus could not be read: {type(error).__name__}"
            raise NoAnswer(GapReason.FAILED, detail) from error
        if not token or not _sendable(token):
            raise NoAnswer(GapReason.FAILED, "the bearer token for Prometheus is empty or no single line of ASCII")
        return {**found, "Authorization": f"Bearer {token}"}

    def masked(self, body: bytes, sent: dict[str, str]) -> bytes:
        """A reply without what was sent as a secret, should the other side repeat it."""
        for name, value in sent.items():
            secret = value.split(" ", 1)[-1] if name.lower() == "authorization" else value
            if secret_name(name) and len(secret) >= _SHORTEST_SECRET:
                body = body.replace(secret.encode(), MASK.encode())
        return body

    def _from_url(self) -> dict[str, str]:
        parts = urlsplit(self.url)
        if parts.username is None:
            return {}
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def _sendable(value: str) -> bool:
    return value.isascii() and value.isprintable() and value == value.strip()
