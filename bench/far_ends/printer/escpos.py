"""A receipt printer on the network: TCP on loopback, its own reading of ESC/POS, receipts as pictures, and knobs.

Each receipt leaves three files in the folder, by number: ``000001.bin`` (the bytes as they came), ``000001.json``
(what could be read of it) and ``000001.png`` (how it looks). A receipt counts when it was cut; one torn off by a
power cut, a lost link or the end of the paper says ``"complete": false``. One host is served at a time, as real ones
do; the next waits.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Literal

from bench.far_ends.printer.interpreter import Interpreter, PaperState, Receipt
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel, KnobRefusedError

__all__ = ["PrinterFarEnd", "ReceiptFolder", "main"]

_READ_SIZE = 16 * 1024


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


class PrinterFarEnd:
    """The printer: ``start``, then hosts and knobs do the rest, then ``close``."""

    def __init__(self, folder: Path, *, name: str = "printer", width: int = 576, pictures: bool = True) -> None:
        self.port = 0
        self.receipts = ReceiptFolder(folder, pictures=pictures)
        self.inside = Interpreter(self._answer, self._finished, self._drawer, width=width)
        self._server: asyncio.Server | None = None
        self._host: asyncio.StreamWriter | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._line = asyncio.Lock()
        knobs = (self.paper, self.paper_out_after, self.cover, self.stall, self.unplug, self.plug)
        self.panel = KnobPanel(name=name, category="printer", model="escpos", knobs=knobs, state=self._state)

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; 0 is any free port. Gives the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def close(self) -> None:
        """Switch the printer off."""
        await self._switch_off()
        await self.panel.close()

    async def paper(self, *, state: PaperState) -> None:
        """Take the roll out, let it come near its end, or put a new one in."""
        self.inside.paper, self.inside.rows_left = state, None
        self.inside.changed()
        self.panel.tell("paper", state=state)

    async def paper_out_after(self, *, rows: int) -> None:
        """Let the paper end after so many dots of feed (8 are a millimetre), in the middle of a receipt."""
        if rows < 0:
            text = "rows is 0 or more"
            raise KnobRefusedError(text)
        self.inside.rows_left = rows

    async def cover(self, *, state: Literal["open", "closed"]) -> None:
        """Open the cover, or close it."""
        self.inside.cover_open = state == "open"
        self.inside.changed()

    async def stall(self, *, on: bool) -> None:
        """Stop doing and answering anything, with the link up."""
        self.inside.stalled = on
        self.inside.changed()

    async def unplug(self) -> None:
        """Cut the printer's power: the link falls, its buffer is lost, the paper stays as it is."""
        await self._switch_off()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Give it power again, at the same port."""
        if self._server is None:
            await self.start(self.port)
            self.panel.tell("plugged", plugged=True)

    def _state(self) -> Mapping[str, object]:
        return {
            "plugged": self._server is not None,
            "paper": self.inside.paper,
            "cover": "open" if self.inside.cover_open else "closed",
            "stalled": self.inside.stalled,
            "receipts": self.receipts.last,
        }

    async def _switch_off(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self.inside.tear_off()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            async with self._line:
                self._host = writer
                with suppress(ConnectionError):
                    while data := await reader.read(_READ_SIZE):
                        self.inside.receive(data)
                self.inside.tear_off()
        except asyncio.CancelledError:
            return
        finally:
            self._host = None
            writer.transport.abort()

    def _answer(self, data: bytes) -> None:
        if self._host is not None and not self._host.is_closing():
            self._host.write(data)

    def _finished(self, receipt: Receipt) -> None:
        told = self.receipts.save(receipt)
        self.panel.tell("printed", receipt=told["receipt"], complete=told["complete"])

    def _drawer(self, pin: int) -> None:
        self.panel.tell("drawer", pin=pin)


async def _run(arguments: argparse.Namespace) -> None:
    printer = PrinterFarEnd(arguments.folder, name=arguments.name, width=arguments.width, pictures=arguments.pictures)
    port = await printer.start(arguments.port)
    if arguments.knob_socket:
        await printer.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"port": port, "folder": str(arguments.folder), "knob_socket": arguments.knob_socket})
    finally:
        await printer.close()


def main(given: list[str] | None = None) -> int:
    """Run the printer until it is told to stop; prints ``{"port": 40123}`` when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.printer.escpos", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 is any free one")
    parser.add_argument("--folder", type=Path, required=True, help="where receipts go")
    parser.add_argument("--width", type=int, default=576, help="dots across the paper: 384, 512 or 576")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="printer", help="its name on the bench")
    parser.add_argument("--no-pictures", dest="pictures", action="store_false", help="keep bytes and text only")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
