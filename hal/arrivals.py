"""Word that something was plugged in: udev's events, where there are any, so that a replugged device is found at once.

udev tells every event it has finished with (links in ``/dev`` made, groups set) to multicast group 2 of the kernel's
netlink family for such events (netlink(7), ``NETLINK_KOBJECT_UEVENT``; libudev's "udev" monitor source). Only that
something happened is taken from it: who waits tries his own port again. Where there is no udev, waiting is polling.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable
from contextlib import suppress

__all__ = ["Arrivals"]

_log = logging.getLogger(__name__)

_NETLINK_KOBJECT_UEVENT = 15
_UDEV_GROUP = 2
_LONGEST_MESSAGE = 8192


def _listen() -> socket.socket:
    """A socket that hears udev. Raises ``OSError`` where there is none."""
    heard = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC, _NETLINK_KOBJECT_UEVENT)
    try:
        heard.setblocking(False)  # noqa: FBT003  the library's own way
        heard.bind((0, _UDEV_GROUP))
    except OSError:
        heard.close()
        raise
    return heard


class Arrivals:
    """Used by one waiter on one loop. ``listen`` gives the socket; a test gives its own."""

    def __init__(self, listen: Callable[[], socket.socket] = _listen) -> None:
        self._listen = listen
        self._socket: socket.socket | None = None
        self._something = asyncio.Event()

    def start(self) -> None:
        """Hear from now on; without udev nothing is ever heard."""
        if self._socket is not None:
            return
        try:
            self._socket = self._listen()
        except OSError as error:
            _log.debug("no udev events (%s): devices are looked for by polling", error)
            return
        asyncio.get_running_loop().add_reader(self._socket.fileno(), self._heard, self._socket)

    def stop(self) -> None:
        """Hear no more."""
        heard, self._socket = self._socket, None
        if heard is not None:
            asyncio.get_running_loop().remove_reader(heard.fileno())
            heard.close()

    async def wait(self, seconds: float) -> bool:
        """Wait until something was plugged in since the last wait, at most ``seconds``; true if it was."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._something.wait()
        told = self._something.is_set()
        self._something.clear()
        return told

    def nudge(self) -> None:
        """Let the waiter try again now."""
        self._something.set()

    def _heard(self, heard: socket.socket) -> None:
        with suppress(OSError):  # ENOBUFS: more happened than was kept, so something did
            heard.recv(_LONGEST_MESSAGE)
        self._something.set()
