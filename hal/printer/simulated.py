"""Simulated receipt printer: every document becomes one JSON file in a folder. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``folder = "receipts"``, ``knob_socket = "run/printer.knobs"``. It draws
nothing; to see receipts as paper, use a real driver against its far end.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from hal.device import DeviceError
from hal.knobs import Turn
from hal.printer.contract import Document, DrawerMoved, Image, Part, PrinterCondition, PrinterState, PrintOutcome
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]


@dataclass(frozen=True, slots=True)
class Settings:
    """``folder``: where the receipts go, ``000001.json`` and on; made when missing."""

    folder: str
    knob_socket: str = ""


class Driver(SimulatedDevice):
    """A printer without paper."""

    category = "printer"
    capabilities = frozenset({"confirm", "cutter", "drawer", "near_end"})

    def __init__(self, name: str, settings: Settings) -> None:
        self._folder = Path(settings.folder)
        self._printed = 0
        self._out = False
        self._near_end = False
        self._open = False
        self._drawer_open = False
        self._line = asyncio.Lock()
        super().__init__(name, settings.knob_socket)

    async def print_document(self, document: Document) -> PrintOutcome:
        """See ``Printer.print_document``. A full disk is ``failed``, as paper out would be."""
        if not self._claimed or not self._enabled:
            self.need_enabled()
        async with self._line:
            trouble = "unplugged" if not self._plugged else self._trouble()
            if trouble:
                return PrintOutcome(document.job, "failed", trouble)
            try:
                await asyncio.to_thread(self._write, document)
            except OSError as error:
                return PrintOutcome(document.job, "failed", f"cannot write to {self._folder}: {error.strerror}")
            self._printed += 1
        self.tell_watchers("printed", job=document.job)
        return PrintOutcome(document.job, "printed")

    async def open_drawer(self) -> None:
        """See ``Printer.open_drawer``."""
        self.need_enabled()
        trouble = self._trouble()
        if trouble:
            raise DeviceError(trouble)
        await self.drawer(on=True)

    async def paper_out(self, *, on: bool) -> None:
        """Take the roll out, or put a new one in."""
        self._out = on
        self._near_end = False
        self._tell_paper()

    async def paper_near_end(self, *, on: bool) -> None:
        """Let the roll come near its end."""
        self._near_end = on
        self._tell_paper()

    async def cover_open(self, *, on: bool) -> None:
        """Open the cover, or close it."""
        self._open = on
        self._tell_paper()

    async def drawer(self, *, on: bool) -> None:
        """Pull the cash drawer open, or push it shut."""
        if on != self._drawer_open:
            self._drawer_open = on
            self.tell(DrawerMoved(self.name, on))
            self.tell_watchers("drawer", open=on)

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.paper_out, self.paper_near_end, self.cover_open, self.drawer)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {
            "paper_out": self._out,
            "paper_near_end": self._near_end,
            "cover_open": self._open,
            "drawer": self._drawer_open,
        }

    def started(self) -> None:
        """A printer in trouble says so at once."""
        if self._trouble() or self._near_end:
            self._tell_paper()

    def _trouble(self) -> str:
        if self._open:
            return "cover open"
        return "paper out" if self._out else ""

    def _tell_paper(self) -> None:
        state: PrinterCondition = "near_end" if self._near_end else "ok"
        if self._open or self._out:
            state = "cover_open" if self._open else "out"
        self.tell(PrinterState(self.name, state))
        self.tell_watchers("paper", state=state)

    def _write(self, document: Document) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        taken = [int(file.stem) for file in self._folder.glob("*.json") if file.stem.isdigit()]
        receipt = {
            "job": document.job,
            "language": document.language,
            "parts": [_part(part) for part in document.parts],
        }
        part_file = self._folder / ".printing"
        with part_file.open("w", encoding="utf-8") as out:
            json.dump(receipt, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        part_file.rename(self._folder / f"{max(taken, default=0) + 1:06}.json")


def _part(part: Part) -> dict[str, object]:
    if isinstance(part, Image):
        return {"part": "Image", "width": part.width, "rows": [row.hex() for row in part.rows]}
    return {"part": type(part).__name__, **dataclasses.asdict(part)}
