"""Tokens of an identity provider that runs, and every way to forge one that we know of."""

import base64
import hmac
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from agent.errors import Temporary
from agent.sections import Oidc
from integrations.web.oidc import FRESH_SECONDS, PAUSE_SECONDS, STALE_SECONDS, OidcCallers
from integrations.web.problem import Problem
from tests.web.conftest import bearer, client_of, parse
from tests.web.provider import AUDIENCE, SUBJECT, Provider

ONE = "/api/v1/incidents/inc-checkout"


@pytest.fixture(scope="module")
def key_owner():
    with Provider() as made:
        made.key("k1")
        made.key("e1", "ES256")
        made.key("d1", "EdDSA")
        yield made


@pytest.fixture
def provider(key_owner):
    """The provider as it was: its keys are expensive, its mood is not."""
    published, key_owner.asked, key_owner.broken, key_owner.raw = list(key_owner.published), [], False, None
    yield key_owner
    key_owner.published = published


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def callers(provider, seconds) -> OidcCallers:
    return OidcCallers(Oidc(issuer=provider.issuer, audience=AUDIENCE), seconds)


async def refusal(callers: OidcCallers, token: str) -> str:
    with pytest.raises(Problem) as problem:
        await callers.identify(token)
    assert problem.value.status == 401
    return problem.value.text


async def test_who_a_valid_token_is_for_is_its_subject_with_verified_address_and_groups(callers, provider):
    who = await callers.identify(
        provider.token(name="Ana", email="Ana@Example.com", email_verified=True, groups=["sre", "dev"])
    )
    assert (who.id, who.name) == (f"oidc:{SUBJECT}", "Ana")
    assert who.also == ["oidc-email:ana@example.com", "oidc-group:sre", "oidc-group:dev"]


@pytest.mark.parametrize("verified", [None, False, "true", 1])
async def test_an_address_that_the_provider_did_not_verify_proves_nothing(callers, provider, verified):
    who = await callers.identify(provider.token(email="boss@example.com", email_verified=verified))
    assert who.also == []


async def test_signatures_with_elliptic_curves_are_accepted_where_allowed(callers, provider):
    assert (await callers.identify(provider.token("e1", "ES256"))).id == f"oidc:{SUBJECT}"
    assert "not allowed" in await refusal(callers, provider.token("d1", "EdDSA"))


NOW = int(time.time())
CLAIMS = {
    "another audience": {"aud": "grafana"},
    "no audience": {"aud": None},
    "an audience in a list of others": {"aud": ["grafana", "argocd"]},
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "expired": {"exp": NOW - 3600},
    "no expiry": {"exp": None},
    "an expiry in words": {"exp": "never"},
    "not yet valid": {"nbf": NOW + 3600},
    "issued in the future": {"iat": NOW + 3600},
    "no moment of issue": {"iat": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": " "},
    "a subject that is a number": {"sub": 7},
}


@pytest.mark.parametrize("case", CLAIMS)
async def test_claims_that_are_not_right_are_refused(callers, provider, case):
    private = provider.private["k1"]
    claims = provider.claims(**CLAIMS[case])
    token = jwt.api_jws.encode(json.dumps(claims).encode(), private, algorithm="RS256", headers={"kid": "k1"})
    assert await refusal(callers, token)


def raw(header: dict, claims: dict, signature: bytes = b"") -> str:
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(base64.urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


async def test_no_signature_is_no_token(callers, provider):
    for alg in ("none", "None", "NONE", "nOnE", "", None):
        assert await refusal(callers, raw({"alg": alg, "kid": "k1"}, provider.claims()))


async def test_a_public_key_used_as_a_shared_secret_signs_nothing(callers, provider):
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    pem = provider.private["k1"].public_key().public_bytes(encoding, form)
    for algorithm in ("HS256", "HS384", "HS512"):
        signed = raw({"alg": algorithm, "kid": "k1"}, provider.claims()).rpartition(".")[0]
        signature = hmac.digest(pem, signed.encode(), f"sha{algorithm[2:]}")
        token = f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        assert "not allowed" in await refusal(callers, token)


async def test_a_shared_secret_that_is_published_is_no_key(callers, provider):
    secret = base64.urlsafe_b64encode(b"s" * 32).rstrip(b"=").decode()
    provider.published = [*provider.published, {"kty": "oct", "k": secret, "kid": "oct", "use": "sig"}]
    token = jwt.encode(provider.claims(), b"s" * 32, algorithm="HS256", headers={"kid": "oct"})
    assert await refusal(callers, token)


async def test_a_key_for_something_else_signs_nothing(callers, provider):
    provider.key("enc", use="enc")
    assert "does not publish" in await refusal(callers, provider.token("enc"))
    assert "does not publish" in await refusal(callers, provider.token("k1", headers={"kid": "e1"}))


async def test_a_token_may_not_bring_or_point_to_its_own_key(callers, provider):
    with Provider() as forger:
        forger.key("k1")
        brought = {"jwk": forger.published[0], "jku": f"{forger.issuer}/keys", "x5u": f"{forger.issuer}/keys"}
        token = jwt.encode(provider.claims(), forger.private["k1"], algorithm="RS256", headers={"kid": "k1", **brought})
        assert "not valid" in await refusal(callers, token)
        assert forger.asked == []


async def test_an_edited_payload_is_refused(callers, provider):
    header, _, signature = provider.token().split(".")
    claims = base64.urlsafe_b64encode(json.dumps(provider.claims(sub="admin")).encode()).rstrip(b"=").decode()
    assert "not valid" in await refusal(callers, f"{header}.{claims}.{signature}")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "..", "é.é.é", "x" * 20_000, "eyJhbGciOiJSUzI1NiJ9.e30."])
