"""What `helm test` runs, against a real door: it passes where it should, and says what does not hold."""

import asyncio
import os
import subprocess
import sys

import pytest

from docs.chart import CHART
from integrations.web.app import app
from integrations.web.server import HttpServer
from tests.web.conftest import TOKENS, parse
from tests.web.memory_operations import MemoryOperations


async def checked(tmp_path, tokens: dict[str, str], troubles: list[str]) -> tuple[int, str]:
    operations = MemoryOperations()
    operations.in_the_way = troubles
    server = HttpServer(app(operations, tokens=tokens, parse=parse), "127.0.0.1", 0)
    await server.start()
    token = tmp_path / "token"
    token.write_text(TOKENS["alice"])
    place = {"URL": f"http://127.0.0.1:{server.port}", "TOKEN_FILE": str(token), "PATH": os.environ["PATH"]}
    try:
        script = str(CHART / "files" / "check.py")
        done = await asyncio.to_thread(
            subprocess.run, [sys.executable, script], env=place, capture_output=True, text=True, check=False, timeout=60
        )
    finally:
        await server.stop()
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("tokens", "troubles", "status", "said"),
    [
        (TOKENS, [], 0, "ok     open with one 200"),
        (TOKENS, ["store: disk full"], 1, "store: disk full"),
        ({"alice": "another-token"}, [], 1, "FAILED open with one 401"),
        ({}, [], 1, "FAILED closed without a token 200"),
    ],
    ids=["well", "not ready", "another's tokens", "open to all"],
)
async def test_the_check_passes_only_where_the_door_is_as_it_should_be(tmp_path, tokens, troubles, status, said):
    done = await checked(tmp_path, tokens, troubles)
    assert (done[0], said in done[1]) == (status, True), done[1]
