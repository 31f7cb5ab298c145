"""The snapshot file: one gzip stream of two lines, a header and a JSON document. Called by `agent.wiring`.

One document and no folder of files: there is no path in it that could lead anywhere. The header says format,
version, length and SHA-256 of the body before any of the body is believed. The same snapshot gives the
same bytes: fields in the records' order, no time and no name in the gzip header. Reading never decompresses more than it may.

FORMAT_VERSION changes when an older reader would misread a newer file; fields with defaults may be added within one.
"""

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from agent import __version__
from agent.errors import Unusable
from agent.model.record import Record
from agent.model.snapshot import Snapshot
from agent.redacted import redacted
from integrations.recording.foreign import what_it_is

FORMAT = "steadyhand.snapshot"
FORMAT_VERSION = 1
LARGEST_FILE = 64 * 2**20
LARGEST_BODY = 256 * 2**20
LONGEST_HEADER = 4096
CHUNK = 2**20
_GZIP = 31  # zlib's window bits: a gzip header and trailer around the stream


class Header(Record):
    """The first line."""

    format: str
    version: int
    product: str = Field(max_length=100)
    size: int = Field(ge=0)  # of the body, in bytes
    sha256: str


def pack(snapshot: Snapshot) -> bytes:
    """The file's bytes; secrets are masked once more on the way."""
    body = redacted(snapshot).model_dump_json().encode() + b"\n"
    header = Header(
        format=FORMAT,
        version=FORMAT_VERSION,
        product=__version__,
        size=len(body),
        sha256=hashlib.sha256(body).hexdigest(),
    )
    stream = zlib.compressobj(9, zlib.DEFLATED, _GZIP)
    return stream.compress(header.model_dump_json().encode() + b"\n" + body) + stream.flush()


def unpack(data: bytes, name: str) -> Snapshot:
    """The snapshot. Raises Unusable: `name`, what is wrong with it, what to do."""
    if foreign := what_it_is(data):
        raise Unusable(f"{name}: this is {foreign}, not a recording; give a file that `steadyhand record` wrote")
    lines = _Lines(_decompressed(data, name), name)
    header = _header(lines.first(LONGEST_HEADER), name)
    body = lines.rest(header.size)
    if len(body) != header.size or hashlib.sha256(body).hexdigest() != header.sha256:
        raise _damaged(name, "its content is not what its checksum says")
    try:
        return Snapshot.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part)[:40] for part in first["loc"][:8]) or "the document"
        raise Unusable(
            f"{name}: Steadyhand {_said(header)} wrote this recording, and {__version__} cannot read it"
            f" ({place}: {first['msg']}); replay it with the version that wrote it"
        ) from error


def write(snapshot: Snapshot, path: Path) -> None:
    """Write the file whole or not at all, readable by its owner only. Raises Unusable."""
    if path.exists() and not path.is_file():
        raise Unusable(f"{path}: the recording cannot be written, it is no regular file; name another file")
    unfinished = path.with_name(f".{path.name}.{os.getpid()}.part")
    data = pack(snapshot)
    try:
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise Unusable(f"{path}: the recording cannot be written ({error.strerror}); name another file") from error


def read(path: Path) -> Snapshot:
    """The snapshot of a file. Raises Unusable, see `unpack`."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise Unusable(
            f"{path}: cannot be read ({error.strerror}); name a file that `steadyhand record` wrote"
        ) from error
    if len(data) > LARGEST_FILE:
        raise Unusable(f"{path}: larger than {LARGEST_FILE // 2**20} MiB, which no recording is; name another file")
    return unpack(data, str(path))


def _decompressed(data: bytes, name: str) -> Iterator[bytes]:
    """Pieces of at most CHUNK, so that a small file cannot become a large memory."""
    stream = zlib.decompressobj(_GZIP)
    try:
        piece = stream.decompress(data, CHUNK)
        while piece:
            yield piece
            # a stream that has ended gives nothing more, whatever is left of the file
            piece = b"" if stream.eof else stream.decompress(stream.unconsumed_tail, CHUNK)
    except zlib.error as error:
        raise _damaged(name, "it does not decompress") from error
    if not stream.eof:
        raise Unusable(f"{name}: the recording is cut off; copy the whole file again")
    if stream.unused_data or stream.unconsumed_tail:
        raise _damaged(name, "something is appended to it")


class _Lines:
    """A first line and the rest, both bounded."""

    def __init__(self, pieces: Iterator[bytes], name: str) -> None:
        self._pieces, self._name, self._held = pieces, name, b""

    def first(self, longest: int) -> bytes:
        while b"\n" not in self._held[: longest + 1] and len(self._held) <= longest:
            piece = next(self._pieces, b"")
            if not piece:
                break
            self._held += piece
        line, found, rest = self._held.partition(b"\n")
        if not found or len(line) > longest:
            raise Unusable(
                f"{self._name}: this is compressed, but no recording; give a file that `steadyhand record` wrote"
            )
        self._held = rest
        return line

    def rest(self, size: int) -> bytes:
        kept = [self._held]
        total = len(self._held)
        for piece in self._pieces:
            kept.append(piece)
            total += len(piece)
            if total > size:
                raise _damaged(self._name, "it is longer than it says")
        return b"".join(kept)


def _header(line: bytes, name: str) -> Header:
    try:
        found: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unusable(
            f"{name}: this is compressed, but no recording; give a file that `steadyhand record` wrote"
        ) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise Unusable(f"{name}: this is compressed, but no recording; give a file that `steadyhand record` wrote")
    version = found.get("version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise Unusable(
            f"{name}: a newer Steadyhand wrote this recording (format {version}, this one reads {FORMAT_VERSION});"
            " replay it with that version or a later one"
        )
    try:
        header = Header.model_validate(found)
    except ValidationError as error:
        raise _damaged(name, "its header is incomplete") from error
    if header.version != FORMAT_VERSION:
        raise _damaged(name, "there never was such a format version")
    if header.size > LARGEST_BODY:
        raise Unusable(
            f"{name}: it would unpack to more than {LARGEST_BODY // 2**20} MiB, which no recording does; do not trust it"
        )
    return header


def _said(header: Header) -> str:
    return "".join(mark for mark in header.product if mark.isalnum() or mark in ".+-")


def _damaged(name: str, how: str) -> Unusable:
    return Unusable(f"{name}: the recording is damaged, {how}; copy the file again")