async def test_what_is_no_token_is_refused_with_a_sentence(callers, token):
    assert await refusal(callers, token)


async def test_keys_are_asked_for_once_and_again_when_they_are_old(callers, provider, seconds):
    for _ in range(5):
        await callers.identify(provider.token())
    assert provider.asked.count("/keys") == 1
    seconds.now += FRESH_SECONDS
    await callers.identify(provider.token())
    assert provider.asked.count("/keys") == 2


async def test_a_rotated_key_is_found_at_once_and_a_withdrawn_one_is_worth_nothing(callers, provider, seconds):
    await callers.identify(provider.token())
    provider.key("k2")
    provider.withdraw("k1")
    seconds.now += PAUSE_SECONDS
    assert (await callers.identify(provider.token("k2"))).id == f"oidc:{SUBJECT}"
    assert "does not publish" in await refusal(callers, provider.token("k1"))


async def test_forged_key_ids_do_not_make_us_ask_all_the_time(callers, provider):
    await callers.identify(provider.token())
    for number in range(20):
        assert await refusal(callers, provider.token(headers={"kid": f"made-up-{number}"}))
    assert provider.asked.count("/keys") <= 2


async def test_a_provider_that_is_down_costs_nothing_for_a_while_then_says_so(callers, provider, seconds):
    await callers.identify(provider.token())
    provider.broken = True
    seconds.now += FRESH_SECONDS
    assert await callers.identify(provider.token())
    seconds.now += STALE_SECONDS
    with pytest.raises(Temporary, match=r"api\.oidc"):
        await callers.identify(provider.token())
    provider.broken = False
    seconds.now += PAUSE_SECONDS
    assert await callers.identify(provider.token())


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"keys": 3}', b'{"keys": [1, {"kty": "RSA"}]}', b"{" * 10])
@pytest.mark.parametrize("discovered", [True, False])
async def test_a_provider_that_answers_nonsense_is_as_one_that_is_down(provider, answer, discovered):
    url = None if discovered else f"{provider.issuer}/keys"
    callers = OidcCallers(Oidc(issuer=provider.issuer, audience=AUDIENCE, jwks_url=url))
    provider.raw = answer
    with pytest.raises(Temporary):
        await callers.identify(provider.token())


async def test_a_description_of_another_issuer_is_not_believed(provider, seconds):
    other = OidcCallers(Oidc(issuer=f"{provider.issuer}/", audience=AUDIENCE), seconds)
    with pytest.raises(Temporary):
        await other.identify(provider.token())


async def test_the_door_takes_tokens_of_both_kinds_and_keeps_them_apart(provider, operations):
    oidc = Oidc(issuer=provider.issuer, audience=AUDIENCE, jwks_url=f"{provider.issuer}/keys")
    await operations.receive(parse(b'["checkout"]'))
    operations.allowed = [f"oidc:{SUBJECT}"]
    question = {"digest": operations.ask("inc-checkout").digest, "decision": "approved", "by": "alice"}
    async with client_of(operations, {"alice": "token-of-alice"}, oidc=oidc) as client:
        assert (await client.get(ONE)).status_code == 401
        assert (await client.get(ONE, headers=bearer("forged"))).status_code == 401
        token = await client.post(f"{ONE}/decision", json=question, headers=bearer("token-of-alice"))
        assert (token.status_code, "who may: oidc" in token.json()["error"]) == (403, True)
        signed = await client.post(f"{ONE}/decision", json=question, headers=bearer(provider.token(name="Ana")))
    assert (signed.status_code, signed.json()["identity"], signed.json()["by"]) == (200, f"oidc:{SUBJECT}", "Ana")


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"issuer": "http://id.example.com"}, "plain http"),
        ({"issuer": "https://id.example.com", "jwks_url": "http://id.example.com/keys"}, "plain http"),
        ({"issuer": "https://id.example.com", "algorithms": ["HS256"]}, "algorithms"),
        ({"issuer": "https://id.example.com", "algorithms": ["none"]}, "algorithms"),
        ({"issuer": "https://id.example.com", "algorithms": []}, "algorithms"),
    ],
)
def test_a_configuration_that_would_believe_anybody_is_refused(fields, complaint):
    with pytest.raises(ValueError, match=complaint):
        Oidc(audience=AUDIENCE, **fields)
