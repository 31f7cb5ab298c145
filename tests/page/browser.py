"""A real Chromium without a window, driven over the DevTools protocol; it may reach loopback only.

The program comes from PATH or from STEADYHAND_CHROMIUM_BINARY. Everything it asks for and everything it
complains about is kept, so that a test can say: nothing.
"""

import base64
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from websockets.sync.client import connect

VARIABLE = "STEADYHAND_CHROMIUM_BINARY"
NAMES = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"]
FLAGS = [
    "--headless",
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
    "--remote-debugging-port=0",
]
PATIENCE = 60.0


def binary() -> str | None:
    """The path of the browser; None if there is none, or the variable points nowhere."""
    if chosen := os.environ.get(VARIABLE):
        return shutil.which(chosen)
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def missing() -> str:
    """What is not installed and how to get it; empty when it is there."""
    if binary():
        return ""
    return f"no Chromium: on Debian, apt-get install chromium, or set {VARIABLE}"


class Browser:
    """One page in one browser with an empty profile. Use as a context manager."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.events: list[dict[str, Any]] = []
        self._number = 0
        self._open = ExitStack()

    def __enter__(self) -> Self:
        program = binary()
        if program is None:
            raise RuntimeError(missing())
        command = [program, *FLAGS, f"--user-data-dir={self.folder}", "about:blank"]
        with (self.folder / "browser.log").open("wb") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            wire = connect(self._address(), max_size=None, open_timeout=PATIENCE, proxy=None)
            self._socket = self._open.enter_context(wire)
            target = self._browser("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._browser("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for domain in ("Page", "Runtime", "Log", "Network"):
                self.ask(f"{domain}.enable")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_error: object) -> None:
        self._open.close()
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _address(self) -> str:
        """Where it listens: it writes port and path into its profile."""
        said = self.folder / "DevToolsActivePort"
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            lines = said.read_text().split("\n") if said.exists() else []
            if len(lines) > 1:
                return f"ws://127.0.0.1:{lines[0]}{lines[1]}"
            time.sleep(0.05)
        raise RuntimeError(
            f"Chromium did not start:\n{(self.folder / 'browser.log').read_text(errors='replace')[-2000:]}"
        )

    # --- asking ----------------------------------------------------------------------------------

    def _browser(self, method: str, **params: Any) -> dict[str, Any]:
        return self._send({"method": method, "params": params})

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """One command to the page, and its answer."""
        return self._send({"method": method, "params": params, "sessionId": self._session})

    def _send(self, command: dict[str, Any]) -> dict[str, Any]:
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, **command}))
        answer = self._receive(lambda message: message.get("id") == self._number)
        if "error" in answer:
            raise RuntimeError(f"{command['method']}: {answer['error']}")
        found: dict[str, Any] = answer["result"]
        return found

    def _receive(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        while True:
            message: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE))
            if "id" not in message:
                self.events.append(message)
            if wanted(message):
                return message

    # --- looking ---------------------------------------------------------------------------------

    def look(
        self, width: int = 1000, height: int = 900, *, dark: bool = False, media: str = "screen", scale: float = 1
    ) -> None:
        """Through which eyes the next page is seen."""
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 500}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.ask("Emulation.setEmulatedMedia", media=media, features=[scheme])

    def open(self, url: str) -> None:
        """Load a page and wait until it is there."""
        self.ask("Page.navigate", url=url)
        self._receive(lambda message: message.get("method") == "Page.loadEventFired")

    def value(self, expression: str) -> Any:
        """What an expression comes to in the page (the page itself runs no script; the protocol may)."""
        return self.ask("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def picture(self, top: float = 0, height: float | None = None, scale: float = 1) -> bytes:
        """A PNG of the page from `top` on, of so many pixels or to its end."""
        size = self.ask("Page.getLayoutMetrics")["cssContentSize"]
        rest = size["height"] - top
        clip = {"x": 0, "y": top, "width": size["width"], "height": min(height or rest, rest), "scale": scale}
        return base64.b64decode(self.ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"])

    def paper(self) -> bytes:
        """The page as PDF."""
        return base64.b64decode(self.ask("Page.printToPDF", preferCSSPageSize=True)["data"])

    def complaints(self) -> list[str]:
        """Whatever was written to the console, thrown, or blocked by a policy."""
        told = []
        for event in self.events:
            params = event.get("params", {})
            match event["method"]:
                case "Log.entryAdded":
                    told.append(f"{params['entry']['level']}: {params['entry']['text']}")
                case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                    told.append(json.dumps(params)[:500])
                case "Page.javascriptDialogOpening":
                    told.append(f"dialog: {params.get('message')}")
        return told

    def requested(self) -> list[str]:
        """Every URL that was asked for."""
        return [
            event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"
        ]
