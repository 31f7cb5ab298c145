"""The file of a recording: the same bytes for the same content, and a clear no to everything else."""

import gzip
import hashlib
import io
import json
import lzma
import os
import stat
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.errors import Unusable
from agent.model.snapshot import Snapshot
from integrations.recording import archive


def two_lines(header, body=b"{}\n"):
    written = {"format": archive.FORMAT, "version": 1, "product": "1.0", "size": len(body)}
    written["sha256"] = hashlib.sha256(body).hexdigest()
    return gzip.compress(json.dumps(written | header).encode() + b"\n" + body)


def a_tar():
    kept = io.BytesIO()
    with tarfile.open(fileobj=kept, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("../../etc/passwd"))
    return kept.getvalue()


def a_zip():
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w") as packed:
        packed.writestr("../../etc/passwd", "x")
    return kept.getvalue()


BAD = {
    "an empty file": (b"", "an empty file"),
    "a zip with a hostile path": (a_zip(), "a zip archive"),
    "a tar with a hostile path": (a_tar(), "a tar archive"),
    "a compressed tar": (gzip.compress(a_tar()), "compressed, but no recording"),
    "an xz file": (lzma.compress(b"x"), "an xz file"),
    "a report given by mistake": (b'{"schema_version": "steadyhand.report/v1"}', "plain JSON"),
    "a picture": (b"\x89PNG\r\n", "another kind of file"),
    "a log, compressed": (gzip.compress(b"hello\nworld\n"), "compressed, but no recording"),
    "one endless line": (gzip.compress(b"x" * 10_000), "compressed, but no recording"),
    "deep JSON": (gzip.compress(b"[" * 4000 + b"\n"), "compressed, but no recording"),
    "another format": (two_lines({"format": "other"}), "compressed, but no recording"),
    "a newer version": (
        two_lines({"version": 2}),
        "a newer Steadyhand wrote this recording (format 2, this one reads 1)",
    ),
    "a version that never was": (two_lines({"version": 0}), "damaged"),
    "a version in words": (two_lines({"version": "two"}), "damaged"),
    "a header with a hole": (two_lines({"size": None}), "damaged, its header"),
    "a body that is not the one summed": (two_lines({"sha256": "0" * 64}), "checksum"),
    "a body shorter than announced": (two_lines({"size": 999}), "checksum"),
    "a body longer than announced": (two_lines({"size": 1}), "checksum"),
    "one that says it is a bomb": (two_lines({"size": 2**40}), "would unpack to more than 256 MiB"),
    "a body of another shape": (two_lines({}), "Steadyhand 1.0 wrote this recording"),
    "a body that is no JSON": (two_lines({}, b"not JSON"), "cannot read it"),
    "a deep body": (two_lines({}, b"[" * 100_000), "cannot read it"),
    "a stream that is broken": (gzip.compress(b"x")[:10] + b"\xff" * 30, "damaged"),
}


@pytest.mark.parametrize("what", BAD)
def test_it_is_refused_with_one_sentence_that_names_the_file(what):
    data, told = BAD[what]
    with pytest.raises(Unusable) as refusal:
        archive.unpack(data, "case.steadyhand")
    assert str(refusal.value).startswith("case.steadyhand: ")
    assert told in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_bomb_is_refused_before_it_fills_the_memory():
    stream = zlib.compressobj(9, zlib.DEFLATED, 31)
    header = {"format": archive.FORMAT, "version": 1, "product": "1.0", "size": 10, "sha256": "0"}
    bomb = stream.compress(json.dumps(header).encode() + b"\n")
    zeros = b"0" * archive.CHUNK
    bomb += b"".join(stream.compress(zeros) for _ in range(512)) + stream.flush()
    assert len(bomb) < 2 * archive.CHUNK
    pieces = archive._decompressed(bomb, "bomb")
    assert max(len(piece) for _, piece in zip(range(8), pieces, strict=False)) <= archive.CHUNK
    with pytest.raises(Unusable, match="longer than it says"):
        archive.unpack(bomb, "bomb")


