"""What `steadyhand investigate` was asked for, parsed: main.py fills it, agent.cli.investigate works from it.

Imported by main.py at start: standard library only at module level.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agent.model.entity import ServiceRef


@dataclass(frozen=True)
class InvestigateOptions:
    """Exactly one of `service` and `alert` is set; everything None or empty means "as configured"."""

    service: "ServiceRef | None" = None
    alert: str | None = None  # path of a webhook body, "-" for standard input
    kubeconfig: Path | None = None
    context: str | None = None
    prometheus: str | None = None  # base URL
    prometheus_headers: dict[str, str] = field(default_factory=dict, repr=False)  # may hold credentials
    bearer_token_file: Path | None = None
    ca_file: Path | None = None
    insecure: bool = False  # do not verify Prometheus' certificate
    at: datetime | None = None  # aware, UTC; None is now
    as_json: bool = False
    html: Path | None = None  # where to write the page
    config: Path | None = None
    no_cluster: bool = False
    timeout_seconds: float = 120.0
    record: Path | None = None  # keep a recording here


def headers_of(lines: list[str]) -> dict[str, str]:
    """Read repeated "Name: value"; ValueError names the position, never the value, which may be secret."""
    headers = {}
    for number, line in enumerate(lines, start=1):
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or any(mark.isspace() for mark in name.strip()) or "\n" in line:
            raise ValueError(f"header {number} is not of the form 'Name: value', for example 'X-Scope-OrgID: team-a'")
        headers[name.strip()] = value.strip()
    return headers
