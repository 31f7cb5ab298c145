"""Keeps what ConfigMaps hold while nothing is wrong, so that there is something to go back to. Run by `steadyhand serve`.

Trouble is a counted, logged gap: recording is never in the way of an incident.
"""

import asyncio

from agent import telemetry
from agent.model.question import Gap
from agent.ports import Ports

RECENT = 500
"""Incidents whose namespaces are looked at, the newest: where it went wrong once it may again."""


class Recorder:
    """Looks at the ConfigMaps of the namespaces that matter, again and again."""

    def __init__(self, ports: Ports, every_seconds: float = 60, also: tuple[str, ...] = ()) -> None:
        """`also` are namespaces that are recorded beside those of SLOs and of incidents so far."""
        self._ports, self._limits, self._every = ports, ports.rules.history, every_seconds
        self._always = {*also, *(slo.service.namespace for slo in ports.rules.slos)}
        self._unseen: dict[str, str] = {}
        self._once: set[asyncio.Task[None]] = set()
        self._log = telemetry.log("contents")

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self.round()
                await self._ports.clock.sleep(self._every)
        finally:
            for task in self._once:
                task.cancel()

    def look(self, namespace: str) -> None:
        """Record one namespace soon: an incident opened there."""
        task = asyncio.create_task(self._guarded(namespace))
        self._once.add(task)
        task.add_done_callback(self._once.discard)

    async def round(self) -> None:
        """Every namespace once, then drop what is beyond the limits. Never raises."""
        for namespace in sorted(await self._namespaces()):
            await self._guarded(namespace)
        try:
            await self._ports.store.contents.trim(self._limits, self._ports.clock.now())
        except Exception as trouble:  # noqa: BLE001 - as in _guarded
            self._missed("", "store", str(trouble))

    async def _namespaces(self) -> set[str]:
        try:
            incidents = await self._ports.store.incidents.find(limit=RECENT)
        except Exception as trouble:  # noqa: BLE001 - as in _guarded
            self._missed("", "store", str(trouble))
            return self._always
        return self._always | {incident.service.namespace for incident in incidents if incident.service}

    async def _guarded(self, namespace: str) -> None:
        try:
            await self._record(namespace)
        except Exception as trouble:  # noqa: BLE001 - a round that fails is a gap, and the next may not be missed for it
            self._missed(namespace, "store", str(trouble))

    async def _record(self, namespace: str) -> None:
        found = await self._ports.configs.contents(namespace, self._limits, self._ports.clock.now())
        if isinstance(found, Gap):
            self._missed(namespace, str(found.reason), found.detail)
            return
        count = telemetry.metrics().contents
        for content in found:
            new = await self._ports.store.contents.keep(content)
            count.labels(outcome="new" if new else "seen").inc()
        self._unseen.pop(namespace, None)

    def _missed(self, namespace: str, reason: str, detail: str) -> None:
        """Counted each time, logged when it is news."""
        telemetry.metrics().contents.labels(outcome=reason).inc()
        if self._unseen.get(namespace) != reason:
            self._unseen[namespace] = reason
            self._log.warning("contents of ConfigMaps not recorded", namespace=namespace, reason=reason, detail=detail)
