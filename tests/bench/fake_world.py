"""A world that is only what the page sees of it, with boards that are real panels in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.knobs import KnobPanel, KnobRefusedError
from bench.processes import NotReadyError

__all__ = ["FakeWorld", "Panels"]


class FakeWorld:
    """Goods, folders and a power switch. ``down`` is why the kiosk does not come up, if it does not."""

    country = "bd"
    screen_port: int | None = 6080
    office_url = "http://127.0.0.1:8801/look"

    def __init__(self, folder: Path, boards: tuple[str, ...] = ("scanner", "lights")) -> None:
        self.powered = True
        self.switched: list[str] = []
        self.down = ""
        self.bags = False
        self.boards: Mapping[str, Path] = {name: folder / f"{name}.knobs" for name in boards}
        self.receipts = folder / "receipts"
        self.pictures = folder / "pictures"
        self.receipts.mkdir()
        self.pictures.mkdir()

    def bagged(self) -> dict[str, tuple[int, int]]:
        """One pack is bagged where ``bags`` is true."""
        return {"00000000000000": (500, 10)} if self.bags else {}

    def products(self) -> list[dict[str, Any]]:
        """Six packs."""
        return [{"name": f"Pack {n}", "code": f"50000000000{n}", "picture": "pack.png"} for n in range(6)]

    def coupons(self) -> list[dict[str, str]]:
        """One."""
        return [{"name": "Half off", "code": "HALF"}]

    def produce(self) -> list[dict[str, Any]]:
        """Bananas."""
        return [{"name": "Banana", "code": "4011", "picture": "banana.jpg", "grams": 865}]

    def cut_power(self) -> None:
        """Dark."""
        self.switched.append("off")
        self.powered = False

    def restore_power(self) -> None:
        """Light, unless it is down."""
        self.switched.append("on")
        if self.down:
            raise NotReadyError(self.down)
        self.powered = True


class Panels:
    """A scanner and lights, served at ``boards`` from a thread, for a test that itself runs no loop."""

    def __init__(self, boards: Mapping[str, Path]) -> None:
        self.scanned: list[str] = []
        self.colour = "off"
        self._boards = boards
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.panels = {
            "scanner": self._panel("scanner", "scanner", (self.scan,), lambda: {"plugged": True}),
            "lights": self._panel("lights", "lights", (self.staff_key,), lambda: {"colour": self.colour}),
        }

    @staticmethod
    def _panel(
        name: str, category: str, knobs: tuple[Any, ...], state: Callable[[], Mapping[str, object]]
    ) -> KnobPanel:
        return KnobPanel(name=name, category=category, model="simulated", knobs=knobs, state=state)

    async def scan(self, *, data: str, symbology: str = "") -> dict[str, bool]:
        """Scan."""
        if not data:
            text = "there is no code to scan"
            raise KnobRefusedError(text)
        self.scanned.append(data)
        return {"read": True}

    async def staff_key(self, *, on: bool) -> None:
        """Turn the key."""

    def do(self, what: Coroutine[Any, Any, object]) -> None:
        """Do something in the boards' thread, to its end."""
        asyncio.run_coroutine_threadsafe(what, self._loop).result(10)

    def light(self, colour: str) -> None:
        """The lane light changes."""
        self.colour = colour
        self._loop.call_soon_threadsafe(lambda: self.panels["lights"].tell("light", colour=colour, blinking=False))

    def __enter__(self) -> Self:
        self._thread.start()
        for name, panel in self.panels.items():
            self.do(panel.start(self._boards[name]))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        for panel in self.panels.values():
            self.do(panel.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
