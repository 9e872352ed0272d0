"""A receipt printer, on the network or a serial line: its own reading of ESC/POS, receipts as pictures, and knobs.

Each receipt leaves three files in the folder, by number: ``000001.bin`` (the bytes as they came), ``000001.json``
(what could be read of it) and ``000001.png`` (how it looks). A receipt counts when it was cut, or torn off by hand at
a printer without a cutter; one ended by a power cut, a lost link or the end of the paper says ``"complete": false``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from bench.far_ends.line import Inside, Line
from bench.far_ends.printer.interpreter import Interpreter, Make, PaperState, Receipt
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobRefusedError

__all__ = ["GENERIC", "PrinterInside", "ReceiptFolder", "main"]

GENERIC = {"words_on_jobs": False, "tells_changes": False, "clears": False}
"""What a cheap printer of an unnamed maker does without; for ``Make``."""
_TWITCH = b"\x00"
"""What a serial line carries when its sender loses power: a break, read as NUL."""


class ReceiptFolder:
    """Where receipts go; numbers go on after a restart. The JSON comes last: when it is there, all is there."""

    def __init__(self, folder: Path, *, pictures: bool = True) -> None:
        self._folder = folder
        self._pictures = pictures
        folder.mkdir(parents=True, exist_ok=True)
        self.last = max((int(file.stem) for file in folder.glob("*.json") if file.stem.isdigit()), default=0)

    def save(self, receipt: Receipt) -> dict[str, object]:
        """Write one receipt; gives what its JSON holds."""
        self.last += 1
        told: dict[str, object] = {
            "receipt": self.last,
            "complete": bool(receipt.cut),
            "cut": receipt.cut,
            "text": receipt.text,
            "qr": receipt.qr,
            "barcodes": receipt.barcodes,
            "images": receipt.images,
            "rows": receipt.strip.rows,
            "unknown": receipt.unknown,
        }
        stem = self._folder / f"{self.last:06}"
        stem.with_suffix(".bin").write_bytes(receipt.raw)
        if self._pictures:
            receipt.strip.picture(torn=not receipt.cut).save(stem.with_suffix(".png"))
        part = stem.with_suffix(".part")
        part.write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
        part.rename(stem.with_suffix(".json"))
        return told


class PrinterInside(Inside):
    """The printer behind its plug. ``inside`` is what it is made of."""

    category = "printer"
    model = "escpos"

    def __init__(self, folder: Path, make: Make | None = None, *, pictures: bool = True) -> None:
        super().__init__()
        self.receipts = ReceiptFolder(folder, pictures=pictures)
        self._starting_until = 0.0
        self.inside = Interpreter(self._answer, self._finished, self._kicked, make, self._later)

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        if time.monotonic() >= self._starting_until:
            self.inside.receive(data)

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self.inside.power_cycle()

    def hung_up(self) -> None:
        """See ``Inside.hung_up``: a receipt that nobody will finish any more is at its end."""
        self.inside.tear_off()

    def knobs(self) -> Sequence[Callable[..., Any]]:
        """See ``Inside.knobs``."""
        return (
            self.paper, self.paper_out_after, self.cover, self.jam, self.heat, self.button, self.break_down,
            self.drawer, self.tear, self.stall, self.stall_after, self.power_cycle,
        )  # fmt: skip

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        machine = self.inside.machine
        return {
            "paper": machine.paper,
            "cover": "open" if machine.cover_open else "closed",
            "jammed": machine.jammed,
            "hot": machine.hot,
            "drawer": "open" if machine.drawer_open else "closed",
            "stalled": self.inside.stalled,
            "receipts": self.receipts.last,
        }

    # -- knobs ---------------------------------------------------------------------------------------------------

    async def paper(self, *, state: PaperState) -> None:
        """Take the roll out, let it come near its end, or put a new one in."""
        self.inside.machine.paper, self.inside.machine.rows_left = state, None
        self.inside.changed()
        self.tell("paper", state=state)

    async def paper_out_after(self, *, rows: int) -> None:
        """Let the paper end after so many dots of feed (8 are a millimetre), in the middle of a receipt."""
        if rows < 0:
            text = "rows is 0 or more"
            raise KnobRefusedError(text)
        self.inside.machine.rows_left = rows

    async def cover(self, *, state: Literal["open", "closed"]) -> None:
        """Open the cover, or close it."""
        self.inside.machine.cover_open = state == "open"
        self.inside.changed()

    async def jam(self, *, on: bool) -> None:
        """Put something in the cutter's way, or take it out; it is felt at the next cut."""
        self.inside.machine.jammed = on

    async def heat(self, *, on: bool) -> None:
        """Let the print head grow too hot, or cool down."""
        self.inside.machine.hot = on
        self.inside.changed()

    async def button(self, *, on: bool) -> None:
        """Hold the feed button, or let it go."""
        self.inside.machine.button = on
        self.inside.changed()

    async def break_down(self, *, on: bool) -> None:
        """Break for good, or be mended."""
        self.inside.machine.broken = on
        self.inside.changed()

    async def drawer(self, *, state: Literal["open", "closed"]) -> None:
        """Pull the cash drawer open with its key, or push it shut."""
        self.inside.machine.drawer_open = state == "open"
        self.inside.changed()
        self.tell("drawer_moved", state=state)

    async def tear(self) -> None:
        """Tear off what lies on the paper."""
        self.inside.tear_by_hand()

    async def stall(self, *, on: bool) -> None:
        """Stop doing and answering anything, with the link up."""
        self.inside.stalled = on
        self.inside.changed()

    async def stall_after(self, *, rows: int) -> None:
        """Hang after so many dots of feed, in the middle of a receipt; ``stall`` off brings it back."""
        self.inside.stalls_in = max(0, rows)

    async def power_cycle(self, *, milliseconds: int = 0) -> None:
        """Switch it off and on again; the line stays and twitches, and for so long nothing is heard."""
        self._starting_until = time.monotonic() + milliseconds / 1000
        self.inside.power_cycle()
        self._answer(_TWITCH)

    # -- what the interpreter tells ------------------------------------------------------------------------------

    def _answer(self, data: bytes) -> None:
        self.send(data)

    def _finished(self, receipt: Receipt) -> None:
        told = self.receipts.save(receipt)
        self.tell("printed", receipt=told["receipt"], complete=told["complete"])

    def _kicked(self, pin: int) -> None:
        self.tell("drawer", pin=pin)

    @staticmethod
    def _later(seconds: float, call: Callable[[], None]) -> None:
        with suppress(RuntimeError):  # no loop here: a printer without time
            asyncio.get_running_loop().call_later(seconds, call)


