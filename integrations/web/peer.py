"""Which user of this machine is at the other end of a loopback connection, as the kernel knows it.

Without tokens the door still learns who decides: the owner of the peer's socket (Linux: /proc/net/tcp). Whoever comes
from elsewhere, through a container's network or on another system is nobody. Called by integrations.web.caller.
"""

import ipaddress
import pwd
import sys
from pathlib import Path

_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_ESTABLISHED = "01"


def login_of(peer: tuple[str, int] | None, here: tuple[str, int] | None) -> str:
    """The login name that owns the connection's other end, or "" if that cannot be told."""
    try:
        if peer is None or here is None or not ipaddress.ip_address(peer[0]).is_loopback:
            return ""
        theirs, ours = _written(peer), _written(here)
        for table in _TABLES:
            if (owner := _owner(table, theirs, ours)) is not None:
                return pwd.getpwuid(owner).pw_name
    except (OSError, ValueError, KeyError):
        return ""
    return ""


def _owner(table: Path, theirs: str, ours: str) -> int | None:
    for row in table.read_text("ascii").splitlines()[1:]:
        fields = row.split()
        if (fields[1], fields[2], fields[3]) == (theirs, ours, _ESTABLISHED):
            return int(fields[7])
    return None


def _written(end: tuple[str, int]) -> str:
    """An address as the kernel's table writes it: words in the machine's byte order, and the port."""
    packed = ipaddress.ip_address(end[0]).packed
    words = (packed[start : start + 4] for start in range(0, len(packed), 4))
    address = "".join(f"{int.from_bytes(word, sys.byteorder):08X}" for word in words)
    return f"{address}:{end[1]:04X}"
