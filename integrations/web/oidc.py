"""Callers who bring a token of the house's identity provider (OpenID Connect): a signed JWT, checked here.

Nothing in a token is believed before its signature: the algorithm must be one that the configuration allows and the
key's kind can have, the key one of the provider's published ones. Called by integrations.web.caller.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import httpx
import jwt

from agent.errors import Temporary
from agent.model.identity import Identity
from agent.sections import Oidc
from integrations.web.problem import Problem

LONGEST_TOKEN = 16_384
LONGEST_ANSWER = 1_000_000
"""Bytes of a key set: a provider publishes a handful of keys."""

MOST_KEYS = 100

FRESH_SECONDS = 600.0
"""So long a fetched key set is used without asking again; a rotated key is found at once by its id."""

STALE_SECONDS = 3600.0
"""So long it is still used when the provider does not answer: a key that was withdrawn is good for no longer."""

PAUSE_SECONDS = 10.0
"""Between fetches for ids nobody knows, so that forged tokens cannot make us ask the provider all the time."""

REQUIRED = ["exp", "iat", "iss", "aud", "sub"]
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}


class _Key(NamedTuple):
    """One published key; `algorithm` is what it is for, "" if its publisher does not say."""

    id: str
    kind: str
    algorithm: str
    public: Any

    def fits(self, algorithm: str) -> bool:
        return self.kind == _KINDS.get(algorithm[:2]) and self.algorithm in ("", algorithm)


class OidcCallers:
    """Tokens of one issuer for one audience."""

    def __init__(self, wanted: Oidc, monotonic: Callable[[], float] = time.monotonic) -> None:
        """`monotonic` counts seconds for the age of the keys."""
        self._wanted, self._monotonic = wanted, monotonic
        self._keys: dict[str, _Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching = asyncio.Lock()

    async def identify(self, token: str) -> Identity:
        """Who the token says its bearer is. Raises Problem 401, saying what is wrong; Temporary without keys."""
        if len(token) > LONGEST_TOKEN:
            raise refused("the token is too long")
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise refused("it is neither a configured token nor a JWT") from None
        algorithm = header.get("alg")
        if algorithm not in self._wanted.algorithms:
            raise refused("the token is signed with an algorithm that is not allowed (api.oidc.algorithms)")
        key = await self._key(header.get("kid"))
        if key is None or not key.fits(str(algorithm)):
            raise refused("the token is signed with a key that its issuer does not publish")
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=[str(algorithm)],
                audience=self._wanted.audience,
                issuer=self._wanted.issuer,
                leeway=self._wanted.leeway_seconds,
                options={"require": REQUIRED, "enforce_minimum_key_length": True},
            )
        except jwt.PyJWTError as error:
            raise refused(f"the token is not valid: {error}") from None
        if not claims["sub"].strip():
            raise refused("the token names no subject")
        return _identity(claims, self._wanted.groups_claim)

    async def _key(self, wanted: object) -> _Key | None:
        """The key of that id; of a token that names none, the only one there is."""
        async with self._fetching:
            now = self._monotonic()
            unknown = isinstance(wanted, str) and wanted not in self._keys
            old = now - self._fetched >= FRESH_SECONDS
            if (unknown or old) and now - self._tried >= PAUSE_SECONDS:
                self._tried = now
                await self._fetch(now)
            if now - self._fetched >= STALE_SECONDS:
                raise Temporary("the identity provider's keys cannot be had (api.oidc); try again, or use a token")
        if wanted is None and len(self._keys) == 1:
            return next(iter(self._keys.values()))
        return self._keys.get(wanted) if isinstance(wanted, str) else None

    async def _fetch(self, now: float) -> None:
        """Replace the keys; where that fails the ones we have are kept."""
        try:
            async with httpx.AsyncClient(timeout=5.0, trust_env=not self._wanted.loopback) as client:
                url = self._wanted.jwks_url or await self._discovered(client)
                found = await _json(client, url)
        except (httpx.HTTPError, ValueError):
            return
        published = found.get("keys")
        listed = published[:MOST_KEYS] if isinstance(published, list) else []
        if keys := [key for each in listed if (key := _usable(each))]:
            self._keys = {key.id: key for key in keys}
            self._fetched = now

    async def _discovered(self, client: httpx.AsyncClient) -> str:
        found = await _json(client, f"{self._wanted.issuer.rstrip('/')}/.well-known/openid-configuration")
        url = found.get("jwks_uri")
        if found.get("issuer") != self._wanted.issuer or not isinstance(url, str):
            raise ValueError("the provider describes another issuer")
        return url


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    async with client.stream("GET", url) as answer:
        answer.raise_for_status()
        body = b""
        async for chunk in answer.aiter_bytes():
            body += chunk
            if len(body) > LONGEST_ANSWER:
                raise ValueError("the answer is too long")
        found = httpx.Response(200, content=body).json()
    if not isinstance(found, dict):
        raise ValueError("the answer is no object")  # noqa: TRY004 - foreign data, not a mistake of ours
    return found


def _usable(found: object) -> _Key | None:
    """A public key for signatures; a shared secret is none, whoever publishes it."""
    if not isinstance(found, dict) or found.get("kty") not in _KINDS.values() or found.get("use", "sig") != "sig":
        return None
    try:
        public = jwt.PyJWK.from_dict(found).key
    except jwt.PyJWTError:
        return None
    kid, algorithm = found.get("kid", ""), found.get("alg", "")
    return _Key(str(kid), str(found["kty"]), str(algorithm), public)


def _identity(claims: Mapping[str, Any], groups_claim: str) -> Identity:
    """The subject is who it is; an address counts only where the provider says it verified it."""
    groups = claims.get(groups_claim, [])
    groups = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    email = claims.get("email") if claims.get("email_verified") is True else None
    name = claims.get("name") or claims.get("preferred_username") or email or claims["sub"]
    also = [f"oidc-group:{group}" for group in groups if isinstance(group, str)]
    if isinstance(email, str) and email:
        also.insert(0, f"oidc-email:{email.lower()}")
    return Identity(id=f"oidc:{claims['sub']}", name=str(name)[:128], also=also)


def refused(why: str) -> Problem:
    """401 with the reason."""
    return Problem(401, why, {"WWW-Authenticate": 'Bearer realm="steadyhand", error="invalid_token"'})
