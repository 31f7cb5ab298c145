"""A stand-in for Prometheus' rules and Alertmanager over the simulated world: burn-rate alerts, posted as a webhook.

The rules are the SRE workbook's two paging rows. `shrink` divides their windows: the unshrunken
rules need the world's history and some minutes of errors to fire, a demo that may only take seconds
uses 12, and so pages on 5 minutes and 25 seconds. That is quicker and more nervous than anybody
should run for real. Intervals between notifications are short for the same reason. The world keeps
three hours, so the six-hour window sees at most those.
"""

import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import numpy as np

from agent.model.record import digest
from integrations.simulation.samples import SERVER, Values
from integrations.simulation.world import World

RULES = [(14.4, 3600.0, 300.0), (6.0, 21600.0, 1800.0)]
"""(factor, long window, short window in seconds): traps 21, the paging rows for a 30-day period."""

ALERT_NAME = "ErrorBudgetBurn"
EVALUATION_SECONDS = 10.0
GROUP_WAIT = timedelta(seconds=15)
"""From the first alert of a group to its first notification: half of Alertmanager's default."""

GROUP_INTERVAL = timedelta(seconds=20)
REPEAT_INTERVAL = timedelta(seconds=240)
MIN_REQUESTS = 20
"""Fewer in the short window say nothing."""

NOT_ENDED = "0001-01-01T00:00:00Z"
"""What Alertmanager writes for an alert that still fires."""

_LOG = logging.getLogger(__name__)


@dataclass
class _Firing:
    """One alert's life; `burn` is that of the short window when last evaluated."""

    service: str
    starts_at: datetime
    burn: float
    ends_at: datetime | None = None


