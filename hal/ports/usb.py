"""Two bulk endpoints of a USB device as a byte port, through pyusb (libusb): printers, mostly.

A thread of its own waits for bytes, since libusb blocks; the loop never does. The device is named by its ids and,
where two alike are plugged in, by the socket it is in (``1-1.4``: bus, then ports, as the kernel and ``lsusb -t`` do):
never the first that is found.
"""

from __future__ import annotations

import asyncio
import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from hal.device import ClaimedError, NoHardwareError
from hal.ports.usb_finder import UsbAddress, found

__all__ = ["UsbPort"]

_READ_SIZE, _READ_MS = 512, 200
"""``close`` waits for a read under way, so one is short."""
_PIECE, _PIECE_MS = 4096, 250
_TAKEN = frozenset({errno.EBUSY, errno.EACCES, errno.EPERM})


class UsbPort:
    """See ``Port``. ``backend`` is pyusb's own choice unless a test gives one. ``interface_class``: 7 is printers."""

    def __init__(self, address: UsbAddress, backend: object | None = None, *, interface_class: int = 7) -> None:
        self._address, self._class = address, interface_class
        self._backend = backend
        self._opened: _Opened | None = None
        self._arrived: asyncio.Queue[bytes | OSError] = asyncio.Queue()
        self._deeds: ThreadPoolExecutor | None = None
        self._listener: threading.Thread | None = None
        self._closing = threading.Event()

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return str(self._address)

    async def open(self) -> None:
        """See ``Port.open``."""
        await self.close()
        self._closing.clear()
        self._arrived = asyncio.Queue()
        self._deeds = ThreadPoolExecutor(1, thread_name_prefix="usb-port")
        loop = asyncio.get_running_loop()
        try:
            self._opened = await loop.run_in_executor(self._deeds, _open, self._address, self._class, self._backend)
        except BaseException:
            self._deeds.shutdown(wait=False)
            self._deeds = None
            raise
        self._listener = threading.Thread(
            target=self._listen, args=(loop, self._opened, self._arrived), name="usb-port-listener", daemon=True
        )
        self._listener.start()

    async def read(self) -> bytes:
        """See ``Port.read``."""
        self._need_open()
        told = await self._arrived.get()
        if isinstance(told, OSError):
            self._arrived.put_nowait(told)  # for whoever reads next
            raise told
        return told

    async def write(self, data: bytes) -> None:
        """See ``Port.write``."""
        loop = asyncio.get_running_loop()
        while data:
            opened = self._need_open()
            data = data[await loop.run_in_executor(self._deeds, opened.write, data[:_PIECE]) :]

    async def close(self) -> None:
        """See ``Port.close``; a read or write under way is waited for, which is short."""
        opened, self._opened = self._opened, None
        deeds, self._deeds = self._deeds, None
        listener, self._listener = self._listener, None
        if opened is None or deeds is None or listener is None:
            return
        self._closing.set()
        self._arrived.put_nowait(ConnectionResetError(errno.ENODEV, f"{self.where} was closed"))

        def end() -> None:
            listener.join()
            opened.close()

        try:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(deeds, end))
        finally:
            deeds.shutdown(wait=False)

    def _listen(
        self, loop: asyncio.AbstractEventLoop, opened: _Opened, arrived: asyncio.Queue[bytes | OSError]
    ) -> None:
        while not self._closing.is_set():
            told: bytes | OSError
            try:
                told = opened.read()
            except OSError as error:
                told = error
            except Exception as error:  # noqa: BLE001  a dead listener must be noticed, whatever it died of
                told = ConnectionResetError(errno.EIO, f"{type(error).__name__}: {error}")
            if told:
                with suppress(RuntimeError):  # the loop is gone, and so is whoever would read
                    loop.call_soon_threadsafe(arrived.put_nowait, told)
            if isinstance(told, OSError):
                return

    def _need_open(self) -> _Opened:
        if self._opened is None:
            raise ConnectionResetError(errno.ENODEV, f"{self.where} is not open")
        return self._opened


def _open(address: UsbAddress, interface_class: int, backend: object | None) -> _Opened:
    import usb.util  # noqa: PLC0415  nothing that a kiosk without USB printers should load

    device = found(address, backend)
    try:
        return _Opened(device, usb.util, interface_class)
    except OSError as error:
        usb.util.dispose_resources(device)
        if error.errno in _TAKEN:
            text = f"{address} is held by another program, or may not be opened: {error}"
            raise ClaimedError(text) from error
        text = f"{address}: {error}"
        raise NoHardwareError(text) from error


class _Opened:
    """A claimed interface with a bulk endpoint each way. Each call blocks for a bounded time, raises ``OSError``."""

    def __init__(self, device: Any, util: Any, interface_class: int) -> None:  # noqa: ANN401  pyusb carries no types
        self._device, self._util = device, util
        configured = device.get_active_configuration()
        interface = util.find_descriptor(configured, bInterfaceClass=interface_class) or configured[0, 0]
        with suppress(NotImplementedError):  # a back end without a kernel behind it
            if device.is_kernel_driver_active(interface.bInterfaceNumber):  # usblp
                device.detach_kernel_driver(interface.bInterfaceNumber)
        util.claim_interface(device, interface.bInterfaceNumber)
        self._out = self._endpoint(interface, util.ENDPOINT_OUT)
        self._in = self._endpoint(interface, util.ENDPOINT_IN)
        while self.read(1):  # what was said before is not ours
            continue

    def _endpoint(self, interface: Any, way: int) -> Any:  # noqa: ANN401  pyusb carries no types
        util = self._util
        found = [
            each
            for each in interface
            if util.endpoint_direction(each.bEndpointAddress) == way
            and util.endpoint_type(each.bmAttributes) == util.ENDPOINT_TYPE_BULK
        ]
        if not found:
            raise OSError(errno.ENXIO, "no bulk endpoint each way: a device that says nothing of itself")
        return found[0]

    def read(self, timeout_ms: int = _READ_MS) -> bytes:
        """What has come; empty when nothing came in time."""
        try:
            return bytes(self._in.read(_READ_SIZE, timeout_ms))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return b""
            raise

    def write(self, data: bytes) -> int:
        """How many bytes were taken; 0 when none was in time."""
        try:
            return int(self._out.write(data, _PIECE_MS))
        except OSError as error:
            if error.errno == errno.ETIMEDOUT:
                return 0
            raise

    def close(self) -> None:
        self._util.dispose_resources(self._device)
