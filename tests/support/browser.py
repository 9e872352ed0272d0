"""A real Chromium for tests, driven by its DevTools protocol; a test that wants one is skipped where none is installed.

Protocol: https://chromedevtools.github.io/devtools-protocol/ (domains Page, Runtime, Input, Emulation).
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from bench import leash
from tests.support.waiting import wait_until

__all__ = ["Tab", "browser_tab"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_QUIET = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--mute-audio",
    "--remote-debugging-port=0",
)
_PATIENCE_S = 20.0


class Tab:
    """One page of a browser. ``text`` and ``click`` go by CSS selectors; ``wait_for`` waits for a condition there."""

    def __init__(self, line: ClientConnection) -> None:
        self._line = line
        self._number = 0

    def send(self, method: str, **params: object) -> Any:  # noqa: ANN401 - whatever the protocol answers
        """One command of the protocol; its result. Events that come meanwhile are passed over."""
        self._number += 1
        self._line.send(json.dumps({"id": self._number, "method": method, "params": params}))
        while True:
            told = json.loads(self._line.recv(timeout=_PATIENCE_S))
            if told.get("id") == self._number:
                assert "error" not in told, told
                return told["result"]

    def run(self, script: str) -> Any:  # noqa: ANN401 - a JSON value
        """What an expression of JavaScript comes to on the page."""
        answer = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def open(self, url: str) -> None:
        """Go there, and wait until it is loaded."""
        self.send("Page.navigate", url=url)
        self.wait_for(f"document.readyState === 'complete' && location.href.startsWith({json.dumps(url[:20])})")

    def wait_for(self, script: str) -> None:
        """Until the expression is true on the page."""
        wait_until(lambda: self.run(f"Boolean({script})"), _PATIENCE_S, what=script)

    def has(self, selector: str) -> bool:
        """Whether the page shows such an element."""
        return bool(self.run(f"Boolean(document.querySelector({json.dumps(selector)})?.checkVisibility())"))

    def text(self, selector: str) -> str:
        """The words in the first element of a selector."""
        return str(self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def click(self, selector: str) -> None:
        """A finger's touch in the middle of the element, as a person's: sound may begin with it."""
        self.wait_for(f"document.querySelector({json.dumps(selector)})?.checkVisibility()")
        where = f"document.querySelector({json.dumps(selector)})"
        self.run(f"{where}.scrollIntoView({{block: 'center'}})")
        box = self.run(
            f"(({{x, y, width, height}}) => [x + width / 2, y + height / 2])({where}.getBoundingClientRect())"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1], button="left", clickCount=1)

    def write(self, selector: str, words: str) -> None:
        """Type words into a field."""
        self.run(f"document.querySelector({json.dumps(selector)}).focus()")
        self.send("Input.insertText", text=words)

    def size(self, width: int, height: int) -> None:
        """As on a screen of so many pixels."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)


@contextmanager
def browser_tab() -> Iterator[Tab]:
    """A fresh browser with one empty page, ended with the block."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        pytest.skip("no Chromium is installed: the page is not tried in a real browser")
    folder = Path(tempfile.mkdtemp(prefix="browser"))
    told = folder / "DevToolsActivePort"
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, *_QUIET, f"--user-data-dir={folder}", "about:blank"], stderr=log, stdout=log
        )
    leash.put_on(process.pid)
    try:
        wait_until(lambda: told.exists() and told.read_text().count("\n"), _PATIENCE_S, what="a browser that listens")
        port = told.read_text().splitlines()[0]
        asked = urllib.request.Request(f"http://127.0.0.1:{port}/json/new", method="PUT")
        with urllib.request.urlopen(asked, timeout=_PATIENCE_S) as answer:  # noqa: S310 - as above
            address = json.loads(answer.read())["webSocketDebuggerUrl"]
        with connect(address, max_size=None) as line:
            yield Tab(line)
    finally:
        process.terminate()
        process.wait(20)
        leash.let_go(process.pid)
        shutil.rmtree(folder, ignore_errors=True)
