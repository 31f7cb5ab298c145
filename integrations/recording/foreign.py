"""Names the kinds of files that are given in place of a recording by mistake, by their first bytes."""

_STARTS = [
    (b"PK\x03\x04", "a zip archive"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xfd7zXZ\x00", "an xz file"),
    (b"BZh", "a bzip2 file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"{", "plain JSON"),
    (b"[", "plain JSON"),
]
_GZIP = b"\x1f\x8b\x08"
_TAR_AT, _TAR = 257, b"ustar"


def what_it_is(data: bytes) -> str:
    """What the file is instead of a gzip stream; "" for a gzip stream, whatever is in it."""
    if data.startswith(_GZIP):
        return ""
    if not data:
        return "an empty file"
    if len(data) < len(_GZIP) and _GZIP.startswith(data):
        return "the first bytes of a cut-off file"
    if data[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "a tar archive"
    return next((kind for start, kind in _STARTS if data.startswith(start)), "another kind of file")
