"""Drives a real Chromium over its debugging pipe: no driver, no port, no network."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self


def chromium_program() -> str | None:
    """Path of an installed Chromium or Chrome."""
    names = ("chromium", "chromium-browser", "google-chrome", "chrome")
    return next(filter(None, map(shutil.which, names)), None)


class ChromiumPage:
    """One page in a browser of its own; everything it asked for and complained of is kept.

    Attributes:
        requests: Addresses the page asked for, its own file aside.
        complaints: Console errors, warnings, exceptions and policy violations.
    """

    def __init__(self, width: int = 1400, height: int = 900) -> None:
        self._profile = tempfile.mkdtemp(prefix="chromium-")
        to_browser, self._write = os.pipe()
        self._read, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and answers on 4.
        command = [
            "bash", "-c", f'exec "$@" 3<&{to_browser} 4>&{from_browser}', "chromium",
            str(chromium_program()), "--headless", "--no-sandbox", "--disable-gpu",
            "--remote-debugging-pipe", f"--user-data-dir={self._profile}", "--no-first-run",
            f"--window-size={width},{height}", "--disable-background-networking",
        ]  # fmt: skip
        self._process = subprocess.Popen(
            command, pass_fds=(to_browser, from_browser),
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self._buffer = b""
        self._serial = 0
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self._own = ""
        target = self._call("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self._call("Target.attachToTarget", {"targetId": target, "flatten": True})
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._process.terminate()
        self._process.wait(10)
        os.close(self._write)
        os.close(self._read)
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, **parameters: object) -> dict:
        """One command to the page."""
        return self._call(method, parameters, self._session)

    def open(
        self, path: Path, *, offline: bool = True, seconds: float = 60, fragment: str = ""
    ) -> float:
        """Load a file and wait until it says it is ready; returns the seconds that took."""
        self._own = path.resolve().as_uri()
        if offline:
            self.call(
                "Network.emulateNetworkConditions",
                offline=True, latency=0, downloadThroughput=-1, uploadThroughput=-1,
            )  # fmt: skip
        self.call("Page.navigate", url=self._own + fragment)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.ask("document.readyState === 'complete'"):
                return float(self.ask("performance.now()")) / 1000
            time.sleep(0.02)
        raise TimeoutError(path.name)

    def ask(self, expression: str) -> object:
        """Value of a JavaScript expression."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise AssertionError(answer["exceptionDetails"])
        return answer["result"].get("value")

    def key(self, name: str, text: str = "") -> None:
        """Press and release one key."""
        codes = {"Enter": 13, "Tab": 9, " ": 32, "Escape": 27}
        for kind in ("keyDown", "keyUp"):
            self.call(
                "Input.dispatchKeyEvent", type=kind, key=name, text=text if kind == "keyDown" else "",
                windowsVirtualKeyCode=codes.get(name, 0),
            )  # fmt: skip

    def click(self, x: float, y: float) -> None:
        """Click at a place of the window."""
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    # -- pipe ------------------------------------------------------------------------------------

    def _call(self, method: str, parameters: dict, session: str = "") -> dict:
        self._serial += 1
        message = {"id": self._serial, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._serial:
                if "error" in answer:
                    raise RuntimeError(answer["error"])
                return answer["result"]
            self._note(answer)

    def _next(self) -> dict:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], 90)
            if not ready:
                raise TimeoutError("chromium does not answer")
            piece = os.read(self._read, 1 << 16)
            if not piece:
                raise RuntimeError("chromium ended")
            self._buffer += piece
        raw, _, self._buffer = self._buffer.partition(b"\0")
        return json.loads(raw)

    def _note(self, event: dict) -> None:
        method, data = event.get("method", ""), event.get("params", {})
        if method == "Network.requestWillBeSent":
            url = data["request"]["url"]
            if url.partition("#")[0] != self._own and not url.startswith(("about:", "data:")):
                self.requests.append(url)
        elif method == "Runtime.exceptionThrown":
            self.complaints.append(json.dumps(data["exceptionDetails"], ensure_ascii=False))
        elif method == "Log.entryAdded" and data["entry"]["level"] in {"error", "warning"}:
            self.complaints.append(data["entry"]["text"])
        elif method == "Runtime.consoleAPICalled" and data["type"] in {
            "error",
            "warning",
            "assert",
        }:
            self.complaints.append(json.dumps(data["args"], ensure_ascii=False))
