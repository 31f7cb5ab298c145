"""Incidents over HTTP: list, report, journal, the open question, and its answer.

Whoever has the door's handlers built (`integrations.web.app`) gives them the daemon's `Operations`.
"""

import re
import unicodedata
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from agent.model.identity import Identity
from agent.model.proposal import Decision, DecisionKind, Proposal
from agent.operations import Operations
from agent.policy.handover import handover, markdown
from agent.redact import redact
from integrations.web.inbound import body, json_form, query
from integrations.web.problem import Problem

LONGEST_WAIT = 60.0
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")
_CLOSED = {"open": False, "closed": True, "all": None}


def _clean(text: str) -> str:
    return redact("".join(c for c in text if unicodedata.category(c) not in ("Cc", "Cf") or c == "\n")).strip()


def _name(text: str) -> str:
    """A claimed name, without what could make it look like a proven one beside it."""
    return _clean(text).translate(str.maketrans("\n", " ", "()[]<>:"))


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Nothing(_Form):
    """No parameters."""


class _Listing(_Form):
    state: Literal["open", "closed", "all"] = "all"
    limit: int = Field(default=100, ge=1, le=1_000)


class _Reading(_Form):
    after: int = Field(default=0, ge=0, lt=2**63)
    wait: float = Field(default=0, ge=0, le=LONGEST_WAIT, allow_inf_nan=False)


class _Answer(_Form):
    model_config = ConfigDict(extra="forbid", strict=True)

    digest: str = Field(min_length=1, max_length=128)
    decision: Literal["approved", "denied"]
    reason: Annotated[str, Field(max_length=2_000), AfterValidator(_clean)] = ""
    by: Annotated[str, Field(max_length=128), AfterValidator(_name)] = ""
    narrow: dict[Annotated[str, Field(max_length=64)], int | Annotated[str, Field(max_length=64)]] = Field(
        default={}, max_length=8
    )


class _Hands(_Form):
    by: Annotated[str, Field(max_length=128), AfterValidator(_name)] = ""


class Incidents:
    """The handlers; each takes the request and who the door knows the caller to be."""

    def __init__(self, operations: Operations, max_body: int) -> None:
        self._operations = operations
        self._max_body = max_body

    async def listing(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents → {"incidents": [Incident…]}, newest first."""
        asked = query(request, _Listing)
        found = await self._operations.incidents(closed=_CLOSED[asked.state], limit=asked.limit)
        return _json({"incidents": found})

    async def report(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents/{id} → Report."""
        query(request, _Nothing)
        report = await self._operations.report(_id(request))
        if report is None:
            raise _unknown(request)
        return _json(report)

    async def snapshot(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents/{id}/snapshot → Snapshot, what `steadyhand record` keeps. Refused becomes 409."""
        query(request, _Nothing)
        snapshot = await self._operations.snapshot(_id(request))
        if snapshot is None:
            raise _unknown(request)
        return _json(snapshot)

    async def journal(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents/{id}/journal → {"entries": [JournalEntry…]}; waits up to `wait` s for the first."""
        asked = query(request, _Reading)
        entries = await self._operations.journal(_id(request), asked.after, asked.wait)
        if not entries and await self._operations.report(_id(request)) is None:
            raise _unknown(request)
        return _json({"entries": entries})

    async def audit(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents/{id}/audit → {"entries": [AuditEntry…]}: who did what, why, with what result."""
        query(request, _Nothing)
        entries = await self._operations.audit(_id(request))
        if not entries and await self._operations.report(_id(request)) is None:
            raise _unknown(request)
        return _json({"entries": entries})

    async def handover(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents/{id}/handover → the hand-over note as Markdown."""
        query(request, _Nothing)
        report = await self._operations.report(_id(request))
        if report is None:
            raise _unknown(request)
        return PlainTextResponse(markdown(handover(report)), media_type="text/markdown")

    async def proposal(self, request: Request, _caller: Identity) -> Response:
        """GET /api/v1/incidents/{id}/proposal → {"digest", "proposal"} of the open question."""
        query(request, _Nothing)
        proposal = await self._open_question(request)
        return _json({"digest": proposal.digest, "proposal": proposal})

    async def decide(self, request: Request, caller: Identity) -> Response:
        """POST /api/v1/incidents/{id}/decision → the recorded Decision.

        Who decides is what the door found out; `by` is only the name shown where it asks nobody for a token. A role
        that is missing becomes 403 with who may, any other refusal 409.
        """
        query(request, _Nothing)
        answer = json_form(await body(request, self._max_body), _Answer)
        decision = Decision(
            incident_id=_id(request),
            digest=answer.digest,
            kind=DecisionKind(answer.decision),
            by=_shown(caller, answer.by),
            channel="http",
            reason=answer.reason,
            at=datetime.now(UTC),
        )
        return _json(await self._operations.decide(decision, caller, answer.narrow))

    async def take(self, request: Request, caller: Identity) -> Response:
        """POST /api/v1/incidents/{id}/take → Incident: the caller is on it, nothing is done until it is handed back."""
        query(request, _Nothing)
        by = json_form(await body(request, self._max_body) or b"{}", _Hands).by
        return _json(await self._operations.take_over(_id(request), caller, by))

    async def hand_back(self, request: Request, caller: Identity) -> Response:
        """POST /api/v1/incidents/{id}/hand-back → Incident: Steadyhand goes on."""
        query(request, _Nothing)
        by = json_form(await body(request, self._max_body) or b"{}", _Hands).by
        return _json(await self._operations.hand_back(_id(request), caller, by))

    async def _open_question(self, request: Request) -> Proposal:
        pending = await self._operations.pending(_id(request))
        if not pending:
            raise Problem(404, f"incident {_id(request)} has no open question; see its report")
        return pending[0]


def _shown(caller: Identity, claimed: str) -> str:
    """The proven name; the owner of a local socket may give another for people to read."""
    local = not caller.id or caller.id.startswith("login:")
    return (claimed if local else "") or caller.name or "anonymous"


def _id(request: Request) -> str:
    """The incident's id; what cannot be one is not handed on, nor repeated."""
    text = str(request.path_params["incident"])
    if not _ID.fullmatch(text):
        raise Problem(404, "this is no incident's id; GET /api/v1/incidents lists them")
    return text


def _unknown(request: Request) -> Problem:
    return Problem(404, f"there is no incident {_id(request)}; GET /api/v1/incidents lists them")


def _json(content: Any) -> Response:
    """Records as JSON; NaN and infinities as text, as everywhere (`agent.model.record`)."""
    return Response(to_json(content, inf_nan_mode="strings"), media_type="application/json")