@pytest.mark.parametrize("share", [0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_cut_file_is_called_cut_off(snapshot, share):
    data = archive.pack(snapshot)
    with pytest.raises(Unusable, match=r"cut off|compressed, but"):
        archive.unpack(data[: int(len(data) * share)], "case")


def test_something_appended_is_refused(snapshot):
    with pytest.raises(Unusable, match="appended"):
        archive.unpack(archive.pack(snapshot) + b"more", "case")


def test_what_was_packed_comes_back(snapshot):
    assert archive.unpack(archive.pack(snapshot), "case").model_dump_json() == snapshot.model_dump_json()


def test_the_order_of_labels_is_content_too_for_a_report_shows_it(snapshot):
    alert = snapshot.incident.alerts[0].evolve(labels={"z": "1", "a": "2"})
    dressed = snapshot.evolve(incident=snapshot.incident.evolve(alerts=[alert]))
    assert list(archive.unpack(archive.pack(dressed), "case").incident.alerts[0].labels) == ["z", "a"]


def test_the_same_content_gives_the_same_bytes(snapshot):
    again = Snapshot.model_validate_json(snapshot.model_dump_json())
    assert archive.pack(again) == archive.pack(snapshot)
    assert archive.pack(archive.unpack(archive.pack(snapshot), "case")) == archive.pack(snapshot)


def test_a_file_is_private_whole_and_replaces_an_older_one(snapshot, tmp_path):
    path = tmp_path / "case.steadyhand"
    path.write_bytes(b"old")
    archive.write(snapshot, path)
    assert [file.name for file in tmp_path.iterdir()] == ["case.steadyhand"]
    assert path.stat().st_mode & 0o777 == 0o600
    assert archive.read(path).incident == snapshot.incident


def test_a_file_that_cannot_be_written_or_read_is_named(snapshot, tmp_path):
    nowhere = tmp_path / "no" / "case.steadyhand"
    with pytest.raises(Unusable, match="cannot be written"):
        archive.write(snapshot, nowhere)
    with pytest.raises(Unusable, match="cannot be read"):
        archive.read(nowhere)


def test_a_file_too_large_for_a_recording_is_not_read(tmp_path):
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(archive.LARGEST_FILE + 1)
    with pytest.raises(Unusable, match="larger than 64 MiB"):
        archive.read(path)


def spoiled(data: bytes, places: list[tuple[int, int]]) -> bytes:
    changed = bytearray(data)
    for place, mark in places:
        changed[place % len(changed)] = mark
    return bytes(changed)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.tuples(st.integers(0, 2**20), st.integers(0, 255)), min_size=1, max_size=4))
def test_damaged_bytes_are_refused_or_change_nothing(snapshot, places):
    data = archive.pack(snapshot)
    damaged = spoiled(data, places)
    refusal = refused(damaged)
    if refusal:
        assert refusal.startswith("case: ")
    else:  # the damage hit the stream's own header, or nothing
        assert archive.unpack(damaged, "case").model_dump_json() == snapshot.model_dump_json()


def refused(data: bytes) -> str:
    """Why it is refused, or "" if it is read; any other error ends the test."""
    try:
        archive.unpack(data, "case")
    except Unusable as refusal:
        return str(refusal)
    return ""


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_noise_is_refused(noise, compressed):
    with pytest.raises(Unusable, match=r"^case: "):
        archive.unpack(gzip.compress(noise) if compressed else noise, "case")


@settings(max_examples=100, deadline=None)
@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=5),
        lambda part: st.lists(part) | st.dictionaries(st.text(max_size=5), part),
    )
)
def test_a_well_formed_file_of_another_shape_is_refused(document):
    with pytest.raises(Unusable, match=r"^case: "):
        archive.unpack(two_lines({}, json.dumps(document).encode()), "case")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_what_is_no_regular_file_is_not_replaced(snapshot, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unusable, match="no regular file"):
        archive.write(snapshot, tmp_path / "pipe")
    assert stat.S_ISFIFO((tmp_path / "pipe").stat().st_mode)
