"""An identity provider on loopback: it publishes its keys over HTTP, signs tokens, rotates, and can be made to fail."""

import json
import time
from http.server import BaseHTTPRequestHandler

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from tests.loopback import Loopback

AUDIENCE = "steadyhand"
SUBJECT = "00u1"
MAKERS = {
    "RS256": (lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048), RSAAlgorithm),
    "ES256": (lambda: ec.generate_private_key(ec.SECP256R1()), ECAlgorithm),
    "EdDSA": (ed25519.Ed25519PrivateKey.generate, OKPAlgorithm),
}


class Provider(Loopback):
    """Answers discovery and keys; `published` is what it shows, `broken` makes it answer 500."""

    def __init__(self) -> None:
        self.private: dict[str, object] = {}
        self.published: list[dict] = []
        self.broken = False
        self.raw: bytes | None = None
        self.asked: list[str] = []
        super().__init__()

    @property
    def issuer(self) -> str:
        return self.url

    def key(self, kid: str, algorithm: str = "RS256", **dress) -> None:
        """A new key, published."""
        make, kind = MAKERS[algorithm]
        self.private[kid] = make()
        public = kind.to_jwk(self.private[kid].public_key(), as_dict=True)
        self.published.append({**public, "kid": kid, "use": "sig", "alg": algorithm, **dress})

    def withdraw(self, kid: str) -> None:
        self.published = [each for each in self.published if each["kid"] != kid]

    def claims(self, **changes) -> dict:
        now = int(time.time())
        fields = {"iss": self.issuer, "aud": AUDIENCE, "sub": SUBJECT, "iat": now, "exp": now + 300, **changes}
        return {name: value for name, value in fields.items() if value is not None}

    def token(self, kid: str = "k1", algorithm: str = "RS256", headers: dict | None = None, **changes) -> str:
        """A token signed with that key; a change to None leaves a claim out."""
        named = {"kid": kid, **(headers or {})}
        return jwt.encode(self.claims(**changes), self.private[kid], algorithm=algorithm, headers=named)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked.append(self.path)
                found = {
                    "/.well-known/openid-configuration": {
                        "issuer": provider.issuer,
                        "jwks_uri": f"{provider.issuer}/keys",
                    },
                    "/keys": {"keys": provider.published},
                }.get(self.path)
                body = provider.raw or json.dumps(found).encode()
                self.send_response(500 if provider.broken else 200 if found else 404)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_told) -> None:
                pass

        return Handler
