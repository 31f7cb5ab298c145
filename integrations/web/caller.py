"""Who is asking: the identity that belongs to a bearer token, or to the other end of the connection."""

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from agent.model.identity import Identity
from integrations.web.oidc import OidcCallers
from integrations.web.peer import login_of
from integrations.web.problem import Problem


class Callers:
    """Name → bearer token of everybody who may use the API, and the house's identity provider; neither: the door is open."""

    def __init__(self, tokens: Mapping[str, str], oidc: OidcCallers | None = None) -> None:
        self._tokens = {name: token.encode() for name, token in tokens.items()}
        self._oidc = oidc
        if not all(self._tokens.values()):
            raise ValueError("an empty token would let everybody in; give each caller one")

    @property
    def open(self) -> bool:
        """Whether nobody has to say who they are."""
        return not self._tokens and self._oidc is None

    async def identify(self, request: Request) -> Identity:
        """Who it is; without an id where the door is open and the machine cannot tell. Raises Problem 401 or 403.

        Every token is compared, each in constant time, so that the time taken says nothing.
        """
        if self.open:
            _no_browser(request)
            login = login_of(_end(request.scope.get("client")), _end(request.scope.get("server")))
            return Identity(id=f"login:{login}", name=login) if login else Identity()
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        presented = given.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""
        matches = [name for name, token in self._tokens.items() if hmac.compare_digest(presented, token)]
        if matches:
            return Identity(id=f"api:{matches[0]}", name=matches[0])
        if presented and self._oidc:
            return await self._oidc.identify(presented.decode("latin-1"))
        raise Problem(
            401,
            "send one of the configured tokens as a bearer token",
            {"WWW-Authenticate": 'Bearer realm="steadyhand"'},
        )


def _end(end: object) -> tuple[str, int] | None:
    """(address, port) as the server gives it, or None."""
    match end:
        case (str() as host, int() as port) | [str() as host, int() as port]:
            return host, port
    return None


def _no_browser(request: Request) -> None:
    """Without tokens a page in somebody's browser could post to 127.0.0.1 in that person's name."""
    if request.method == "POST" and "origin" in request.headers:
        raise Problem(403, "without `api.tokens` no browser may change anything; configure a token and send it")
