"""A real Alertmanager that sends each shop's alerts to that shop's own daemon. Started by theatre.py."""

import json
from pathlib import Path
from typing import Any

from tests.servers import AlertmanagerServer


class Switchboard(AlertmanagerServer):
    """Routes by namespace; `doors` maps a namespace to (webhook URL, bearer token)."""

    def __init__(self, folder: Path, doors: dict[str, tuple[str, str]]) -> None:
        super().__init__(folder, "", group_wait="0s", group_by=["namespace", "service"])
        self._doors = doors

    def _command(self) -> list[str]:
        command = super()._command()
        nobody = {"name": "nobody"}
        config = {
            "route": {
                **self.route,
                "receiver": "nobody",
                "routes": [{"matchers": [f'namespace="{name}"'], "receiver": name} for name in self._doors],
            },
            "receivers": [nobody, *(_receiver(name, *door) for name, door in self._doors.items())],
        }
        (self.folder / "alertmanager.yml").write_text(json.dumps(config))
        return command


def _receiver(name: str, url: str, token: str) -> dict[str, Any]:
    identity = {"authorization": {"credentials": token}}
    return {"name": name, "webhook_configs": [{"url": url, "send_resolved": True, "http_config": identity}]}
