#!/usr/bin/env python3
"""Writes docs/report.schema.json, the JSON schema of `--json` and of GET /api/v1/incidents/ID: `make docs` calls it."""

import json
import sys
from pathlib import Path

from agent.model.report import Report

PLACE = Path(__file__).with_name("report.schema.json")


def schema() -> str:
    """The schema as it stands in the file."""
    return json.dumps(Report.model_json_schema(mode="serialization"), indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    PLACE.write_text(schema(), encoding="utf-8")
    sys.stdout.write(f"{PLACE.name} written\n")
