"""A character device of the kernel as a port: ``/dev/input/event…``, ``/dev/hidraw…``, ``/dev/usb/lp…``."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from hal.device import ClaimedError, NoHardwareError
from hal.ports.descriptor import Descriptor

__all__ = ["DeviceFile"]


def _nothing(_descriptor: int) -> None:
    return


class DeviceFile:
    """See ``Port``.

    ``opened`` is called with the descriptor right after the open, for what a kind of device wants first (a grab); it
    raises ``OSError``. ``flags``: beside non-blocking and close-on-exec, ``os.O_RDONLY`` where nothing is written.
    """

    def __init__(self, path: str, *, flags: int = os.O_RDWR, opened: Callable[[int], None] = _nothing) -> None:
        self._path = path
        self._flags = flags
        self._opened = opened
        self._number = -1
        self._descriptor: Descriptor | None = None

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return self._path

    async def open(self) -> None:
        """See ``Port.open``."""
        await self.close()
        try:
            self._number = os.open(self._path, self._flags | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
            self._descriptor = Descriptor(self._number, self._path)
            self._opened(self._number)
        except OSError as error:
            await self.close()
            raise _not_opened(self._path, error) from error

    async def read(self) -> bytes:
        """See ``Port.read``."""
        return await self._open_one().read()

    async def write(self, data: bytes) -> None:
        """See ``Port.write``."""
        await self._open_one().write(data)

    async def close(self) -> None:
        """See ``Port.close``."""
        descriptor, self._descriptor = self._descriptor, None
        number, self._number = self._number, -1
        if descriptor is not None:
            descriptor.release()
        if number >= 0:
            os.close(number)

    def _open_one(self) -> Descriptor:
        if self._descriptor is None:
            text = f"{self._path} is not open"
            raise ConnectionResetError(text)
        return self._descriptor


def _not_opened(path: str, error: OSError) -> NoHardwareError | ClaimedError:
    if error.errno == errno.EBUSY:
        return ClaimedError(f"{path} is held by another program; end it")
    if error.errno in {errno.EACCES, errno.EPERM}:
        return NoHardwareError(f"{path} may not be opened; does the user's group own it?")
    if error.errno in {errno.ENOENT, errno.ENXIO, errno.ENODEV}:
        return NoHardwareError(f"{path} is not there; check cable and power")
    return NoHardwareError(f"{path}: {error.strerror or error}")
