"""Alertmanager's webhook body (version 4; Grafana's version 1 has the same shape) → alerts.

`integrations.web` is given `parse` by `agent.wiring`; `steadyhand investigate --alert` uses it too.
The format is described in Alertmanager's documentation under webhook_config.
"""

import re
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from agent.model.alert import Alert, AlertStatus
from agent.model.record import digest
from agent.redact import redact
from integrations.alertmanager.foreign_text import cut, plain, value
from integrations.alertmanager.malformed import Malformed

MAX_ALERTS = 1_000
MAX_LABELS = 64
TRUNCATED = "steadyhand_truncated"
"""The annotation that says how many alerts the sender left out."""

_DATED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
_YEARS = range(1970, 2200)
_NO_TIME = 1  # the year of Go's zero time, which stands for "not ended"
_SHOWN_ERRORS = 3


def _dated_text(written: Any) -> Any:
    """Pydantic would also take a number for a time; Alertmanager never writes one."""
    if not (isinstance(written, str) and _DATED.match(written)):
        raise ValueError("must be an RFC 3339 time, as 2026-11-23T10:02:03Z")
    return written


Time = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_dated_text)]
Texts = Annotated[dict[Annotated[str, Field(min_length=1, max_length=256)], str], Field(max_length=MAX_LABELS)]


class _Alert(BaseModel):
    """One alert as it is sent; keys we do not use are left alone."""

    model_config = ConfigDict(extra="ignore", strict=True)

    status: Literal["firing", "resolved"]
    labels: Texts
    annotations: Texts = {}
    starts_at: Time = Field(alias="startsAt")
    ends_at: Time | None = Field(default=None, alias="endsAt")
    generator_url: str = Field(default="", alias="generatorURL")
    fingerprint: str = Field(default="", max_length=128, pattern=r"^[A-Za-z0-9_.:-]*$")


class _Body(BaseModel):
    """The whole body."""

    model_config = ConfigDict(extra="ignore", strict=True)

    version: Literal["4", "1"]
    alerts: list[_Alert] = Field(max_length=MAX_ALERTS)
    truncated: int = Field(default=0, ge=0, alias="truncatedAlerts")


def parse(body: bytes) -> list[Alert]:
    """The alerts in a webhook's body, cleaned and with secrets masked. Raises Malformed, naming the field."""
    try:
        read = _Body.model_validate_json(body)
    except ValidationError as error:
        raise Malformed(_complaint(error)) from None
    return [_alert(sent, number, read.truncated) for number, sent in enumerate(read.alerts)]


def _alert(sent: _Alert, number: int, truncated: int) -> Alert:
    annotations = {plain(name): value(name, text) for name, text in sent.annotations.items()}
    annotations.pop(TRUNCATED, None)  # ours to say, not the sender's
    if truncated:
        annotations[TRUNCATED] = str(truncated)
    ended = sent.ends_at if sent.ends_at and sent.ends_at.year > _NO_TIME else None
    return Alert(
        fingerprint=sent.fingerprint or digest(sent.labels),
        status=AlertStatus(sent.status),
        starts_at=_within_reason(sent.starts_at, f"alerts[{number}].startsAt"),
        ends_at=_within_reason(ended, f"alerts[{number}].endsAt") if ended else None,
        labels={plain(name): value(name, text) for name, text in sent.labels.items()},
        annotations=annotations,
        generator_url=_link(sent.generator_url),
    )


def _within_reason(moment: datetime, field: str) -> datetime:
    if moment.year not in _YEARS:
        raise Malformed(f"{field}: the year {moment.year} cannot be; write a time between {_YEARS[0]} and {_YEARS[-1]}")
    return moment


def _link(text: str) -> str:
    """Only what a browser may open without running anything."""
    return value("", text) if text.startswith(("http://", "https://")) else ""


def _complaint(error: ValidationError) -> str:
    details = error.errors(include_url=False, include_input=False)
    said = [f"{_field(detail['loc'])}{_sentence(detail['type'], detail['msg'])}" for detail in details[:_SHOWN_ERRORS]]
    more = len(details) - len(said)
    return cut("; ".join(said) + (f"; and {more} more" if more else ""))


def _field(place: tuple[int | str, ...]) -> str:
    """`alerts[3].startsAt: `; label names in it are the sender's, so they are cleaned."""
    parts = [part for part in place if part not in ("", "[key]")]
    path = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts).lstrip(".")
    return f"{redact(plain(path))[:100]}: " if path else ""


def _sentence(kind: str, said: str) -> str:
    if kind == "json_invalid":
        return f"the body is not JSON ({said.removeprefix('Invalid JSON: ')}); send Alertmanager's webhook format, version 4"
    if kind == "missing":
        return "is missing; send Alertmanager's webhook format, version 4"
    if kind == "model_type":
        return "must be a JSON object, as in Alertmanager's webhook format, version 4"
    return said.removeprefix("Value error, ")
