"""The door with a certificate: encrypted, renewed without a restart, and a clear word for files that cannot serve."""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from agent.errors import Unusable
from integrations.web.server import HttpServer
from integrations.web.tls import Certificate


def written(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate of its own making for localhost, with `name` as its subject."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / "tls.crt", folder / "tls.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certificate, private


async def hello(_request) -> PlainTextResponse:
    return PlainTextResponse("hello")


async def asked(port: int, authority: Path) -> str:
    trust = ssl.create_default_context(cafile=str(authority))
    async with httpx.AsyncClient(verify=trust, trust_env=False) as client:
        return (await client.get(f"https://localhost:{port}/")).text


async def test_it_answers_encrypted_and_takes_a_renewed_certificate_without_a_restart(tmp_path):
    certificate = Certificate(*written(tmp_path, "first"))
    server = HttpServer(Starlette(routes=[Route("/", hello)]), "127.0.0.1", 0, certificate)
    await server.start()
    try:
        assert await asked(server.port, tmp_path / "tls.crt") == "hello"
        assert not certificate.renew()
        written(tmp_path, "second")
        with pytest.raises(httpx.ConnectError):
            await asked(server.port, tmp_path / "tls.crt")
        assert certificate.renew()
        assert await asked(server.port, tmp_path / "tls.crt") == "hello"
        (tmp_path / "tls.crt").write_text("half of it")
        assert not certificate.renew()
    finally:
        await server.stop()


@pytest.mark.parametrize("spoil", [lambda path: path.unlink(), lambda path: path.write_text("no PEM")])
def test_files_that_cannot_serve_are_named(tmp_path, spoil):
    certificate, key = written(tmp_path, "spoilt")
    spoil(key)
    with pytest.raises(Unusable, match=r"listen.tls_cert_file: .*tls.key cannot be used"):
        Certificate(certificate, key)
