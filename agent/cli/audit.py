"""`steadyhand audit`: checks the chain of what was asked and done, and prints it. Reads beside a running daemon."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import typer

from agent import settings, wiring
from agent.cli.exits import ExitCode
from agent.cli.layout import terminal
from agent.cli.untrusted import line
from agent.errors import Unusable
from agent.model.audit import Break, SealedEntry
from agent.policy.chain import GENESIS, broken, canonical

PAGE = 1000
_HEAD = re.compile(r"(\d+):([0-9a-f]{64})")

Head = tuple[int, str]


def head_of(text: str | None) -> Head | None:
    """An entry's number and hash, as `verify` prints them."""
    if text is None:
        return None
    found = _HEAD.fullmatch(text)
    if found is None:
        raise typer.BadParameter("--head is NUMBER:HASH as `steadyhand audit verify` prints it")
    return int(found[1]), found[2]


def verify(config: Path | None, *, file: Path | None, head: Head | None) -> int:
    """0 for a whole chain; 1 with the first entry that is broken, or what the ledger has and the audit has not."""
    checking = _of_export(_lines(file), head) if file else _of_folder(settings.load(config).state_dir, head)
    last, found = asyncio.run(checking)
    console = terminal()
    if found:
        console.print(f"BROKEN at entry {found.seq}: {line(found.reason, 400)}")
        return ExitCode.FAILED
    console.print(f"whole: {last[0]} entries; the last is {last[0]}:{last[1]}", soft_wrap=True)
    return ExitCode.CONFIRMED


def export(config: Path | None, since: datetime | None, form: str) -> int:  # noqa: ARG001 - one form so far
    """All from the first entry at or after `since`, whole chain links, one JSON object a line."""
    asyncio.run(_print(settings.load(config).state_dir, since))
    return ExitCode.CONFIRMED


async def _of_folder(folder: Path, head: Head | None) -> tuple[Head, Break | None]:
    async with wiring.audit_of(folder) as audit:
        last, found = await _walk(_pages(audit), (0, GENESIS), head)
        if found is None and (lost := await audit.untold()):
            told = f"the ledger has effects that the audit does not tell, so its end was cut off: {'; '.join(lost[:3])}"
            found = Break(seq=last[0] + 1, reason=told)
    return last, found


async def _of_export(entries: list[SealedEntry], head: Head | None) -> tuple[Head, Break | None]:
    """As the folder's, for what was exported: it may begin anywhere, and the ledger is not at hand."""
    first = entries[0] if entries else None
    before = (first.seq - 1, first.previous) if first and first.seq > 1 else (0, GENESIS)

    async def one() -> AsyncIterator[list[SealedEntry]]:
        yield entries

    return await _walk(one(), before, head)


async def _walk(pages: AsyncIterator[list[SealedEntry]], last: Head, head: Head | None) -> tuple[Head, Break | None]:
    """The last entry and the first break, over all pages."""
    missing = head
    async for page in pages:
        if found := broken(page, *last):
            return last, found
        noted = next((entry for entry in page if head and entry.seq == head[0]), None)
        if head and noted:
            missing = None
            if noted.hash != head[1]:
                return last, Break(
                    seq=noted.seq, reason="it is not the entry whose hash was noted: all was written anew"
                )
        last = (page[-1].seq, page[-1].hash) if page else last
    if missing:
        return last, Break(seq=missing[0], reason="the entry whose hash was noted is not there")
    return last, None


async def _pages(audit: wiring.AuditFile) -> AsyncIterator[list[SealedEntry]]:
    after = 0
    while page := await audit.entries(after, PAGE):
        yield page
        after = page[-1].seq


async def _print(folder: Path, since: datetime | None) -> None:
    begun = since is None
    async with wiring.audit_of(folder) as audit:
        async for page in _pages(audit):
            for sealed in page:
                begun = begun or (since is not None and sealed.entry.at >= since)
                if begun:
                    told = {"seq": sealed.seq, "previous": sealed.previous, "hash": sealed.hash}
                    sys.stdout.write(canonical({**told, "entry": json.loads(sealed.text)}) + "\n")


def _lines(file: Path) -> list[SealedEntry]:
    try:
        told = file.read_text().splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Unusable(f"{file} cannot be read: {error}") from None
    return [_read(text, f"{file}:{number}") for number, text in enumerate(told, start=1)]


def _read(text: str, where: str) -> SealedEntry:
    try:
        told = json.loads(text)
        body = canonical(told["entry"])
        key = told["entry"]["key"]
        return SealedEntry(seq=told["seq"], key=key, previous=told["previous"], hash=told["hash"], text=body)
    except (ValueError, KeyError, TypeError) as error:
        raise Unusable(f"{where} is no line of `steadyhand audit export`: {error}") from None
