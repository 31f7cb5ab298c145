"""Serves the application with uvicorn until told to stop. Called by agent.wiring."""

import asyncio
import errno
import socket

import uvicorn
from starlette.applications import Starlette

from agent.errors import Unusable
from integrations.web.tls import Certificate


class HttpServer:
    """A listening server inside the running event loop; signals stay the process's own business."""

    def __init__(self, app: Starlette, host: str, port: int, certificate: Certificate | None = None) -> None:
        """Port 0 takes a free one. Nothing listens yet. Without a certificate it speaks plain HTTP."""
        self._certificate = certificate
        self._socket = _listen(host, port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=5,
            lifespan="off",
            proxy_headers=False,  # who is at the other end is the kernel's to say (integrations.web.peer), not a header's
            ssl_context_factory=(lambda _config, _default: certificate.context) if certificate else None,
        )
        self._server = uvicorn.Server(config)
        self._serving: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Accept connections from now on."""
        self._socket.listen()  # the kernel queues connections until uvicorn takes them
        self._serving = asyncio.create_task(self._server._serve([self._socket]))  # noqa: SLF001 - serve() would take over signal handling
        if self._certificate:
            self._watching = asyncio.create_task(self._certificate.watch(), name="certificate")

    async def stop(self) -> None:
        """Answer what is under way, then close."""
        self._server.should_exit = True
        if self._watching:
            self._watching.cancel()
        if self._serving:
            await self._serving


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        taken = "; is another daemon running?" if error.errno == errno.EADDRINUSE else ""
        raise Unusable(f"cannot listen on {host}:{port} (listen.host, listen.port): {error.strerror}{taken}") from error
    return listening