async def _run(arguments: argparse.Namespace) -> None:
    missing = GENERIC if arguments.make == "generic" else {}
    make = Make(width=arguments.width, **missing)  # type: ignore[arg-type]  # the three are switches
    line = Line(PrinterInside(arguments.folder, make, pictures=arguments.pictures), name=arguments.name)
    where = await (line.start_pty(arguments.link) if arguments.link else line.start_tcp(arguments.port))
    if arguments.knob_socket:
        await line.panel.start(arguments.knob_socket)
    told: dict[str, object] = {"where": where, "folder": str(arguments.folder), "knob_socket": arguments.knob_socket}
    if not arguments.link:
        told["port"] = int(where.rpartition(":")[2])
    try:
        await say_and_wait(told)
    finally:
        await line.close()


def main(given: list[str] | None = None) -> int:
    """Run the printer until it is told to stop; prints ``{"port": 40123}`` when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.printer.escpos", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 is any free one")
    parser.add_argument("--link", type=Path, help="be a serial port (a pseudo-terminal) found at this path instead")
    parser.add_argument("--folder", type=Path, required=True, help="where receipts go")
    parser.add_argument("--width", type=int, default=576, help="dots across the paper: 384, 512 or 576")
    parser.add_argument("--make", choices=["tm", "generic"], default="tm", help="an Epson, or one of an unnamed maker")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="printer", help="its name on the bench")
    parser.add_argument("--no-pictures", dest="pictures", action="store_false", help="keep bytes and text only")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
