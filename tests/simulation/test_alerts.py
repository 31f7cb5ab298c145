import asyncio
import contextlib
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from agent.model.alert import AlertStatus
from integrations.alertmanager.webhook import parse
from integrations.simulation.alerts import GROUP_INTERVAL, GROUP_WAIT, SimulatedAlertmanager
from integrations.simulation.clock import AcceleratedClock
from integrations.simulation.world import World
from tests.simulation.stage import START, a_stage

NOWHERE = "http://127.0.0.1:9/"


class Receiver:
    """Takes webhooks on a port of its own; answers with the statuses it is given, then with 200."""

    def __init__(self, *statuses):
        self.bodies, left = [], list(statuses)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                outer.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(left.pop(0) if left else 200)
                self.end_headers()

            def log_message(self, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/alerts"

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *exc):
        self.server.shutdown()
        self.server.server_close()


def firing(manager, stage):
    manager.evaluate(stage.clock.now())
    body = manager.webhook_body(stage.clock.now())
    return {alert["labels"]["service"]: alert["status"] for alert in body["alerts"]}


def test_a_healthy_shop_alerts_nobody():
    stage = a_stage()
    manager = SimulatedAlertmanager(stage.world, NOWHERE, shrink=12)
    for _ in range(60):
        stage.later(10)
        assert firing(manager, stage) == {}
        assert not manager.due(stage.clock.now())


def test_everybody_who_suffers_alerts_and_resolves_when_it_is_over():
    stage = a_stage()
    manager = SimulatedAlertmanager(stage.world, NOWHERE, shrink=12)
    stage.world.break_dependency("payments", "errors")
    stage.later(90)
    assert firing(manager, stage) == {"payments": "firing", "checkout": "firing", "frontend": "firing"}
    begun = {name: alert["startsAt"] for name, alert in by_service(manager, stage).items()}
    stage.later(60)
    manager.evaluate(stage.clock.now())
    assert {name: alert["startsAt"] for name, alert in by_service(manager, stage).items()} == begun
    stage.world.heal("payments")
    stage.later(300)
    assert set(firing(manager, stage).values()) == {"resolved"}
    assert manager.webhook_body(stage.clock.now())["status"] == "resolved"


def by_service(manager, stage):
    return {alert["labels"]["service"]: alert for alert in manager.webhook_body(stage.clock.now())["alerts"]}


def test_the_unshrunken_rules_page_within_minutes_but_later():
    stage = a_stage()
    quick, real = SimulatedAlertmanager(stage.world, NOWHERE, shrink=12), SimulatedAlertmanager(stage.world, NOWHERE)
    stage.world.break_dependency("payments", "errors")
    stage.later(30)
    assert "payments" in firing(quick, stage)
    assert firing(real, stage) == {}
    stage.later(240)
    assert "payments" in firing(real, stage)


def test_only_the_services_with_an_objective_alert():
    stage = a_stage()
    manager = SimulatedAlertmanager(stage.world, NOWHERE, shrink=12, services=["checkout"])
    stage.world.break_dependency("payments", "errors")
    stage.later(90)
    assert list(firing(manager, stage)) == ["checkout"]


def test_the_body_is_what_our_own_webhook_reader_takes():
    stage = a_stage()
    manager = SimulatedAlertmanager(stage.world, NOWHERE, shrink=12)
    stage.world.break_dependency("payments", "errors")
    stage.later(90)
    manager.evaluate(stage.clock.now())
    body = manager.webhook_body(stage.clock.now())
    assert body == manager.webhook_body(stage.clock.now())
    assert body["commonLabels"] == {"alertname": "ErrorBudgetBurn", "namespace": "shop", "severity": "page"}
    assert body["groupLabels"] == {"alertname": "ErrorBudgetBurn", "namespace": "shop"}
    assert (body["version"], body["status"], body["truncatedAlerts"]) == ("4", "firing", 0)
    alerts = parse(json.dumps(body).encode())
    assert len({alert.fingerprint for alert in alerts}) == 3
    assert {alert.status for alert in alerts} == {AlertStatus.FIRING}
    assert all(alert.ends_at is None and alert.starts_at == stage.clock.now() for alert in alerts)
    assert alerts[0].labels["slo"] == f"{alerts[0].labels['service']}-availability"


def test_news_is_told_once_and_reminded_of():
    stage = a_stage()
    manager = SimulatedAlertmanager(stage.world, NOWHERE, shrink=12)
    stage.world.break_dependency("payments", "errors")
    stage.later(90)
    manager.evaluate(stage.clock.now())
    assert not manager.due(stage.clock.now())
    stage.later(GROUP_WAIT.total_seconds())
    assert manager.due(stage.clock.now())
    manager.told(stage.clock.now())
    stage.later(60)
    assert not manager.due(stage.clock.now())
    stage.later(200)
    assert manager.due(stage.clock.now())
    manager.told(stage.clock.now())
    stage.world.heal("payments")
    stage.later(300)
    manager.evaluate(stage.clock.now())
    assert manager.due(stage.clock.now())
    manager.told(stage.clock.now())
    stage.later(GROUP_INTERVAL.total_seconds() * 20)
    manager.evaluate(stage.clock.now())
    assert not manager.due(stage.clock.now())


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - a server thread sets no asyncio event
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def running(manager):
    task = asyncio.create_task(manager.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_posts_firing_and_resolved_alerts_over_http():
    world = World(3, AcceleratedClock(START, 600))
    with Receiver(503) as receiver:
        manager = SimulatedAlertmanager(world, receiver.url, shrink=12)
        async with running(manager):
            world.break_dependency("payments", "errors")
            await until(lambda: len(receiver.bodies) >= 2)
            world.heal("payments")
            await until(lambda: b'"resolved"' in receiver.bodies[-1] and b'"firing"' not in receiver.bodies[-1])
    first, again, last = (parse(body) for body in (receiver.bodies[0], receiver.bodies[1], receiver.bodies[-1]))
    assert {alert.fingerprint for alert in first} <= {alert.fingerprint for alert in again}
    assert {alert.status for alert in last} == {AlertStatus.RESOLVED}
    assert all(alert.ends_at and alert.ends_at > alert.starts_at for alert in last)
    assert manager.last_error == ""


async def test_a_receiver_that_is_not_there_does_not_end_it():
    world = World(3, AcceleratedClock(START, 600))
    manager = SimulatedAlertmanager(world, NOWHERE, shrink=12)
    async with running(manager):
        world.break_dependency("payments", "errors")
        await until(lambda: manager.last_error)
        assert "ConnectError" in manager.last_error
        with Receiver() as receiver:
            manager.send_to(receiver.url)
            await until(lambda: receiver.bodies)
            await until(lambda: manager.last_error == "")


def test_windows_are_not_stretched():
    with pytest.raises(ValueError, match="at least 1"):
        SimulatedAlertmanager(a_stage().world, NOWHERE, shrink=0.5)
