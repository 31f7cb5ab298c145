"""Checkpoints written by earlier versions must still load: module paths and fields of records are a file format.

Each file named below is a `checkpoints.db` kept from a released version, with at least one thread
that was waiting for a person. A change that makes this fail needs a migration, not a new file.
"""

import shutil
from contextlib import aclosing
from pathlib import Path

import pytest

from agent.model.incident import Incident
from agent.model.record import Record
from integrations.store.open import CHECKPOINTS, open_store

GOLDEN: list[str] = []  # for the lead: names of the .db files in this folder, once the graph has written the first
HERE = Path(__file__).parent


def records(value: object) -> list[Record]:
    """Every record in a state's value, however deep in lists and dicts."""
    if isinstance(value, Record):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [found for part in value for found in records(part)] if isinstance(value, list) else []


def test_the_list_names_exactly_the_files_that_are_here():
    assert sorted(GOLDEN) == sorted(file.name for file in HERE.glob("*.db"))


@pytest.mark.parametrize("name", GOLDEN)
async def test_an_old_checkpoint_still_loads_as_records(name, tmp_path):
    shutil.copy(HERE / name, tmp_path / CHECKPOINTS)
    async with aclosing(await open_store(tmp_path)) as opened:
        states = [found.checkpoint["channel_values"] async for found in opened.checkpointer.alist(None)]
    assert states
    assert any(isinstance(state.get("incident"), Incident) for state in states)
    for found in records(states):
        written = found.model_dump_json()
        assert type(found).model_validate_json(written).model_dump_json() == written
