"""The HTTP application: every route in one table, and what all of them share.

`agent.wiring` builds it with the running daemon's `Operations` and serves it with uvicorn.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from agent.errors import NotAllowed, Refused, Temporary
from agent.model.identity import Identity
from agent.operations import Operations
from agent.redact import redact
from agent.sections import Oidc
from agent.telemetry import log
from integrations.web.alerts import Alerts, Parse
from integrations.web.caller import Callers
from integrations.web.health import Health
from integrations.web.inbound import body
from integrations.web.incidents import Incidents
from integrations.web.oidc import OidcCallers
from integrations.web.problem import Problem

Handler = Callable[[Request, Identity], Awaitable[Response]]
Public = Callable[[Mapping[str, str], bytes], Awaitable[tuple[int, Mapping[str, str], str]]]
Endpoint = Callable[[Request], Awaitable[Response]]


def app(
    operations: Operations,
    *,
    tokens: Mapping[str, str],
    parse: Parse,
    max_body: int = 1_000_000,
    oidc: Oidc | None = None,
    public: Mapping[str, Public] | None = None,
) -> Starlette:
    """The application.

    `tokens` maps a caller's name to its bearer token, `oidc` is the identity provider whose tokens are taken; neither leaves the
    door open. `parse` reads the
    webhook's body and raises a SteadyhandError that names the field. `max_body` is in bytes. `public` are paths for
    POST that check their callers themselves: headers and body in; status, headers and text out.
    """
    callers = Callers(tokens, OidcCallers(oidc) if oidc else None)
    alerts = Alerts(operations, parse, max_body)
    incidents = Incidents(operations, max_body)
    health = Health(operations)

    def route(method: str, path: str, handler: Handler, known: Callers | None = callers) -> Route:
        return Route(path, _door(handler, known), methods=[method])

    one = "/api/v1/incidents/{incident}"
    return Starlette(
        routes=[
            route("POST", "/api/v1/alerts/alertmanager", alerts.alertmanager),
            route("GET", "/api/v1/incidents", incidents.listing),
            route("GET", one, incidents.report),
            route("GET", f"{one}/snapshot", incidents.snapshot),
            route("GET", f"{one}/journal", incidents.journal),
            route("GET", f"{one}/audit", incidents.audit),
            route("GET", f"{one}/handover", incidents.handover),
            route("GET", f"{one}/proposal", incidents.proposal),
            route("POST", f"{one}/decision", incidents.decide),
            route("POST", f"{one}/take", incidents.take),
            route("POST", f"{one}/hand-back", incidents.hand_back),
            route("GET", "/healthz", health.alive, None),
            route("GET", "/readyz", health.ready, None),
            route("GET", "/metrics", health.metrics, None),
            *(route("POST", path, _public(receive, max_body), None) for path, receive in (public or {}).items()),
        ],
        exception_handlers={HTTPException: _no_such_route},
    )


def _public(receive: Public, max_body: int) -> Handler:
    async def handler(request: Request, _caller: Identity) -> Response:
        status, headers, text = await receive(dict(request.headers), await body(request, max_body))
        return Response(text, status_code=status, headers=dict(headers))

    return handler


def _door(handler: Handler, callers: Callers | None) -> Endpoint:
    """The handler behind the caller's check, every error turned into a status and a sentence."""

    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request, await callers.identify(request) if callers else Identity())
        except Exception as error:  # noqa: BLE001 - the last door: nothing but a sentence may leave
            return _answer(error, request).response()

    return endpoint


def _answer(error: Exception, request: Request) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, NotAllowed):
        return Problem(403, redact(str(error)))
    if isinstance(error, Refused):
        return Problem(409, redact(str(error)))
    if isinstance(error, Temporary):
        return Problem(503, redact(str(error)), {"Retry-After": "5"})
    log("web").error("request failed", path=request.url.path, exc_info=error)
    return Problem(500, "this failed on our side; the daemon's log says why")


async def _no_such_route(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    text = f"{request.method} is not possible here" if status == 405 else "there is nothing at this path"  # noqa: PLR2004
    return JSONResponse({"error": text}, status_code=status, headers=headers)
