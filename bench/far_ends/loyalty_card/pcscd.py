"""A contactless reader behind the real smart card service: pcscd with vsmartcard's virtual reader, and a card in it.

To be begun by ``unshare --mount --net``, as root, in file systems and a network of its own: no port of this machine and
no service that runs here is touched. Debian: ``pcscd``, ``vsmartcard-vpcd``. Clients find it by
``PCSCLITE_CSOCK_NAME=<folder>/pcscd.comm``. ``python -m bench.far_ends.loyalty_card.pcscd --folder run/pcscd
--knob-socket run/card.knobs``

The virtual reader listens; a connection is a card, two bytes of length go before each message (vsmartcard's "vpcd"
protocol: one byte 00 to 02 is power off, on, reset; 04 asks for the ATR; longer is a command APDU).
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import socket
import struct
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.far_ends.loyalty_card.contactless import ContactlessCard, bank_card, tag
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel

__all__ = ["main"]

_PORT = 35963
_DRIVER = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so"
_READER = f"""FRIENDLYNAME "Virtual PCD"
DEVICENAME   /dev/null:{_PORT}
LIBPATH      {_DRIVER}
CHANNELID    {_PORT}
"""
_SOCKET = Path("/run/pcscd/pcscd.comm")
_ASKS_ATR = b"\x04"
_NOTICED_S = 1.0
"""After so long the service has seen that the card is gone: it looks every 400 ms."""
_RETRY_S = 0.05


class Service:
    """The service, and the card that lies at its reader."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._daemon: subprocess.Popen[bytes] | None = None
        self._lying: asyncio.Task[None] | None = None
        self.panel = KnobPanel(
            name="loyalty_card",
            category="loyalty_card",
            model="pcscd",
            knobs=(self.unplug, self.plug, self.present, self.pay, self.take_away),
            state=lambda: {"plugged": self._daemon is not None, "card": self._lying is not None},
        )

    async def present(self, *, uid: str = "04A1B2C3D4E580", data: str = "") -> None:
        """Hold a tag to the reader, with this id (hex) and this text written on it."""
        await self._place(tag(uid, data))

    async def pay(self) -> None:
        """Hold a bank card to the reader."""
        await self._place(bank_card())

    async def take_away(self) -> None:
        """Take the card away; done when the service must have seen it."""
        lying, self._lying = self._lying, None
        if lying is not None:
            lying.cancel()
            await asyncio.gather(lying, return_exceptions=True)
            await asyncio.sleep(_NOTICED_S)

    async def unplug(self) -> None:
        """Stop the service."""
        await self.take_away()
        daemon, self._daemon = self._daemon, None
        if daemon is not None:
            daemon.terminate()
            await asyncio.to_thread(daemon.wait)

    async def plug(self) -> None:
        """Start the service; done when it listens."""
        if self._daemon is not None:
            return
        self._daemon = daemon = _started(self._folder / "readers")
        while not _listens():
            if daemon.poll() is not None:
                text = f"pcscd ended with {daemon.returncode}"
                raise OSError(text)
            await asyncio.sleep(_RETRY_S)

    async def _place(self, card: ContactlessCard) -> None:
        await self.take_away()
        self._lying = asyncio.get_running_loop().create_task(_lie(card))


def _started(readers: Path) -> subprocess.Popen[bytes]:
    command = ["/usr/sbin/pcscd", "--foreground", "--critical", "--config", str(readers)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)


def _listens() -> bool:
    return _SOCKET.exists()


async def _inserted() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", _PORT)
        except OSError:
            await asyncio.sleep(_RETRY_S)


async def _lie(card: ContactlessCard) -> None:
    """Be this card in the reader until it is taken away."""
    reader, writer = await _inserted()
    try:
        while True:
            (length,) = struct.unpack(">H", await reader.readexactly(2))
            asked = await reader.readexactly(length)
            told = card.atr if asked == _ASKS_ATR else card.answer(asked) if length > 1 else b""
            if told:
                writer.write(struct.pack(">H", len(told)) + told)
    except (OSError, asyncio.IncompleteReadError):
        return
    finally:
        writer.transport.abort()


def _own_world(folder: Path) -> None:
    """A ``/run`` of our own, the loopback of our own network up, and the reader's description."""
    subprocess.run(["/usr/bin/mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    _SOCKET.parent.mkdir()
    with socket.socket() as any_socket:
        request = struct.pack("16sH14x", b"lo", 1)  # netdevice(7): IFF_UP
        fcntl.ioctl(any_socket, 0x8914, request)  # SIOCSIFFLAGS
    readers = folder / "readers"
    readers.mkdir(parents=True, exist_ok=True)
    (readers / "vpcd").write_text(_READER, encoding="utf-8")
    link = folder / "pcscd.comm"
    link.unlink(missing_ok=True)
    seen_from_outside = Path("/proc") / str(os.getpid()) / "root"  # proc(5): this namespace's file system
    link.symlink_to(seen_from_outside / "run" / "pcscd" / "pcscd.comm")


async def _serve(arguments: argparse.Namespace) -> None:
    folder = arguments.folder.resolve()
    _own_world(folder)
    service = Service(folder)
    await service.plug()
    if arguments.knob_socket:
        await service.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"where": str(folder / "pcscd.comm"), "knob_socket": arguments.knob_socket})
    finally:
        with suppress(OSError):
            await service.unplug()
        await service.panel.close()


def main(given: Sequence[str] | None = None) -> None:
    """Run until told to stop."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.loyalty_card.pcscd")
    parser.add_argument("--folder", type=Path, required=True, help="where the service is found")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    asyncio.run(_serve(parser.parse_args(given)))


if __name__ == "__main__":
    main()
