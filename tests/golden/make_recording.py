"""Writes the golden recording: `python -m tests.golden.make_recording`, only when the format's version changes."""

import asyncio
import tempfile
from pathlib import Path

from integrations.recording import archive
from tests.recording.records import investigated

FILE = Path(__file__).parent / "bad-release.v1.steadyhand"


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        archive.write(await investigated(Path(folder), "bad_release", 3), FILE)
    FILE.chmod(0o644)


if __name__ == "__main__":
    asyncio.run(main())
