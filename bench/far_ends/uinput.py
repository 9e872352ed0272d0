"""A keyboard made by the kernel itself: events written to ``/dev/uinput`` come out of a real ``/dev/input/event…``.

Documentation/input/uinput.rst, ``linux/uinput.h``. Needs the kernel's module and the right to write to the device.
"""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterable
from pathlib import Path

__all__ = ["UINPUT", "VirtualKeyboard"]

UINPUT = Path("/dev/uinput")

_SET_EVENT, _SET_KEY = 0x40045564, 0x40045565
_SETUP, _CREATE, _DESTROY = 0x405C5503, 0x5501, 0x5502
_SYSNAME = 0x8040552C
_SYSNAME_LENGTH = 64
_SETUP_STRUCT = struct.Struct("@HHHH80sI")
_EVENT = struct.Struct("@llHHi")
_EV_KEY = 1
_USB = 0x03


class VirtualKeyboard:
    """Plugged in when made. Raises ``OSError`` where there is no uinput."""

    def __init__(self, name: str, keys: Iterable[int]) -> None:
        self._descriptor = os.open(UINPUT, os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        fcntl.ioctl(self._descriptor, _SET_EVENT, _EV_KEY)
        for key in keys:
            fcntl.ioctl(self._descriptor, _SET_KEY, key)
        fcntl.ioctl(self._descriptor, _SETUP, _SETUP_STRUCT.pack(_USB, 0x05E0, 0x1200, 1, name.encode(), 0))
        fcntl.ioctl(self._descriptor, _CREATE)

    @property
    def where(self) -> Path:
        """Its device file, which udev makes a moment later."""
        answer = bytearray(_SYSNAME_LENGTH)
        fcntl.ioctl(self._descriptor, _SYSNAME, answer)
        folder = Path("/sys/devices/virtual/input") / answer.split(b"\0")[0].decode()
        return Path("/dev/input") / next(folder.glob("event*")).name

    def send(self, events: bytes) -> None:
        """Put these events in; the kernel gives them its own times."""
        for at in range(0, len(events), _EVENT.size):
            os.write(self._descriptor, events[at : at + _EVENT.size])

    def unplug(self) -> None:
        """Pull it out."""
        fcntl.ioctl(self._descriptor, _DESTROY)
        os.close(self._descriptor)
