"""Makes a Failure of an answer that is a no, by its status and in the server's words, or of none at all; without secrets. Called by api.py."""

import json
from collections.abc import Mapping

import aiohttp

from agent.redact import redact
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import text

_STATUS = {
    401: Trouble.UNAUTHENTICATED,
    403: Trouble.FORBIDDEN,
    404: Trouble.EMPTY,
    408: Trouble.TIMED_OUT,
    409: Trouble.CONFLICT,
    410: Trouble.EXPIRED,
    429: Trouble.BUSY,
}
NOT_ACCEPTED = "our credentials are not accepted: log in again, or check the kubeconfig's user or the service account"


def refusal(status: int, headers: Mapping[str, str], content: bytes, doing: str) -> Failure:
    """What the status means, with what the server said."""
    trouble = _STATUS.get(status, Trouble.BROKEN if status >= 500 else Trouble.REJECTED)  # noqa: PLR2004 - HTTP's classes
    said = short(_message(content))
    if trouble is Trouble.UNAUTHENTICATED:
        said = NOT_ACCEPTED
    if trouble is Trouble.FORBIDDEN:
        said = f"RBAC does not allow it: {said}"
    after = headers.get("Retry-After", "")
    seconds = float(after) if after.isascii() and after.isdigit() else None  # "²" is a digit, and no number
    return Failure(trouble, f"could not {doing} ({status}): {said}", seconds)


def broken(error: Exception, told: str, seconds: float) -> Failure:
    """A request without an answer: by what became of the connection. `told` says what could not be done, and where."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError | aiohttp.ClientSSLError):
        return Failure(Trouble.REJECTED, f"{told}: no trusted TLS connection ({short(str(error))})")
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Failure(Trouble.UNREACHABLE, f"{told}: no connection ({short(str(error))})")
    if isinstance(error, TimeoutError):
        return Failure(Trouble.TIMED_OUT, f"{told}: no answer within {seconds:g} s")
    return Failure(Trouble.CUT_OFF, f"{told}: the connection broke ({type(error).__name__}: {short(str(error))})")


def _message(content: bytes) -> str:
    """The message of a Status object, or the beginning of whatever came instead."""
    try:
        return text(json.loads(content), "message") or content[:200].decode("utf-8", "replace")
    except (ValueError, RecursionError):
        return content[:200].decode("utf-8", "replace")


def short(said: str) -> str:
    """One line for people, without secrets and without a tail."""
    line = " ".join(redact(said).split())
    return line if len(line) <= 300 else line[:299] + "…"  # noqa: PLR2004 - a sentence or two
