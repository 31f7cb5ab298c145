"""Which of Alertmanager's silences are on for an incident's alerts, in words. Pure; called by integrations.alertmanager.silences.

The format is that of API v2's `gettableSilence`.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from agent.model.alert import Alert
from agent.redact import MASK
from integrations.alertmanager.anchored import matches
from integrations.alertmanager.foreign_text import value
from integrations.alertmanager.malformed import Malformed

MOST_SILENCES = 20_000
"""Alertmanager tells of those that ended in the last days as well."""
LONGEST_NAME, LONGEST_COMMENT = 80, 200
_CUT = "…"


class _Matcher(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    name: str = Field(min_length=1)
    value: str
    regex: bool = Field(alias="isRegex")
    equal: bool = Field(default=True, alias="isEqual")  # before 0.22 there was nothing else

    def holds(self, labels: dict[str, str]) -> bool:
        """A label that is missing counts as empty. What cannot be told counts as held: then a person is asked."""
        seen = labels.get(self.name, "")
        if MASK in seen or seen.endswith(_CUT):  # not what Alertmanager sees
            return True
        if not self.regex:
            return (seen == self.value) is self.equal
        try:
            return matches(self.value, seen) is self.equal
        except ValueError:
            return True


class _Status(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    state: Literal["active", "pending", "expired"]


class _Silence(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=True)

    id: str
    status: _Status
    matchers: list[_Matcher] = Field(min_length=1, max_length=1_000)
    creator: str = Field(default="", alias="createdBy")
    comment: str = ""
    starts_at: Annotated[AwareDatetime, Field(strict=False, alias="startsAt")]
    ends_at: Annotated[AwareDatetime, Field(strict=False, alias="endsAt")]

    def mutes(self, alert: Alert) -> bool:
        return all(matcher.holds(alert.labels) for matcher in self.matchers)

    def told(self) -> str:
        who = _line(self.creator, LONGEST_NAME) or "somebody"
        why = _line(self.comment, LONGEST_COMMENT) or "no comment"
        return f"{who}: {why} (until {self.ends_at:%Y-%m-%d %H:%M} UTC, silence {_line(self.id, LONGEST_NAME)})"


_BODY = TypeAdapter(Annotated[list[_Silence], Field(max_length=MOST_SILENCES)])


def over(body: bytes, alerts: Sequence[Alert]) -> list[str]:
    """Each silence that is on for one of the alerts, the oldest first. Raises Malformed for another kind of body."""
    try:
        found = _BODY.validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise Malformed(
            f"the answer is not Alertmanager's list of silences ({_line(place, 80)}: {first['type']})"
        ) from None
    on = [s for s in found if s.status.state == "active" and any(s.mutes(alert) for alert in alerts)]
    return [silence.told() for silence in sorted(on, key=lambda s: (s.starts_at, s.id))]


def _line(text: str, longest: int) -> str:
    """One line of a stranger's text."""
    flat = " ".join(value("", text).split())
    return flat if len(flat) <= longest else flat[: longest - 1] + _CUT
