"""The wire of a far end: a pseudo-terminal or a TCP port with a device's inside behind it, and the faults of a cable.

A far end gives an ``Inside``: bytes in, bytes out, its knobs, its state. The wire adds what any device on any wire can
do to its host: be unplugged and plugged in again, fall silent, babble, deliver byte by byte, lose bytes, garble them,
or be set to another framing than the host's.

A pseudo-terminal is found at a link of the far end's choosing, as udev's ``/dev/serial/by-id`` links are: plugged in
again it is another terminal behind the same link. Linux forces 8 data bits and no parity on it: use framing 8N1. What
another framing would make of the bytes, ``framing`` makes of them (``uart``).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
import tty
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from bench.far_ends.process import say_and_wait
from bench.far_ends.uart import Framing, on_the_line, taken
from bench.knobs import KnobPanel

__all__ = ["Fault", "Inside", "Line", "serve"]

Fault = Literal["none", "silent", "babble", "slow", "lossy", "garbled"]
_PIECE = 4096
_BYTE_S = 0.001
"""Between two bytes of a slow line: 9600 baud."""
_BABBLE_S = 0.005
_ODDS = 3
"""A lossy or garbled line harms one byte in so many."""


class Inside(ABC):
    """A device behind its plug. ``send`` is the wire's: bytes for the host, dropped while nobody is there."""

    category = ""
    model = ""

    def __init__(self) -> None:
        self.send: Callable[[bytes], None] = lambda _data: None
        self.tell: Callable[..., None] = lambda _event, **_args: None
        """Tells whoever watches the knobs what can be seen of the device from outside."""
        self.plugged: Callable[[], bool] = lambda: False
        """Whether its cable is in: without it the device has neither power nor a host."""

    @abstractmethod
    def receive(self, data: bytes) -> None:
        """Bytes from the host, cut anywhere."""

    def hung_up(self) -> None:  # noqa: B027  most devices do not care who listens
        """The host on the network went away."""

    def powered(self) -> None:  # noqa: B027  most devices forget nothing
        """Power came back: what a device forgets without power is forgotten."""

    def knobs(self) -> Sequence[Callable[..., Any]]:
        """Its own knobs: async functions with keyword arguments."""
        return ()

    def state(self) -> Mapping[str, object]:
        """What a late watcher must know to draw it."""
        return {}


