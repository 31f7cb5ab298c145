"""For whoever runs us: is it alive, is it ready, what does it count. Open to all, as probes expect."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from agent.model.identity import Identity
from agent.operations import Operations
from agent.redact import redact
from agent.telemetry import metrics


class Health:
    """The handlers."""

    def __init__(self, operations: Operations) -> None:
        self._operations = operations

    async def alive(self, _request: Request, _caller: Identity) -> Response:
        """GET /healthz → 200 as long as requests are answered at all."""
        return JSONResponse({"status": "alive"})

    async def ready(self, _request: Request, _caller: Identity) -> Response:
        """GET /readyz → 200, or 503 with what is in the way; with either, what is lacking and does not keep us from working."""
        troubles = [redact(trouble) for trouble in await self._operations.troubles()]
        lacking = [redact(sentence) for sentence in await self._operations.lacking()]
        return JSONResponse({"troubles": troubles, "lacking": lacking}, status_code=503 if troubles else 200)

    async def metrics(self, _request: Request, _caller: Identity) -> Response:
        """GET /metrics → Prometheus text format."""
        metrics().ready.set(not await self._operations.troubles())
        text, content_type = metrics().exposition()
        return Response(text, headers={"Content-Type": content_type})
