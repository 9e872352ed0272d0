"""``python -m kiosk.headless --settings FILE``: the checkout without a window, for drills and replays.

With ``--touch-socket PATH`` it opens a drill's door: a Unix socket, one JSON object a line. In goes what a shopper
touches, under its class's name (``{"touch": "ItemChosen", "item_id": "banana"}``); out comes each new screen
(``{"screen": {...}, "body": "BasketBody"}``) and, for a line that cannot be read, ``{"refused": "why"}``. Nobody is
asked who they are: the door is off unless asked for, and only its owner may enter. ``--screens`` writes the same
screens to standard output.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, get_args

import msgspec

from kiosk.bootstrap import Kiosk, build_from
from kiosk.checkout.inputs import Touch
from kiosk.checkout.screen import Screen
from kiosk.settings import SettingsError
from kiosk.store.errors import StoreError

__all__ = ["encode_screen", "main", "read_touch"]

_log = logging.getLogger(__name__)

_TOUCHES: dict[str, type] = {kind.__name__: kind for kind in get_args(Touch)}
_LONGEST_LINE = 64 * 1024
_encoder = msgspec.json.Encoder()


def read_touch(line: bytes) -> Touch:
    """One line of the door as a touch. Raises ``ValueError`` for anything else."""
    table: Any = msgspec.json.decode(line)
    kind = _TOUCHES.get(table.pop("touch", "")) if isinstance(table, dict) else None
    if kind is None:
        message = f"a line is a JSON object whose 'touch' is one of {', '.join(_TOUCHES)}"
        raise ValueError(message)
    touch: Touch = msgspec.convert(table, kind)
    return touch


def encode_screen(screen: Screen) -> bytes:
    """A screen as a line of JSON; ``body`` names the kind of ``screen.body``."""
    return _encoder.encode({"screen": screen, "body": type(screen.body).__name__}) + b"\n"


class _Door:
    """Serves the drill's door; ``newest`` is what a visitor sees first."""

    def __init__(self, kiosk: Kiosk) -> None:
        self._kiosk = kiosk
        self._visitors: set[asyncio.StreamWriter] = set()
        self._newest = b""

    async def open(self, path: Path) -> asyncio.Server:
        _remove(path)
        mask = os.umask(0o177)
        try:
            return await asyncio.start_unix_server(self._serve, str(path), limit=_LONGEST_LINE)
        finally:
            os.umask(mask)

    def show(self, line: bytes) -> None:
        self._newest = line
        for visitor in self._visitors:
            visitor.write(line)

    def close(self) -> None:
        for visitor in self._visitors:
            visitor.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._visitors.add(writer)
        writer.write(self._newest)
        try:
            while line := await reader.readline():
                self._take(line, writer)
        except (ConnectionError, ValueError) as error:
            _log.info("a visitor of the door left: %s", error)
        finally:
            self._visitors.discard(writer)
            writer.transport.abort()

    def _take(self, line: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            self._kiosk.submit(read_touch(line))
        except ValueError as error:
            writer.write(_encoder.encode({"refused": str(error)}) + b"\n")


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


async def _run(kiosk: Kiosk, touch_socket: Path | None, *, screens: bool) -> int:
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[int] = loop.create_future()

    def end(code: int) -> None:
        if not ended.done():
            ended.set_result(code)

    def show(line: bytes) -> None:
        door.show(line)
        if screens:
            sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()

    def failed(_error: BaseException) -> None:
        loop.call_soon_threadsafe(end, 1)

    def left() -> None:
        loop.call_soon_threadsafe(end, 0)

    def drawn(screen: Screen) -> None:
        loop.call_soon_threadsafe(show, encode_screen(screen))

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, 0)
    door = _Door(kiosk)
    server = await door.open(touch_socket) if touch_socket is not None else None
    kiosk.on_failure(failed)
    kiosk.on_restart(left)
    kiosk.on_screen(drawn)
    try:
        await asyncio.to_thread(kiosk.start)
        return await ended
    finally:
        await asyncio.to_thread(kiosk.stop)
        door.close()
        if server is not None and touch_socket is not None:
            server.close()
            _remove(touch_socket)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run until SIGTERM or a restart that staff want (0), or a fault of the engine (1); 2 when it cannot start."""
    parser = argparse.ArgumentParser(prog="kiosk.headless", description="The checkout without a window.")
    parser.add_argument("--settings", type=Path, required=True, help="the local settings file")
    parser.add_argument("--touch-socket", type=Path, help="open the drill's door on this Unix socket")
    parser.add_argument("--screens", action="store_true", help="write each new screen to standard output")
    given = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        kiosk = build_from(given.settings)
        return asyncio.run(_run(kiosk, given.touch_socket, screens=given.screens))
    except (SettingsError, StoreError) as error:
        _log.critical("the kiosk cannot start: %s", error)
        return 2


if __name__ == "__main__":
    sys.exit(main())
