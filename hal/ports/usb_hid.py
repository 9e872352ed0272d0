"""A USB HID device as a port of whole reports, over pyusb.

Device Class Definition for HID 1.11: 7.1.1 (GET_DESCRIPTOR), 7.2.1 (GET_REPORT), 7.2.2 (SET_REPORT), 4.4 (interrupt
endpoints), 8.4 (a report longer than a packet ends with a short one, but the longest need not). pyusb's documentation:
https://github.com/pyusb/pyusb/blob/master/docs/tutorial.rst

libusb blocks: what is asked runs on a thread of the port's own, and a second one waits for input reports, both in
bounded time. No text made here holds a byte of a report: some devices read cards.
"""

from __future__ import annotations

import asyncio
import errno
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import usb.core
import usb.util

from hal.device import ClaimedError, DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.hid import LONGEST_DESCRIPTOR, Descriptor, parse
from hal.ports.usb_finder import UsbAddress, found

__all__ = ["UsbHidPort"]

T = TypeVar("T")
_Told = tuple[bytes | OSError, int]
"""A report, or why there are no more, and when that was."""

_HID_CLASS = 0x03
_HID_DESCRIPTOR, _REPORT_DESCRIPTOR = 0x21, 0x22
_GET_STATUS, _GET_DESCRIPTOR, _GET_REPORT, _SET_REPORT = 0x00, 0x06, 0x01, 0x09
_FROM_INTERFACE, _CLASS_FROM_INTERFACE, _CLASS_TO_INTERFACE = 0x81, 0xA1, 0x21
_OUTPUT, _FEATURE = 2, 3
_MOST_UNREAD = 1000
_MOST_LOADED, _LOADED_MS = 8, 20
"""Packets that a device may have loaded while nobody listened, and how long one takes to come."""


class UsbHidPort:
    """See ``hal.ports.port.Port``, whose ``read`` and ``write`` here mean one whole report: its id first where the
    device numbers its reports.

    ``page``: the usage page of the application that is wanted; of a device's interfaces that one is taken which has
    it. ``backend``: pyusb's own choice unless a test gives one.
    """

    def __init__(
        self,
        address: UsbAddress,
        page: int,
        *,
        backend: object | None = None,
        read_timeout_ms: int = 100,
        control_timeout_ms: int = 1_000,
    ) -> None:
        self._address, self._page, self._backend = address, page, backend
        self._read_ms, self._control_ms = read_timeout_ms, control_timeout_ms
        self._thread: ThreadPoolExecutor | None = None
        self._link: _Link | None = None
        self._reader: threading.Thread | None = None
        self._stopping = threading.Event()
        self._arrived: asyncio.Queue[_Told] = asyncio.Queue()
        self.arrived_ms = 0
        """When the report that ``read`` gave last came over the cable, in monotonic milliseconds."""

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return str(self._address)

    @property
    def descriptor(self) -> Descriptor:
        """What the device says of its reports. Raises ``ConnectionResetError`` while the port is not open."""
        return self._linked().descriptor

    async def open(self) -> None:
        """See ``Port.open``. Raises ``ProtocolError`` for a device whose descriptor cannot be read.

        A kernel driver that has the interface is asked to let it go, and gets it back at ``close``.
        """
        await self.close()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"usb-{self._address.product:04x}")
        self._stopping, self._arrived = threading.Event(), asyncio.Queue()
        loop = asyncio.get_running_loop()
        await self._run(lambda: self._begin(loop))

    async def read(self) -> bytes:
        """One input report; waits for it. Raises ``OSError`` when the device is gone."""
        self._linked()
        told, moment = await self._arrived.get()
        if isinstance(told, OSError):
            self._arrived.put_nowait((told, moment))
            raise told
        self.arrived_ms = moment
        return told

    async def write(self, data: bytes) -> None:
        """Send an output report. Raises ``OSError``, ``ProtocolError`` when the device refuses it."""
        link = self._linked()
        await self._run(lambda: link.write(data))

    async def set_feature(self, report: bytes) -> None:
        """Send a feature report. Raises as ``write``."""
        link = self._linked()
        await self._run(lambda: link.set_report(_FEATURE, report))

    async def get_feature(self, report: int) -> bytes:
        """Ask for a feature report by its id. Raises as ``write``."""
        link = self._linked()
        return await self._run(lambda: link.get_report(_FEATURE, report))

    async def ask_status(self) -> None:
        """Ask the device whether it is there (GET_STATUS, USB 2.0, 9.4.5). Raises as ``write``."""
        link = self._linked()
        await self._run(link.ask_status)

    async def close(self) -> None:
        """See ``Port.close``; waits for what the threads are doing, which ends by itself."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._stopping.set()
        self._arrived.put_nowait((ConnectionResetError(f"{self.where} was closed"), 0))
        ended = False
        try:
            await asyncio.shield(asyncio.get_running_loop().run_in_executor(thread, self._end))
            ended = True
        finally:
            thread.shutdown(wait=ended)  # who gives up waiting leaves it to end by itself

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """On the port's thread."""
        self._link = link = _opened(self._address, self._page, self._backend, self._control_ms)
        arrived = self._arrived

        def hand(told: bytes | OSError) -> None:
            moment = time.monotonic_ns() // 1_000_000
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(_keep, arrived, told, moment)

        self._reader = threading.Thread(
            target=_pump, args=(link, self._stopping, self._read_ms, hand), name=f"{self.where} reader", daemon=True
        )
        self._reader.start()

    def _end(self) -> None:
        """On the port's thread."""
        reader, self._reader = self._reader, None
        if reader is not None:
            reader.join()
        link, self._link = self._link, None
        if link is not None:
            link.close()

    def _linked(self) -> _Link:
        if self._link is None or self._thread is None:
            text = f"{self.where} is not open"
            raise ConnectionResetError(text)
        return self._link

    async def _run(self, act: Callable[[], T]) -> T:
        if self._thread is None:
            text = f"{self.where} is not open"
            raise ConnectionResetError(text)
        return await asyncio.get_running_loop().run_in_executor(self._thread, act)


