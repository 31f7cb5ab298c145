"""The sections of the configuration file that are nobody else's records; `agent.settings` puts them together."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_core import PydanticCustomError

from agent.errors import Unusable
from agent.model.content import HistoryLimits
from agent.model.playbook import Playbook
from agent.model.record import Record

_SHORTEST_TOKEN = 8


def _token(secret: SecretStr) -> SecretStr:
    plain = secret.get_secret_value()
    if len(plain) < _SHORTEST_TOKEN or not plain.isascii() or not plain.isprintable() or " " in plain:
        raise ValueError(f"write at least {_SHORTEST_TOKEN} printable ASCII characters without spaces")
    return secret


Token = Annotated[SecretStr, AfterValidator(_token)]


def read_secret(path: Path, key: str) -> SecretStr:
    """The secret in a file, without surrounding white space. Raises Unusable with the key that names the file."""
    try:
        return _token(SecretStr(path.read_text("utf-8").strip()))
    except OSError as error:
        raise Unusable(f"{key}: {path} cannot be read ({error.strerror}); give a readable file") from error
    except ValueError:
        raise Unusable(
            f"{key}: {path} holds no usable token; write at least {_SHORTEST_TOKEN} printable ASCII characters"
        ) from None


class Listen(Record):
    """Where the HTTP door is."""

    host: str = Field(default="127.0.0.1", min_length=1, description="address to listen on")
    port: int = Field(default=8484, ge=0, le=65535, description="port to listen on; 0 takes any free one")
    tls_cert_file: Path | None = Field(
        default=None, description="PEM file of the certificate (with its chain); unset: plain HTTP"
    )
    tls_key_file: Path | None = Field(default=None, description="PEM file of the certificate's key")

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("write both of `tls_cert_file` and `tls_key_file`, or neither")
        return self

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in ("localhost", "::1") or self.host.startswith("127.")


class ApiToken(Record):
    """One caller of the HTTP API: the name is who a decision is recorded for."""

    name: str = Field(min_length=1, max_length=128, description="who this is; recorded with every decision")
    token: Token | None = Field(default=None, description="the bearer token itself (or use `token_file`)")
    token_file: Path | None = Field(default=None, description="a file that holds the bearer token")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.token is None) == (self.token_file is None):
            raise ValueError("write exactly one of `token` and `token_file`")
        return self


def web_address(text: str) -> str:
    """A URL of http or https without credentials, as pydantic validates it."""
    address = urlsplit(text)
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError("this is no web address; write it as http://HOST:PORT")
    if address.username or address.password:
        raise ValueError("a web address may not hold credentials; use `headers` or `bearer_token`")
    return text.rstrip("/")


_Signature = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class Oidc(Record):
    """The house's identity provider: its signed tokens are accepted beside `tokens`."""

    issuer: Annotated[str, Field(pattern=r"^https?://\S+$")] = Field(
        description="the `iss` of its tokens, exactly; https, except on this machine"
    )
    audience: str = Field(min_length=1, description="the `aud` that tokens for Steadyhand have: a client id of our own")
    jwks_url: Annotated[str, AfterValidator(web_address)] | None = Field(
        default=None, description="where its keys are; unset: as ISSUER/.well-known/openid-configuration says"
    )
    algorithms: list[_Signature] = Field(
        default=["RS256", "ES256"], min_length=1, description="signatures that are accepted"
    )
    groups_claim: str = Field(default="groups", min_length=1, description="the claim that lists the bearer's groups")
    leeway_seconds: int = Field(default=30, ge=0, le=300, description="clocks may differ by so much")

    @property
    def loopback(self) -> bool:
        """Whether its keys are on this machine."""
        return (urlsplit(self.jwks_url or self.issuer).hostname or "") in ("localhost", "127.0.0.1", "::1")

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if urlsplit(self.jwks_url or self.issuer).scheme != "https" and not self.loopback:
            raise ValueError("keys that come over plain http could be anybody's; write https")
        return self


class Api(Record):
    """Who may use the HTTP API."""

    tokens: list[ApiToken] = Field(
        default=[], description="callers and their bearer tokens; none: the API is open to whoever can reach it"
    )
    allow_anonymous: bool = Field(
        default=False, description="without tokens, listen on other addresses than loopback all the same"
    )
    oidc: Oidc | None = Field(default=None, description="accept tokens of an OpenID Connect provider; unset: none")

    @model_validator(mode="after")
    def _distinct_names(self) -> Self:
        names = [token.name for token in self.tokens]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise PydanticCustomError(
                "twice",
                "the name '{name}' is there twice; give every caller a name of its own",
                {"name": twice[0], "key": "tokens"},
            )
        return self

    @property
    def known(self) -> bool:
        """Whether callers have to say who they are."""
        return bool(self.tokens or self.oidc)

    def secrets(self) -> dict[str, str]:
        """Name → bearer token, files read now. Raises Unusable for a file that cannot serve, or a token used twice."""
        found: dict[str, str] = {}
        for number, caller in enumerate(self.tokens):
            key = f"api.tokens[{number}].token_file"
            secret = caller.token or read_secret(caller.token_file or Path(), key)
            if secret.get_secret_value() in found.values():
                raise Unusable(
                    f"api.tokens[{number}]: {caller.name!r} has somebody else's token; give it one of its own"
                )
            found[caller.name] = secret.get_secret_value()
        return found


