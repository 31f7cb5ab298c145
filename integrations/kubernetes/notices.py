"""`Notices` as Kubernetes Events on the target: `kubectl describe` shows what Steadyhand proposed, did and saw.

Needs `create events`, a right of its own that nothing else depends on. A notice is sent by a task of its own and
forgotten: an API server that is slow or says no costs the action nothing, and a missing right is said once.
"""

import asyncio
from datetime import UTC, datetime

from agent import telemetry
from agent.model.entity import Entity
from agent.model.notice import Notice
from agent.model.record import digest
from agent.redact import redact
from agent.visible import on_one_line
from integrations.kubernetes.api import Api
from integrations.kubernetes.events import COMPONENT
from integrations.kubernetes.failure import Failure, Trouble
from integrations.kubernetes.fields import Json
from integrations.kubernetes.route import Route

LONGEST = 1000
"""Characters of an Event's message; the server's own limit is 1,024."""

MOST_AT_ONCE = 20
"""Notices on their way; more than that are dropped: the server does not answer, and nothing may pile up."""

CLOSING_SECONDS = 5.0

API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "Job": "batch/v1",
    "HorizontalPodAutoscaler": "autoscaling/v2",
    "Rollout": "argoproj.io/v1alpha1",
    "Application": "argoproj.io/v1alpha1",
    "Kustomization": "kustomize.toolkit.fluxcd.io/v1",
    "HelmRelease": "helm.toolkit.fluxcd.io/v2",
}
"""Of kinds outside the core group."""


class KubernetesNotices:
    """Events; close it with `aclose`."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._sending: set[asyncio.Task[None]] = set()
        self._refused = False
        self._log = telemetry.log("kubernetes")

    def tell(self, notice: Notice) -> None:
        """Send it by and by; returns at once and never raises."""
        if self._refused or len(self._sending) >= MOST_AT_ONCE or notice.target.kind == "External":
            return
        task = asyncio.create_task(self._send(notice))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def aclose(self) -> None:
        """Let what is on its way arrive, but not for long."""
        if self._sending:
            _, late = await asyncio.wait(self._sending, timeout=CLOSING_SECONDS)
            for task in late:
                task.cancel()

    async def _send(self, notice: Notice) -> None:
        try:
            body = event(notice, datetime.now(UTC))
            await self._api.create(Route("v1", "events", body["metadata"]["namespace"]), body)
        except Failure as failure:
            if failure.trouble is Trouble.CONFLICT:
                return  # the same notice, said before
            self._refused = self._refused or failure.trouble is Trouble.FORBIDDEN
            rest = "; no more Events will be tried until a restart" if self._refused else ""
            self._log.warning(f"an Event could not be written{rest}", target=str(notice.target), error=str(failure))
        except Exception:  # noqa: BLE001 - nobody waits for this task, and nothing may depend on it
            self._log.exception("an Event could not be written", target=str(notice.target))


def event(notice: Notice, now: datetime) -> Json:
    """The Event; its name comes from the notice, so that saying it again conflicts instead of doubling it."""
    at, target = now.strftime("%Y-%m-%dT%H:%M:%SZ"), notice.target
    message = on_one_line(redact(f"{notice.text} ({notice.incident_id})"))
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {
            "name": f"{target.name[:200]}.{digest(notice.incident_id, notice.reason, notice.key)}",
            "namespace": target.namespace or "default",  # where Events of objects without one are
        },
        "involvedObject": _reference(target, notice.uid),
        "reason": notice.reason.value,
        "message": message if len(message) <= LONGEST else f"{message[: LONGEST - 1]}…",
        "type": "Warning" if notice.reason.warning else "Normal",
        "source": {"component": COMPONENT},
        "firstTimestamp": at,
        "lastTimestamp": at,
        "count": 1,
    }


def _reference(target: Entity, uid: str) -> Json:
    found = {
        "apiVersion": API_VERSIONS.get(target.kind, "v1"),
        "kind": target.kind,
        "namespace": target.namespace,
        "name": target.name,
        "uid": uid,
    }
    return {key: value for key, value in found.items() if value}
