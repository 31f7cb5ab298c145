"""prometheus-api-client with what it leaves out put back: deadline, size limit, warnings, error types.

The library asks through the `requests.Session` it is given, so this one decides what it gets to see:
it turns every reply but a success into NoAnswer, and keeps the warnings that the library drops. Runs
in threads (`integrations.prometheus.transport`).
"""

import io
import threading
import time
from typing import Any

import requests
import urllib3
from prometheus_api_client import PrometheusConnect
from urllib3.util.retry import Retry

from agent.model.question import GapReason
from agent.telemetry import metrics
from integrations.prometheus.access import Access
from integrations.prometheus.reply import Again, Envelope, NoAnswer, Reply, cleaned, opened, results

_CHUNK = 65_536


class LibrarySession(requests.Session):
    """A session that reads replies under limits and raises NoAnswer or Again for all but success."""

    def __init__(self, access: Access) -> None:
        super().__init__()
        self._access = access
        self._kept = threading.local()
        self.trust_env = not access.direct
        self.verify = access.ca_file or True if access.verify else False
        # an auth of our own, even one that does nothing, keeps requests from sending what netrc says
        self.auth = lambda prepared: prepared

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """One request, no redirects; the whole of it within the timeout."""
        deadline = time.monotonic() + self._access.timeout_seconds
        metrics().requests.labels("prometheus").inc()
        sent = self._access.credentials()
        kwargs.update(stream=True, allow_redirects=False, headers=sent)
        try:
            with super().request(method, url, *args, **kwargs) as response:
                headers = {name.lower(): value for name, value in response.headers.items()}
                body = self._access.masked(self._body(response, deadline), sent)
                reply = Reply(response.status_code, headers, body)
        except (requests.Timeout, urllib3.exceptions.TimeoutError) as error:
            raise NoAnswer(GapReason.TIMED_OUT, f"no reply from {self._access.host} in time") from error
        except requests.exceptions.SSLError as error:
            raise NoAnswer(GapReason.FAILED, f"no TLS with {self._access.host}: {_cause(error)}") from error
        except (requests.ConnectionError, urllib3.exceptions.ProtocolError) as error:
            raise Again(GapReason.FAILED, f"no connection to {self._access.host}: {_cause(error)}") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise NoAnswer(GapReason.FAILED, f"asking {self._access.host}: {type(error).__name__}") from error
        self._kept.envelope = opened(reply)
        results(self._kept.envelope)
        return _rebuilt(reply)

    def envelope(self) -> Envelope:
        """What the last request of this thread was told, warnings included."""
        found: Envelope = self._kept.envelope
        return found

    def _body(self, response: requests.Response, deadline: float) -> bytes:
        body = bytearray()
        # read1 comes back with whatever has arrived; iter_content would wait for a full chunk, however slowly it drips
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            body += chunk
            if len(body) > self._access.max_bytes:
                raise NoAnswer(GapReason.OUT_OF_RANGE, too_long(self._access))
            if time.monotonic() > deadline:
                raise NoAnswer(GapReason.TIMED_OUT, f"the reply of {self._access.host} did not end in time")
        return bytes(body)


def too_long(access: Access) -> str:
    """The words for a reply over the size limit."""
    return f"the reply is longer than {access.max_bytes} bytes: ask for fewer series, a longer step or a shorter window"


def connected(access: Access) -> tuple[PrometheusConnect, LibrarySession]:
    """The library's client on such a session, its own retries (which sleep for seconds) off."""
    session = LibrarySession(access)
    client = PrometheusConnect(
        url=access.base, session=session, retry=Retry(total=0, redirect=0), timeout=access.timeout_seconds
    )
    return client, session


def _cause(error: Exception) -> str:
    """The innermost reason: urllib3 wraps it in two sentences about its pool."""
    inner: object = error
    while isinstance(inner, BaseException) and (inner.args or hasattr(inner, "reason")):
        deeper = getattr(inner, "reason", None) or inner.args[0]
        if not isinstance(deeper, BaseException):
            break
        inner = deeper
    return cleaned(str(inner))


def _rebuilt(reply: Reply) -> requests.Response:
    """A response whose body can be read once more, for the library."""
    response = requests.Response()
    response.status_code = reply.status
    response.headers.update(reply.headers)
    response.headers.pop("content-encoding", None)
    response.raw = io.BytesIO(reply.body)
    response.encoding = "utf-8"
    return response