class Line:
    """The wire between a host and an ``Inside``. ``start`` on a link or a TCP port, then knobs do the rest."""

    def __init__(self, inside: Inside, *, name: str = "", seed: int = 1) -> None:
        self.inside = inside
        self.where = ""
        self.fault_now: Fault = "none"
        self.last_byte_ns = 0
        """``time.monotonic_ns()`` when the last byte went out to the host."""
        self._random = random.Random(seed)
        self._device_set: Framing = "8N1"
        self._host_set: Framing = "8N1"
        self._strict = False
        self._link: Path | None = None
        self._tcp_port = 0
        self._plugged = False
        self._master = self._slave = -1
        self._server: asyncio.Server | None = None
        self._host: asyncio.StreamWriter | None = None
        self._serving: asyncio.Task[None] | None = None
        self._outgoing: asyncio.Queue[bytes] = asyncio.Queue()
        self._tasks: list[asyncio.Task[None]] = []
        inside.send = self._outgoing.put_nowait
        inside.plugged = lambda: self._plugged
        # a device's own knob keeps its name: a scale's ``fault`` is its load cell's, as the simulated scale's is
        knobs: tuple[Callable[..., Any], ...] = (self.unplug, self.plug, self.fault, self.framing, *inside.knobs())
        self.panel = KnobPanel(
            name=name or inside.category, category=inside.category, model=inside.model, knobs=knobs, state=self._state
        )
        inside.tell = self.panel.tell

    async def start_pty(self, link: Path) -> str:
        """Be a serial port at ``link``; gives its path."""
        self._link, self.where = link, str(link)
        await self._begin()
        return self.where

    async def start_tcp(self, port: int = 0) -> str:
        """Listen on loopback; 0 is any free port. Gives ``host:port``; one host at a time, the newest."""
        self._tcp_port = port
        await self._begin()
        self.where = f"127.0.0.1:{self._tcp_port}"
        return self.where

    async def close(self) -> None:
        """Take the device away."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        await self._pull()
        await self.panel.close()

    async def unplug(self) -> None:
        """Pull the cable: the host's port is gone at once."""
        await self._pull()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back; the device starts anew."""
        if not self._plugged:
            await self._insert()
            self.panel.tell("plugged", plugged=True)

    async def fault(self, *, kind: Fault) -> None:
        """Harm what the device says: silent, babble (noise all the time), slow (byte by byte), lossy, garbled, none."""
        self.fault_now = kind
        self.panel.tell("fault", kind=kind)

    async def framing(self, *, device: Framing, host: Framing, strict: bool = False) -> None:
        """Set the device's end and the host's. What fails its check comes as NUL; a strict device drops it."""
        self._device_set, self._host_set, self._strict = device, host, strict

    async def _begin(self) -> None:
        await self._insert()
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._deliver()), loop.create_task(self._babble())]

    def _state(self) -> Mapping[str, object]:
        return {"plugged": self._plugged, "fault": self.fault_now, "where": self.where, **self.inside.state()}

    async def _insert(self) -> None:
        while not self._outgoing.empty():
            self._outgoing.get_nowait()
        self._plugged = True
        if self._link is not None:
            self._insert_pty(self._link)
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._tcp_port)
            self._tcp_port = self._server.sockets[0].getsockname()[1]
        self.inside.powered()

    def _insert_pty(self, link: Path) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))
        asyncio.get_running_loop().add_reader(self._master, self._from_pty)

    async def _pull(self) -> None:
        self._plugged = False
        if self._master >= 0:
            asyncio.get_running_loop().remove_reader(self._master)
            if self._link is not None:
                self._link.unlink(missing_ok=True)
            os.close(self._master)
            os.close(self._slave)
            self._master = self._slave = -1
        if self._server is not None:
            self._server.close()
            self._server = None
        serving, self._serving = self._serving, None
        if serving is not None:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)

    def _from_pty(self) -> None:
        with suppress(OSError):
            self._receive(os.read(self._master, _PIECE))

    def _receive(self, data: bytes) -> None:
        """Bytes from the host, as the device's UART reads them."""
        bits = on_the_line(data, self._host_set)
        if self._device_set == "8N1" or self._strict:
            data = taken(bits, self._device_set, wrong=b"")
        if data:
            self.inside.receive(data)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._serving is not None:
            self._serving.cancel()
        self._serving, self._host = asyncio.current_task(), writer
        try:
            while data := await reader.read(_PIECE):
                self._receive(data)
        except (ConnectionError, asyncio.CancelledError):
            return
        finally:
            if self._host is writer:
                self._host = None
                self.inside.hung_up()
            writer.transport.abort()

    async def _deliver(self) -> None:
        while True:
            data = await self._outgoing.get()
            if self.fault_now == "silent":
                continue
            if self.fault_now in {"lossy", "garbled"}:
                data = self._harmed(data)
            if self.fault_now != "slow":
                self._out(data)
                continue
            for at in range(len(data)):
                self._out(data[at : at + 1])
                await asyncio.sleep(_BYTE_S)

    async def _babble(self) -> None:
        while True:
            await asyncio.sleep(_BABBLE_S)
            if self.fault_now == "babble":
                self._out(self._random.randbytes(self._random.randrange(1, 40)))

    def _harmed(self, data: bytes) -> bytes:
        kept = bytearray()
        for byte in data:
            hit = self._random.randrange(_ODDS) == 0
            if not hit:
                kept.append(byte)
            elif self.fault_now == "garbled":
                kept.append(byte ^ 1 << self._random.randrange(8))
        return bytes(kept)

    def _out(self, data: bytes) -> None:
        if not data or not self._plugged:
            return
        data = taken(on_the_line(data, self._device_set), self._host_set, wrong=b"\0")
        if self._master >= 0:
            with suppress(OSError):  # nobody reads: a real device's bytes are lost then, too
                os.write(self._master, data)
        elif self._host is not None and not self._host.is_closing():
            self._host.write(data)
        self.last_byte_ns = time.monotonic_ns()


def serve(
    module: str,
    inside: Callable[..., Inside],
    given: Sequence[str] | None = None,
    *,
    options: Mapping[str, int | str] | None = None,
) -> int:
    """Run a far end as a program until it is told to stop; prints one line of JSON when it is ready.

    ``options``: what ``inside`` is made with, by keyword, and the defaults: ``capacity_grams`` is
    ``--capacity-grams``. Ends with a message where ``inside`` refuses one (``ValueError``).
    """
    options = options or {}
    parser = argparse.ArgumentParser(prog=f"python -m {module}")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--link", type=Path, help="be a serial port (a pseudo-terminal) found at this path")
    where.add_argument("--tcp", type=int, help="listen on this port of 127.0.0.1; 0 is any free one")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="", help="its name on the bench")
    for option, default in options.items():
        help_text = f"default: {default}"
        parser.add_argument(f"--{option.replace('_', '-')}", type=type(default), default=default, help=help_text)
    arguments = parser.parse_args(given)
    try:
        made = inside(**{option: getattr(arguments, option) for option in options})
    except ValueError as error:
        parser.error(str(error))
    asyncio.run(_run(made, arguments))
    return 0


async def _run(inside: Inside, arguments: argparse.Namespace) -> None:
    line = Line(inside, name=arguments.name)
    where = await (line.start_pty(arguments.link) if arguments.link else line.start_tcp(arguments.tcp))
    if arguments.knob_socket:
        await line.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"where": where, "knob_socket": arguments.knob_socket})
    finally:
        await line.close()
