"""One recording for the tests of the file it is kept in."""

import asyncio
import tempfile
from pathlib import Path

import pytest

from agent.model.snapshot import Snapshot
from tests.recording.records import investigated


@pytest.fixture(scope="session")
def snapshot() -> Snapshot:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(investigated(Path(folder), "bad_release", 3))