class Kubernetes(Record):
    """How the cluster is reached; the rules are those of kubectl."""

    enabled: bool = Field(default=True, description="false: investigate without a cluster; coverage will say so")
    kubeconfig: Path | None = Field(
        default=None, description="kubeconfig file; unset: as kubectl finds it, or the pod's service account"
    )
    context: str | None = Field(default=None, description="context in the kubeconfig; unset: its current one")
    request_timeout_seconds: float = Field(default=10, gt=0, le=300, description="one API request may take this long")
    namespaces: list[str] = Field(
        default=[], description="where it may read, if not everywhere; `steadyhand doctor` asks for rights there"
    )
    watch: bool = Field(
        default=True,
        description="watch the namespaces of `slos`, `history.namespaces` and former incidents, a connection a kind, "
        "so that an investigation need not list them",
    )


class _Server(Record):
    """One that answers HTTP: how it is reached, and by what it knows us."""

    section: ClassVar[str]
    """Its name in the file."""

    url: Annotated[str, AfterValidator(web_address)] | None = None
    headers: dict[str, SecretStr] = Field(default={}, description="sent with every request, e.g. X-Scope-OrgID")
    bearer_token: Token | None = Field(default=None, description="sent as `Authorization: Bearer …`")
    bearer_token_file: Path | None = Field(default=None, description="a file that holds the bearer token")
    ca_file: Path | None = Field(default=None, description="PEM file of the authority that signed the server")
    insecure_skip_verify: bool = Field(default=False, description="do not check the server's certificate")

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        if self.bearer_token and self.bearer_token_file:
            raise ValueError("write only one of `bearer_token` and `bearer_token_file`")
        if self.ca_file and self.insecure_skip_verify:
            raise ValueError("`ca_file` has no use with `insecure_skip_verify: true`; remove one of them")
        return self

    def request_headers(self) -> dict[str, str]:
        """Headers to send, secrets in clear; the bearer token is `token`'s."""
        return {name: value.get_secret_value() for name, value in self.headers.items()}

    def token(self) -> str:
        """The bearer token, "" if there is none; its file is read now: tokens rotate. Raises Unusable if it cannot serve."""
        if self.bearer_token_file:
            return read_secret(self.bearer_token_file, f"{self.section}.bearer_token_file").get_secret_value()
        return self.bearer_token.get_secret_value() if self.bearer_token else ""


class Prometheus(_Server):
    """How metrics are asked for."""

    section = "prometheus"

    url: Annotated[str, AfterValidator(web_address)] | None = Field(
        default=None, description="Prometheus, Thanos, Mimir or VictoriaMetrics; unset: investigate without metrics"
    )
    timeout_seconds: float = Field(default=15, gt=0, le=300, description="one query may take this long")
    max_series: int = Field(default=2000, gt=0, description="an answer with more series is refused as too large")


class History(HistoryLimits):
    """What ConfigMaps held is recorded, so that an earlier content can be put back."""

    every_seconds: float = Field(default=60, ge=5, le=86_400, description="how often ConfigMaps are looked at")
    namespaces: list[str] = Field(
        default=[], description="recorded as well, beside those of `slos` and of incidents so far"
    )

    def limits(self) -> HistoryLimits:
        """Only how much is kept."""
        return HistoryLimits(**{name: getattr(self, name) for name in HistoryLimits.model_fields})


class Alertmanager(_Server):
    """Where silences are asked for; alerts come to us by themselves."""

    section = "alertmanager"

    url: Annotated[str, AfterValidator(web_address)] | None = Field(
        default=None,
        description="Alertmanager, or what has its API v2 below this address; unset: nobody is asked for silences",
    )
    timeout_seconds: float = Field(default=5, gt=0, le=60, description="the whole of one request may take this long")

    def credentials(self) -> dict[str, str]:
        """Headers to send, secrets in clear, the bearer token among them. Raises Unusable if its file cannot serve."""
        token = self.token()
        return self.request_headers() | ({"Authorization": f"Bearer {token}"} if token else {})


class Verification(Record):
    """Changes to every playbook's verification; what is unset stays as the playbook says."""

    delay_seconds: int | None = Field(default=None, ge=0, description="nothing is measured before this has passed")
    window_seconds: int | None = Field(default=None, gt=0, description="how long the burn is watched")
    min_events: int | None = Field(default=None, ge=1, description="fewer requests in the window: cannot tell")

    def over(self, playbook: Playbook) -> Playbook:
        """The playbook with these in place of its own."""
        return playbook.evolve(verification=playbook.verification.evolve(**self.model_dump(exclude_none=True)))


class Log(Record):
    """What the daemon writes to stderr."""

    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="the least that is written")
    format: Literal["json", "console"] = Field(default="json", description="one JSON object a line, or text for people")
