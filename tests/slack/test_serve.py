"""`steadyhand serve` with Slack configured: a process of its own, told of one alert, killed and started again."""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
import yaml

CHECKOUT = Path(__file__).parents[2]
ALERT = {
    "version": "4",
    "groupKey": "g",
    "status": "firing",
    "receiver": "steadyhand",
    "groupLabels": {},
    "commonLabels": {},
    "commonAnnotations": {},
    "externalURL": "http://127.0.0.1:9/",
}


class Process:
    """One daemon on a folder."""

    def __init__(self, folder, slack, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.config = folder / "steadyhand.yaml"
        token = folder / "bot-token"
        token.write_text(slack.state.bot_token)
        section = {
            "channel": "incidents",
            "bot_token_file": str(token),
            "app_token": slack.state.app_token,
            "api_url": f"{slack.origin}/api",
        }
        settings = {"state_dir": str(folder / "state"), "listen": {"port": port}, "slack": section}
        self.config.write_text(yaml.safe_dump({**settings, "kubernetes": {"enabled": False}}))

    async def start(self, *verb: str) -> None:
        argv = [sys.executable, "-m", "agent", *(verb or ("serve",)), "--config", str(self.config)]
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            *argv, cwd=CHECKOUT, env=dict(os.environ), stdout=pipe, stderr=asyncio.subprocess.STDOUT
        )

    async def end(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        out, _ = await asyncio.wait_for(self.process.communicate(), 60)
        return self.process.returncode, out.decode()

    async def alert(self) -> None:
        labels = {"alertname": "Burns", "namespace": "shop", "service": "checkout"}
        starts = datetime.now(UTC).isoformat()
        one = {"status": "firing", "labels": labels, "annotations": {}, "startsAt": starts, "fingerprint": "f1"}
        one |= {"endsAt": "0001-01-01T00:00:00Z", "generatorURL": ""}
        async with httpx.AsyncClient(trust_env=False) as client:
            body = {**ALERT, "alerts": [one]}
            assert (await client.post(f"{self.url}/api/v1/alerts/alertmanager", json=body)).status_code < 300


@pytest.fixture
async def process(tmp_path, slack, unused_tcp_port):
    pytest.importorskip("jwt")
    slack.state.channel("incidents")
    process = Process(tmp_path, slack, unused_tcp_port)
    yield process
    if process.process.returncode is None:
        process.process.kill()
        await process.process.communicate()


async def test_the_daemon_tells_slack_and_after_a_kill_tells_nothing_twice(process, slack):
    await process.start()
    await asyncio.wait_for(slack.socket.connected(), 60)
    await process.alert()
    await slack.until(lambda: [m for m in slack.state.messages if "checkout" in m.seen.text], 60)
    await process.end(signal.SIGKILL)
    await process.start()
    await slack.until(lambda: slack.socket.opened > 1 and slack.socket.connections, 60)
    await slack.until(lambda: [m for m in slack.state.messages if "Over to you" in m.seen.text], 60)
    code, log = await process.end(signal.SIGTERM)
    assert code == 0, log
    assert slack.state.bot_token not in log
    assert slack.state.app_token not in log
    roots = [m for m in slack.state.messages if not m.thread_ts]
    assert len(roots) == 1
    names = [m.metadata["event_payload"]["name"] for m in slack.state.messages]
    assert len(names) == len(set(names))


async def test_the_check_is_a_verb_with_an_exit_status(process, slack):
    await process.start("slack", "check")
    out, _ = await asyncio.wait_for(process.process.communicate(), 60)
    assert process.process.returncode == 0, out.decode()
    slack.state.tokens[slack.state.bot_token].scopes.discard("chat:write")
    await process.start("slack", "check")
    out, _ = await asyncio.wait_for(process.process.communicate(), 60)
    assert process.process.returncode != 0
    assert b"chat:write" in out
