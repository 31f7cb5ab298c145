"""Writes the golden data folders: one incident waiting for a person, the same one while the burn is watched.

python -m tests.golden.make_golden - rerun only when the format of checkpoints changes on purpose, and
say so in docs/decisions.md: old incidents of our users are in the format that is replaced.
"""

import asyncio
import gzip
import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from agent.model.incident import Phase
from agent.model.journal import Topic
from integrations.store.open import CHECKPOINTS, DATABASE, open_store
from tests.story import Story

HERE = Path(__file__).parent
SCENARIO, SEED = "bad_release", 3
ABOUT = "about.json"
"""What the story needs to build the same shop again: scenario, seed, incident, and the moment of the copy."""


async def _waiting(folder: Path) -> Story:
    story = await Story.begin(folder, SCENARIO, SEED)
    await story.alerted()
    await story.asked()

    async def waits() -> bool | None:
        return (await story.incident()).phase is Phase.WAITING or None

    await story.until(waits, "it waits")
    await story.stop()
    return story


async def _watching(folder: Path) -> Story:
    story = await Story.begin(folder, SCENARIO, SEED)
    await story.alerted()
    looked = asyncio.Event()
    story.on(Topic.VERIFYING, looked.set)
    await story.approve()
    await looked.wait()
    await story.stop()
    return story


async def _keep(name: str, folder: Path, story: Story) -> None:
    opened = await open_store(folder)
    await opened.prune(story.incident_id)
    await opened.aclose()
    target = HERE / name
    target.mkdir(exist_ok=True)
    for file in (DATABASE, CHECKPOINTS):
        with closing(sqlite3.connect(folder / file)) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("VACUUM")
        (target / f"{file}.gz").write_bytes(gzip.compress((folder / file).read_bytes(), mtime=0))
    about = {"scenario": SCENARIO, "seed": SEED, "incident": story.incident_id, "at": story.stage.clock.now()}
    (target / ABOUT).write_text(json.dumps(about, default=str, indent=2) + "\n")


def unpack(name: str, folder: Path) -> dict[str, str]:
    """A golden folder as a data folder to open; returns what is known about it."""
    for file in (DATABASE, CHECKPOINTS):
        (folder / file).write_bytes(gzip.decompress((HERE / name / f"{file}.gz").read_bytes()))
    about: dict[str, str] = json.loads((HERE / name / ABOUT).read_text())
    return about


async def main() -> None:
    """Both folders."""
    for name, tell in (("waiting", _waiting), ("watching", _watching)):
        with tempfile.TemporaryDirectory() as folder:
            await _keep(name, Path(folder), await tell(Path(folder)))


if __name__ == "__main__":
    asyncio.run(main())
