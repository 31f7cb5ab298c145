"""What a server's HTTP reply means: Prometheus' JSON envelope, or the gap it amounts to.

Called by `integrations.prometheus.transport` for every reply of either HTTP client, so that both
read warnings, error types and foreign bodies alike.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from agent.model.query import Series
from agent.model.question import Gap, GapReason
from agent.redact import redact

_TOO_MUCH = ("too many samples", "exceeded maximum resolution")
"""Prometheus' own words when a query is over one of its limits; both come as plain bad_data or execution errors."""
_LONGEST_TEXT = 600


class NoAnswer(Exception):
    """The question ends here, with this gap."""

    def __init__(self, reason: GapReason, detail: str) -> None:
        super().__init__(detail)
        self.gap = Gap(reason=reason, detail=detail)


class Again(NoAnswer):
    """As above, but asking again may help, after `after` seconds if the server said how long."""

    def __init__(self, reason: GapReason, detail: str, after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.after = after


@dataclass(frozen=True)
class Reply:
    """An HTTP reply that has been read to its end; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Envelope:
    """The useful part of a successful reply."""

    data: Any
    warnings: list[str]


def cleaned(text: str) -> str:
    """A server's text made fit for evidence: one line, no control characters, secrets masked, not endless."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    line = redact(line)
    return line if len(line) <= _LONGEST_TEXT else f"{line[:_LONGEST_TEXT]}..."


def opened(reply: Reply) -> Envelope:
    """The envelope of a successful reply. Raises NoAnswer, or Again where asking again may help."""
    if reply.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        raise NoAnswer(
            GapReason.REFUSED, f"HTTP {reply.status}: check the token or headers for Prometheus{_said(reply)}"
        )
    document = _document(reply.body)
    if reply.status == HTTPStatus.OK:
        return _success(reply, document)
    raise _failure(reply, document)


def _document(body: bytes) -> dict[str, Any]:
    """The body as a JSON object; empty if it is anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _success(reply: Reply, document: dict[str, Any]) -> Envelope:
    if document.get("status") == "success" and "data" in document:
        said = [*_texts(document.get("warnings")), *_texts(document.get("infos"))]
        if document.get("isPartial") is True:  # VictoriaMetrics' word for a storage node that did not answer
            said.append("the answer is partial: a part of the store behind it did not answer")
        return Envelope(document["data"], said)
    if document.get("status") == "error":
        raise _failure(reply, document)
    kind = cleaned(reply.headers.get("content-type", "unknown"))
    raise NoAnswer(
        GapReason.FAILED,
        f"the reply ({kind}, {len(reply.body)} bytes) is not Prometheus' JSON, or was cut off: is the URL right?",
    )


def _texts(found: object) -> list[str]:
    return [cleaned(str(one)) for one in found] if isinstance(found, list) else []


def _failure(reply: Reply, document: dict[str, Any]) -> NoAnswer:
    kind, said = cleaned(str(document.get("errorType", ""))), cleaned(str(document.get("error", "")))
    if kind == "timeout":
        return NoAnswer(GapReason.TIMED_OUT, f"Prometheus gave the query up: {said}")
    if reply.status in {429, 502, 503, 504}:
        reason = GapReason.TIMED_OUT if reply.status == HTTPStatus.GATEWAY_TIMEOUT else GapReason.FAILED
        return Again(reason, f"HTTP {reply.status}{_said(reply)}", _retry_after(reply))
    if any(words in said for words in _TOO_MUCH):
        return NoAnswer(GapReason.OUT_OF_RANGE, f"Prometheus says {kind}: {said}")
    if said:
        return NoAnswer(GapReason.FAILED, f"Prometheus says {kind or f'HTTP {reply.status}'}: {said}")
    if 300 <= reply.status < 400:  # noqa: PLR2004 - the class of redirects
        place = cleaned(reply.headers.get("location", "nowhere"))
        return NoAnswer(GapReason.FAILED, f"redirected to {place}, not followed: configure the URL that answers itself")
    hint = ": no Prometheus API answers under this URL" if reply.status == HTTPStatus.NOT_FOUND else ""
    return NoAnswer(GapReason.FAILED, f"HTTP {reply.status}{hint}{_said(reply)}")


def _said(reply: Reply) -> str:
    text = _document(reply.body).get("error") or reply.body[:2000].decode(errors="replace")
    return f" ({cleaned(str(text))[:200]})" if text else ""


def _retry_after(reply: Reply) -> float | None:
    """Seconds, from a number or from a date against the server's own clock."""
    text = reply.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        return _until(text, reply.headers.get("date", ""))
    return seconds if math.isfinite(seconds) and seconds >= 0 else None


def _until(text: str, now: str) -> float | None:
    try:
        return max(0.0, (parsedate_to_datetime(text) - parsedate_to_datetime(now)).total_seconds())
    except (ValueError, TypeError):
        return None


def results(envelope: Envelope) -> tuple[str, list[Any]]:
    """The result type and the results of a query. Raises NoAnswer for another shape."""
    data = envelope.data
    if isinstance(data, dict) and isinstance(data.get("result"), list):
        return str(data.get("resultType")), data["result"]
    raise NoAnswer(GapReason.FAILED, "the reply is JSON, but not a query's result: is the URL right?")


def read_series(kind: str, found: list[Any]) -> tuple[list[Series], list[str]]:
    """Results as series in the order of their labels, and what could not be read. Raises NoAnswer for another shape."""
    if kind == "scalar":
        found = [{"metric": {}, "value": found}]
    elif kind not in {"vector", "matrix"}:
        raise NoAnswer(GapReason.FAILED, f"the query yields a {cleaned(kind)}, not series")
    try:
        plain = [one for one in found if "value" in one or "values" in one]
        read = [_one(item) for item in plain]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoAnswer(GapReason.FAILED, "the reply is JSON, but not shaped like Prometheus' series") from error
    skipped = len(found) - len(plain)
    notes = [f"{skipped} series hold native histograms only, which are not read"] if skipped else []
    return sorted(read, key=lambda one: sorted(one.labels.items())), notes


def _one(item: dict[str, Any]) -> Series:
    pairs = item["values"] if "values" in item else [item["value"]]
    labels = {str(name): str(value) for name, value in item["metric"].items()}
    return Series(labels=labels, times=[float(at) for at, _ in pairs], values=[float(value) for _, value in pairs])


def read_labels(data: object) -> list[Series]:
    """The answer of `/api/v1/series` as series without samples, in the order of their labels."""
    if not isinstance(data, list) or not all(isinstance(one, dict) for one in data):
        raise NoAnswer(GapReason.FAILED, "the reply is JSON, but not a list of label sets")
    found = [Series(labels={str(name): str(value) for name, value in one.items()}) for one in data]
    return sorted(found, key=lambda one: sorted(one.labels.items()))