class SimulatedAlertmanager:
    """Evaluates every service's SLI (or only those of `services`) and tells `webhook_url` as Alertmanager does."""

    def __init__(
        self,
        world: World,
        webhook_url: str,
        *,
        shrink: float = 1.0,
        objective: float = 0.999,
        services: list[str] | None = None,
    ) -> None:
        if shrink < 1:
            raise ValueError(f"shrink divides the rules' windows and is at least 1; got {shrink}")
        self._world = world
        self._url = webhook_url
        self._rules = [(factor, long / shrink, short / shrink) for factor, long, short in RULES]
        self._objective = objective
        self._services = list(world.plans) if services is None else services
        self._alerts: dict[str, _Firing] = {}
        self._told: set[tuple[str, bool]] = set()
        self._told_at: datetime | None = None
        self.last_error = ""

    async def run(self) -> None:
        """Evaluate and tell until cancelled; a receiver that is not there yet is tried again."""
        async with httpx.AsyncClient(timeout=10.0, trust_env=False) as client:
            while True:
                now = self._world.advance()
                self.evaluate(now)
                if self.due(now):
                    await self._tell(client, now)
                await self._world.clock.sleep(EVALUATION_SECONDS)

    def send_to(self, webhook_url: str) -> None:
        """Tell somebody else from now on."""
        self._url = webhook_url

    async def _tell(self, client: httpx.AsyncClient, now: datetime) -> None:
        try:
            reply = await client.post(self._url, json=self.webhook_body(now))
        except httpx.HTTPError as error:
            self.last_error = f"{type(error).__name__}: {error}"
            _LOG.debug("webhook %s: %s", self._url, self.last_error)
            return
        if reply.is_server_error:
            self.last_error = f"HTTP {reply.status_code}"
            return
        self.last_error = "" if reply.is_success else f"HTTP {reply.status_code}: {reply.text[:200]}"
        self.told(now)

    def evaluate(self, now: datetime) -> None:
        """Bring the alerts up to date with the samples."""
        for service in self._services:
            burn = self.burn(service, now)
            known = self._alerts.get(service)
            fires = known is not None and known.ends_at is None
            if burn is not None and not fires:
                self._alerts[service] = _Firing(service, now, burn)
            elif burn is not None and known:
                known.burn = burn
            elif fires and known:
                known.ends_at = now

    def burn(self, service: str, now: datetime) -> float | None:
        """The short window's burn under the first rule that fires; None when none does."""
        end = now.timestamp()
        times, total, bad = self._counts(service, end, max(long for _factor, long, _short in self._rules))
        for factor, long, short in self._rules:
            recent = self._burn(times, total, bad, end - short)
            if recent > factor and self._burn(times, total, bad, end - long) > factor:
                return recent
        return None

    def _counts(self, service: str, end: float, longest: float) -> tuple[Values, Values, Values]:
        samples = self._world.samples
        rows = [row for row in samples.of_metric(SERVER) if samples.labels[row]["service"] == service]
        failed = [samples.labels[row]["http_response_status_code"].startswith("5") for row in rows]
        times, events = samples.events(rows, end - longest, end)
        return times, events.sum(axis=0), events[np.array(failed, dtype=bool)].sum(axis=0)

    def _burn(self, times: Values, total: Values, bad: Values, start: float) -> float:
        inside = times > start
        requests = float(total[inside].sum())
        return float(bad[inside].sum()) / requests / (1 - self._objective) if requests >= MIN_REQUESTS else 0.0

    def due(self, now: datetime) -> bool:
        """Whether there is something to tell now: news, or a reminder while something fires."""
        state = {(one.service, one.ends_at is None) for one in self._alerts.values()}
        if not state:
            return False
        oldest = min(one.starts_at for one in self._alerts.values())
        waited = now - self._told_at >= GROUP_INTERVAL if self._told and self._told_at else now - oldest >= GROUP_WAIT
        reminder = self._told_at is not None and now - self._told_at >= REPEAT_INTERVAL
        firing = any(fires for _service, fires in state)
        return (state != self._told and waited) or (firing and reminder)

    def told(self, now: datetime) -> None:
        """Note that the receiver has the present state; alerts told as resolved are forgotten."""
        self._alerts = {name: one for name, one in self._alerts.items() if one.ends_at is None}
        self._told = {(name, True) for name in self._alerts}
        self._told_at = now

    def webhook_body(self, now: datetime) -> dict[str, Any]:
        """Alertmanager's webhook, version 4, for the present state; changes nothing."""
        alerts = [self._alert(one) for one in sorted(self._alerts.values(), key=lambda one: one.service)]
        group = {"alertname": ALERT_NAME, "namespace": self._world.namespace}
        firing = any(alert["status"] == "firing" for alert in alerts)
        _LOG.debug("telling %d alerts at %s", len(alerts), now)
        return {
            "version": "4",
            "groupKey": f'{{}}:{{alertname="{ALERT_NAME}", namespace="{self._world.namespace}"}}',
            "truncatedAlerts": 0,
            "status": "firing" if firing else "resolved",
            "receiver": "steadyhand",
            "groupLabels": group,
            "commonLabels": _common([alert["labels"] for alert in alerts]),
            "commonAnnotations": _common([alert["annotations"] for alert in alerts]),
            "externalURL": "http://alertmanager.example",
            "alerts": alerts,
        }

    def _alert(self, one: _Firing) -> dict[str, Any]:
        labels = {
            "alertname": ALERT_NAME,
            "namespace": self._world.namespace,
            "service": one.service,
            "severity": "page",
            "slo": f"{one.service}-availability",
        }
        budget = f"{(1 - self._objective) * 100:.2g} %"
        return {
            "status": "firing" if one.ends_at is None else "resolved",
            "labels": labels,
            "annotations": {
                "summary": f"{one.service} burns its error budget of {budget} {one.burn:.0f} times too fast",
            },
            "startsAt": _time(one.starts_at),
            "endsAt": NOT_ENDED if one.ends_at is None else _time(one.ends_at),
            "generatorURL": f"http://prometheus.example/graph?service={one.service}",
            "fingerprint": digest(labels),
        }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _common(sets: list[dict[str, str]]) -> dict[str, str]:
    if not sets:
        return {}
    return {name: value for name, value in sets[0].items() if all(other.get(name) == value for other in sets)}
