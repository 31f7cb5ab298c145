"""Reads the API server's audit log: the proof of how many writes really reached a Deployment."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  verbs: [create, update, patch, delete, deletecollection]
- level: None
"""


@dataclass(frozen=True)
class Write:
    """One request that asked the API server to change something, dry runs included."""

    verb: str
    resource: str
    namespace: str
    name: str
    subresource: str
    user: str
    code: int
    dry_run: bool
    field_manager: str
    at: datetime

    @property
    def changed(self) -> bool:
        """Whether the server carried it out."""
        return not self.dry_run and 200 <= self.code < 300


def read(log: Path) -> list[Write]:
    """Every finished write in the order the server logged them."""
    if not log.is_file():
        return []
    lines = log.read_text().splitlines(keepends=True)
    entries = [json.loads(line) for line in lines if line.endswith("\n")]  # the last may still be being written
    return [_write(entry) for entry in entries if entry.get("stage") in ("ResponseComplete", "Panic")]


def _write(entry: dict) -> Write:
    target = entry.get("objectRef") or {}
    query = parse_qs(urlsplit(entry["requestURI"]).query)
    return Write(
        verb=entry["verb"],
        resource=target.get("resource", ""),
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        subresource=target.get("subresource", ""),
        user=(entry.get("user") or {}).get("username", ""),
        code=(entry.get("responseStatus") or {}).get("code", 0),
        dry_run="dryRun" in query,
        field_manager=query.get("fieldManager", [""])[0],
        at=datetime.fromisoformat(entry["requestReceivedTimestamp"]),
    )
