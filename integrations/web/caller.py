"""Who is asking: the name that belongs to a bearer token."""

import hmac
from collections.abc import Mapping

from starlette.requests import Request

from integrations.web.problem import Problem


class Callers:
    """Name → bearer token of everybody who may use the API; nobody configured means the door is open."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = {name: token.encode() for name, token in tokens.items()}
        if not all(self._tokens.values()):
            raise ValueError("an empty token would let everybody in; give each caller one")

    @property
    def open(self) -> bool:
        """Whether no tokens are configured."""
        return not self._tokens

    def identify(self, request: Request) -> str | None:
        """The caller's name, None where the door is open. Raises Problem 401 or 403.

        Every token is compared, each in constant time, so that the time taken says nothing.
        """
        if self.open:
            _no_browser(request)
            return None
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        presented = given.strip().encode("latin-1", "replace") if scheme.lower() == "bearer" else b""
        matches = [name for name, token in self._tokens.items() if hmac.compare_digest(presented, token)]
        if not matches:
            raise Problem(
                401,
                "send one of the configured tokens as a bearer token",
                {"WWW-Authenticate": 'Bearer realm="steadyhand"'},
            )
        return matches[0]


def _no_browser(request: Request) -> None:
    """Without tokens a page in somebody's browser could post to 127.0.0.1 in that person's name."""
    if request.method == "POST" and "origin" in request.headers:
        raise Problem(403, "without `api.tokens` no browser may change anything; configure a token and send it")