@dataclass(slots=True)
class _Link:
    """One interface, claimed; its calls block in bounded time and come from the port's threads."""

    device: Any
    number: int
    descriptor: Descriptor
    where: str
    control_ms: int
    endpoint_in: int
    packet: int
    endpoint_out: int
    kernel_had_it: bool
    _held: bytes = field(default=b"")

    def read(self, milliseconds: int) -> bytes:
        """One input report, or nothing in the time; packets of a report that was cut off by the time are kept."""
        longest = max(self.descriptor.longest("input"), 1)
        rest = longest - len(self._held)
        try:
            data = bytes(self.device.read(self.endpoint_in, -(-rest // self.packet) * self.packet, milliseconds))
        except usb.core.USBTimeoutError:
            held, self._held = self._held, b""
            return held  # what came of it will not become whole: its reader judges it
        data = self._held + data
        expected = self.descriptor.size("input", data[0] if self.descriptor.numbered and data else 0)
        cut = bool(data) and len(data) < expected and len(data) % self.packet == 0
        self._held = data if cut else b""
        return b"" if cut else data

    def drain(self) -> None:
        """Let go what the device had loaded before it was ours: it is as old as it likes."""
        for _ in range(_MOST_LOADED):
            try:
                self.device.read(self.endpoint_in, self.packet, _LOADED_MS)
            except usb.core.USBTimeoutError:
                return

    def write(self, report: bytes) -> None:
        """An output report by the interrupt endpoint where there is one, else by control transfer."""
        if not self.endpoint_out:
            self.set_report(_OUTPUT, report)
            return
        with _told(self.where):
            self.device.write(self.endpoint_out, report, self.control_ms)

    def set_report(self, kind: int, report: bytes) -> None:
        """SET_REPORT."""
        number = report[0] if self.descriptor.numbered else 0
        with _told(self.where):
            self.device.ctrl_transfer(
                _CLASS_TO_INTERFACE, _SET_REPORT, kind << 8 | number, self.number, report, self.control_ms
            )

    def get_report(self, kind: int, number: int) -> bytes:
        """GET_REPORT."""
        length = self.descriptor.size("feature" if kind == _FEATURE else "output", number)
        if not length:
            text = f"{self.where} has no such report: {number}"
            raise ProtocolError(text)
        with _told(self.where):
            return bytes(
                self.device.ctrl_transfer(
                    _CLASS_FROM_INTERFACE, _GET_REPORT, kind << 8 | number, self.number, length, self.control_ms
                )
            )

    def ask_status(self) -> None:
        """GET_STATUS."""
        with _told(self.where):
            self.device.ctrl_transfer(_FROM_INTERFACE, _GET_STATUS, 0, self.number, 2, self.control_ms)

    def close(self) -> None:
        """Let the interface go, and back to the kernel's driver if that had it."""
        with suppress(usb.core.USBError):
            _let_go(self.device, self.number, kernel_had_it=self.kernel_had_it)
        usb.util.dispose_resources(self.device)


class _told:  # noqa: N801  used as a statement
    """USB's errors in the house's words; what the device is not there for stays an ``OSError``."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        """Nothing yet."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> Literal[False]:
        """Raise the word for it."""
        if isinstance(error, usb.core.USBError):
            raise _in_words(self._where, error) from error
        return False


def _in_words(where: str, error: Any) -> OSError | DeviceError:  # noqa: ANN401  pyusb carries no types
    if isinstance(error, usb.core.USBTimeoutError):
        return TimeoutExpiredError(f"{where} does not answer; check its cable")
    match error.errno:
        case errno.ENODEV | errno.ENOENT | errno.ESHUTDOWN:
            return ConnectionResetError(f"{where} was unplugged")
        case errno.EPIPE:
            return ProtocolError(f"{where} refuses a request it should know")
        case errno.EACCES | errno.EPERM:
            return NoHardwareError(f"{where} may not be opened; are the udev rules for the kiosk's devices installed?")
        case errno.EBUSY:
            return ClaimedError(f"{where} is held by another program; end it")
        case errno.EOVERFLOW:
            return ProtocolError(f"{where} says more than its descriptor allows")
    return ConnectionResetError(f"{where}: {error.strerror or 'the USB line failed'}")


def _keep(arrived: asyncio.Queue[_Told], told: bytes | OSError, moment: int) -> None:
    if isinstance(told, bytes) and arrived.qsize() >= _MOST_UNREAD:
        told = ConnectionResetError("reports came faster than they were read")
    if arrived.qsize() <= _MOST_UNREAD:
        arrived.put_nowait((told, moment))


def _pump(link: _Link, stopping: threading.Event, milliseconds: int, hand: Callable[[bytes | OSError], None]) -> None:
    """The reader's thread: it ends when told to, or by handing on why."""
    try:
        while not stopping.is_set():
            report = link.read(milliseconds)
            if report:
                hand(report)
    except usb.core.USBError as error:
        word = _in_words(link.where, error)
        hand(word if isinstance(word, OSError) else ConnectionResetError(str(word)))
    except Exception as error:  # noqa: BLE001  a dead reader must be noticed, whatever it died of
        hand(ConnectionResetError(f"{link.where}: {type(error).__name__} in its reader"))


def _opened(address: UsbAddress, page: int, backend: object | None, control_ms: int) -> _Link:
    """Find, claim and read the descriptor of the interface with this page."""
    where = str(address)
    with _told(where):
        device = found(address, backend)
        others = []
        try:
            for interface in _hid_interfaces(device):
                link = _claimed(device, interface, where, control_ms)
                pages = {each >> 16 for each in link.descriptor.applications}
                if page in pages:
                    link.drain()
                    return link
                others += sorted(pages)
                _let_go(device, link.number, kernel_had_it=link.kernel_had_it)
        except BaseException:
            usb.util.dispose_resources(device)
            raise
        usb.util.dispose_resources(device)
    told = ", ".join(f"{each:04x}" for each in others) or "none"
    text = f"{where} is there but has no HID page {page:04x} (it has {told}); set it to the right USB interface"
    raise NoHardwareError(text)


def _hid_interfaces(device: Any) -> Iterator[Any]:  # noqa: ANN401  the same
    for interface in device.get_active_configuration():
        speaks = any(each.bEndpointAddress & usb.util.ENDPOINT_IN for each in interface)
        if interface.bInterfaceClass == _HID_CLASS and not interface.bAlternateSetting and speaks:
            yield interface


def _claimed(device: Any, interface: Any, where: str, control_ms: int) -> _Link:  # noqa: ANN401  the same
    number = interface.bInterfaceNumber
    kernel_had_it = bool(device.is_kernel_driver_active(number))
    if kernel_had_it:
        device.detach_kernel_driver(number)
    try:
        usb.util.claim_interface(device, number)
        length = _descriptor_length(bytes(interface.extra_descriptors))
        told = device.ctrl_transfer(
            _FROM_INTERFACE, _GET_DESCRIPTOR, _REPORT_DESCRIPTOR << 8, number, length, control_ms
        )
        ends = {each.bEndpointAddress: each for each in interface}
        inward = next(address for address in ends if address & usb.util.ENDPOINT_IN)
        return _Link(
            device=device,
            number=number,
            descriptor=parse(bytes(told)),
            where=where,
            control_ms=control_ms,
            endpoint_in=inward,
            packet=max(ends[inward].wMaxPacketSize, 1),
            endpoint_out=next((address for address in ends if not address & usb.util.ENDPOINT_IN), 0),
            kernel_had_it=kernel_had_it,
        )
    except BaseException:
        with suppress(usb.core.USBError):
            _let_go(device, number, kernel_had_it=kernel_had_it)
        raise


def _let_go(device: Any, number: int, *, kernel_had_it: bool) -> None:  # noqa: ANN401  the same
    try:
        usb.util.release_interface(device, number)
    finally:
        if kernel_had_it:
            device.attach_kernel_driver(number)


def _descriptor_length(extra: bytes) -> int:
    """The report descriptor's length, as the HID descriptor (6.2.1) tells it; else the longest there may be."""
    at = 0
    while at + 1 < len(extra) and extra[at]:
        if extra[at + 1] == _HID_DESCRIPTOR:
            classes = extra[at + 6 : at + extra[at]]
            for each in range(0, len(classes) - 2, 3):
                if classes[each] == _REPORT_DESCRIPTOR:
                    return int.from_bytes(classes[each + 1 : each + 3], "little")
        at += extra[at]
    return LONGEST_DESCRIPTOR
