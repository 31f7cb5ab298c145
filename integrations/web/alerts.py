"""The webhook: alerts come in here, and are stored when it answers."""

import asyncio
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.errors import SteadyhandError
from agent.model.alert import Alert
from agent.model.identity import Identity
from agent.operations import Operations
from agent.telemetry import log, metrics
from integrations.web.inbound import body
from integrations.web.problem import Problem

Parse = Callable[[bytes], list[Alert]]
"""Body → alerts; raises a SteadyhandError whose text names the field."""


class Alerts:
    """The handler, with the parser of the sender's format."""

    def __init__(self, operations: Operations, parse: Parse, max_body: int) -> None:
        self._operations = operations
        self._parse = parse
        self._max_body = max_body

    async def alertmanager(self, request: Request, _caller: Identity) -> Response:
        """POST /api/v1/alerts/alertmanager → 202 {"incidents", "accepted"}; 5xx makes the sender try again."""
        try:
            text = await body(request, self._max_body)
            alerts = await asyncio.to_thread(
                self._parse, text
            )  # a large body takes a while; probes must not wait for it
        except SteadyhandError as error:
            metrics().webhooks.labels(outcome="malformed").inc()
            log("web").warning("webhook refused", reason=str(error))
            raise Problem(400, str(error)) from None
        except Problem:
            metrics().webhooks.labels(outcome="too large").inc()
            raise
        try:
            incidents = await self._operations.receive(alerts)
        except Exception:
            metrics().webhooks.labels(outcome="failed").inc()
            raise
        metrics().webhooks.labels(outcome="accepted").inc()
        return JSONResponse({"incidents": incidents, "accepted": len(alerts)}, status_code=202)
