"""One TCP connection to a Service, opened and closed without sending a byte: only from within the cluster.

From outside, Service names do not resolve and Service addresses lead nowhere, so trying would prove nothing.
"""

import asyncio
import os
import socket
from collections.abc import Mapping
from urllib.parse import urlsplit

from agent.model.question import Connected, ConnectQuestion, Gap, GapReason
from integrations.kubernetes.api import Api
from integrations.kubernetes.route import Route

SECONDS = 2.0
_HIGHEST = 65535


async def read(api: Api, question: ConnectQuestion) -> Connected | Gap:
    """Whether the Service accepts; Gap(NOT_CONFIGURED) where we are not a pod of the API server's cluster."""
    if not within(api.server, os.environ):
        return Gap(
            reason=GapReason.NOT_CONFIGURED,
            detail="connections are tried from within the cluster only: run Steadyhand as a pod of it",
        )
    if not 0 < question.port <= _HIGHEST:
        return Gap(reason=GapReason.EMPTY, detail=f"{question.port} is no port: they are 1 to {_HIGHEST}")
    _ = Route("v1", "services", question.namespace, question.service).path  # refuses what is no name
    return await attempt(f"{question.service}.{question.namespace}.svc", question.port)


def within(server: str, environment: Mapping[str, str]) -> bool:
    """Whether the API server is the one that this pod was told of; a kubeconfig may name another cluster's."""
    here = (environment.get("KUBERNETES_SERVICE_HOST", ""), environment.get("KUBERNETES_SERVICE_PORT", "443"))
    parts = urlsplit(server)
    return bool(here[0]) and (parts.hostname, str(parts.port or 443)) == (here[0].strip("[]").lower(), here[1])


async def attempt(host: str, port: int, seconds: float = SECONDS) -> Connected:
    """Open and close. Never raises: every way to fail is an answer."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), seconds)
    except TimeoutError:
        return Connected(accepted=False, detail=f"no answer from {host}:{port} within {seconds:g} s")
    except socket.gaierror:
        return Connected(accepted=False, detail=f"the name {host} does not resolve")
    except ConnectionRefusedError:
        return Connected(accepted=False, detail=f"{host}:{port} refused the connection: nothing listens there")
    except OSError as error:
        said = os.strerror(error.errno) if error.errno else str(error)[:200]
        return Connected(accepted=False, detail=f"{host}:{port}: {said}")
    writer.close()
    return Connected(accepted=True, detail=f"{host}:{port} accepted the connection")
