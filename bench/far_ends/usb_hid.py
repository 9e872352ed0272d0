"""A virtual USB bus with HID devices on it: pyusb's own back end interface, with each device's inside behind it.

``usb.core.find(backend=HidBus([...]))`` finds them, and whatever is built on pyusb drives them with no kernel and no
hardware: descriptors, control transfers, interrupt endpoints in packets, kernel drivers that hold interfaces.

The bus lives in its driver's process. What a device's inside does happens on the loop that made the bus, but for
``feature``, which is asked from the host's thread while it waits for the answer.
"""

from __future__ import annotations

import array
import asyncio
import errno
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from types import SimpleNamespace
from typing import Any, Literal

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

from bench.far_ends.line import Inside
from bench.knobs import KnobPanel

__all__ = ["Fault", "HidBus", "HidDevice", "HidInside"]

Fault = Literal["none", "silent", "babble", "half", "garbled", "deaf"]
"""``silent``: says nothing; ``babble``: reports of noise all the time; ``half``: reports cut in the middle;
``garbled``: bits turned; ``deaf``: answers no control transfer in time."""

_BABBLE_S = 0.002
_ODDS = 8
"""A garbled report has one byte in so many harmed, and at least one."""
_STRINGS = ("", "Bench", "Far end", "")
_INTERRUPT, _HID = 3, 3
_IN, _OUT = 0x81, 0x02
_INPUT, _FEATURE = 1, 3


class HidInside(Inside):
    """A HID device behind its plug: ``send`` sends an input report, ``receive`` gets an output report, whole."""

    report_descriptor = b""
    other_interfaces: Sequence[bytes] = ()
    """Report descriptors of interfaces before its own: a keyboard, say."""
    packet = 64
    """Bytes in one packet of its interrupt endpoints; 8 for a low-speed device."""
    out_endpoint = False
    """Whether output reports come over an endpoint; else by SET_REPORT."""

    def get_feature(self, report: int) -> bytes | None:
        """A feature report by its id; ``None`` refuses (a stall)."""
        _ = report
        return None

    def set_feature(self, report: bytes) -> bool:
        """Take a feature report; false refuses."""
        _ = report
        return False


class HidDevice:
    """One device: its inside, its ids, its place on the bus, and its knobs."""

    def __init__(
        self,
        inside: HidInside,
        *,
        vendor: int,
        product: int,
        path: str = "1-1.2",
        serial: str = "",
        name: str = "",
        seed: int = 1,
    ) -> None:
        self.inside, self.vendor, self.product = inside, vendor, product
        self.bus, ports = int(path.partition("-")[0]), path.partition("-")[2]
        self.ports = tuple(int(each) for each in ports.split("."))
        self.path, self.serial = path, serial
        self.plugged = True
        self.fault_now: Fault = "none"
        self.kernel_driver, self.claimed, self.opened = True, set[int](), 0
        self.last_byte_ns = 0
        """``time.monotonic_ns()`` when the last report went out to the host."""
        self.arrived = threading.Condition()
        self.packets: deque[bytes] = deque()
        self._random = random.Random(seed)
        self._loop = asyncio.get_running_loop()
        self._babbling: asyncio.Task[None] | None = None
        inside.send = self._send
        inside.plugged = lambda: self.plugged
        # a device's own knob keeps its name: a scale's ``fault`` is its load cell's
        knobs: tuple[Callable[..., Any], ...] = (self.unplug, self.plug, self.fault, *inside.knobs())
        self.panel = KnobPanel(
            name=name or inside.category, category=inside.category, model=inside.model, knobs=knobs, state=self._state
        )
        inside.tell = self.panel.tell
        inside.powered()

    async def unplug(self) -> None:
        """Pull the cable: the device is gone from the bus at once."""
        with self.arrived:
            self.plugged = False
            self.packets.clear()
            self.claimed.clear()
            self.arrived.notify_all()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back; the device starts anew, and the kernel's driver takes it."""
        if not self.plugged:
            with self.arrived:
                self.plugged = self.kernel_driver = True
            self.inside.powered()
            self.panel.tell("plugged", plugged=True)

    async def fault(self, *, kind: Fault) -> None:
        """Harm what the device says: silent, babble, half, garbled, deaf (to control transfers), none."""
        self.fault_now = kind
        if kind == "babble" and self._babbling is None:
            self._babbling = asyncio.get_running_loop().create_task(self._babble())
        self.panel.tell("fault", kind=kind)

    async def close(self) -> None:
        """Take the device away."""
        await self.unplug()
        babbling, self._babbling = self._babbling, None
        if babbling is not None:
            babbling.cancel()
            await asyncio.gather(babbling, return_exceptions=True)
        await self.panel.close()

    def to_inside(self, data: bytes) -> None:
        """An output report from the host's thread."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self.inside.receive, data)

    def need_cable(self) -> None:
        """Raise what libusb raises for a device that is gone."""
        if not self.plugged:
            text = "No such device (it may have been disconnected)"
            raise USBError(text, error_code=-4, errno=errno.ENODEV)

    def _state(self) -> Mapping[str, object]:
        return {"plugged": self.plugged, "fault": self.fault_now, "where": self.path, **self.inside.state()}

    def _send(self, report: bytes) -> None:
        if self.fault_now == "half":
            report = report[: len(report) // 2]
        elif self.fault_now == "garbled":
            report = self._harmed(report)
        if self.fault_now not in {"silent", "babble"}:
            self._out(report)

    def _out(self, report: bytes) -> None:
        with self.arrived:
            if self.plugged and (self.opened or not self.packets):  # unheard, it keeps the oldest loaded
                size = self.inside.packet
                self.packets.extend(report[at : at + size] for at in range(0, len(report), size))
                self.last_byte_ns = time.monotonic_ns()
                self.arrived.notify_all()

    def _harmed(self, report: bytes) -> bytes:
        harmed = bytearray(report)
        for _ in range(1 + len(report) // _ODDS):
            harmed[self._random.randrange(len(harmed))] ^= 1 << self._random.randrange(8)
        return bytes(harmed)

    async def _babble(self) -> None:
        while self.fault_now == "babble":
            self._out(self._random.randbytes(self._random.randrange(1, self.inside.packet)))
            await asyncio.sleep(_BABBLE_S)
        self._babbling = None


class HidBus(IBackend):  # type: ignore[misc]  # pyusb carries no types
    """The bus, as pyusb asks it. A back end's ``dev`` is the ``HidDevice``; so is its handle."""

    def __init__(self, devices: Sequence[HidDevice]) -> None:
        super().__init__()
        self.devices = devices

    def enumerate_devices(self) -> Iterator[HidDevice]:
        """What is plugged in."""
        return iter([each for each in self.devices if each.plugged])

    def get_parent(self, _dev: HidDevice) -> None:
        """The hubs are not shown."""

    def get_device_descriptor(self, dev: HidDevice) -> SimpleNamespace:
        """The device; its class is told by its interfaces."""
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=1,
            iProduct=2, iSerialNumber=3 if dev.serial else 0, bNumConfigurations=1, bus=dev.bus,
            address=1 + self.devices.index(dev), port_number=dev.ports[-1], port_numbers=dev.ports, speed=2,
        )  # fmt: skip

    def get_configuration_descriptor(self, dev: HidDevice, config: int) -> SimpleNamespace:
        """One configuration."""
        if config > 0:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=34, bNumInterfaces=len(_reports_of(dev)), bConfigurationValue=1,
            iConfiguration=0, bmAttributes=0xA0, bMaxPower=50, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: HidDevice, intf: int, alt: int, _config: int) -> SimpleNamespace:
        """Its HID interfaces, each with its HID descriptor (HID 1.11, 6.2.1)."""
        if intf >= len(_reports_of(dev)) or alt > 0:
            raise IndexError(intf)
        length = len(_reports_of(dev)[intf]).to_bytes(2, "little")
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=intf, bAlternateSetting=0,
            bNumEndpoints=len(_endpoints(dev, intf)), bInterfaceClass=_HID, bInterfaceSubClass=0, bInterfaceProtocol=0,
            iInterface=0, extra_descriptors=[9, 0x21, 0x11, 0x01, 0, 1, 0x22, *length],
        )  # fmt: skip

    def get_endpoint_descriptor(self, dev: HidDevice, ep: int, intf: int, _alt: int, _config: int) -> SimpleNamespace:
        """Interrupt in, and out where it has one."""
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=_endpoints(dev, intf)[ep], bmAttributes=_INTERRUPT,
            wMaxPacketSize=dev.inside.packet, bInterval=8, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: HidDevice) -> HidDevice:
        """A handle."""
        dev.need_cable()
        dev.opened += 1
        return dev

    def close_device(self, dev: HidDevice) -> None:
        """The handle is given back."""
        dev.opened -= 1

    def get_configuration(self, dev: HidDevice) -> int:
        """It is set."""
        dev.need_cable()
        return 1

    def set_configuration(self, dev: HidDevice, _value: int) -> None:
        """There is only one."""
        dev.need_cable()

    def is_kernel_driver_active(self, dev: HidDevice, _intf: int) -> bool:
        """The kernel's usbhid has it until it is asked to let go."""
        dev.need_cable()
        return dev.kernel_driver

    def detach_kernel_driver(self, dev: HidDevice, _intf: int) -> None:
        """Usbhid lets go."""
        dev.need_cable()
        dev.kernel_driver = False

    def attach_kernel_driver(self, dev: HidDevice, _intf: int) -> None:
        """Usbhid takes it back."""
        dev.need_cable()
        dev.kernel_driver = True

    def claim_interface(self, dev: HidDevice, intf: int) -> None:
        """One program at a time."""
        dev.need_cable()
        if dev.kernel_driver or intf in dev.claimed:
            text = "Resource busy"
            raise USBError(text, error_code=-6, errno=errno.EBUSY)
        dev.claimed.add(intf)

    def release_interface(self, dev: HidDevice, intf: int) -> None:
        """It is free again."""
        dev.need_cable()
        dev.claimed.discard(intf)

    def intr_read(self, dev: HidDevice, _ep: int, _intf: int, buff: array.array[int], timeout: int) -> int:
        """Packets into ``buff`` until a short one or until it is full; waits at most ``timeout`` ms for each."""
        taken = 0
        while taken < len(buff):
            with dev.arrived:
                dev.arrived.wait_for(lambda: dev.packets or not dev.plugged, timeout / 1000)
                dev.need_cable()
                if not dev.packets:
                    if taken:
                        return taken
                    raise _timed_out()
                packet = dev.packets.popleft()
            if taken + len(packet) > len(buff):
                text = "Overflow"
                raise USBError(text, error_code=-8, errno=errno.EOVERFLOW)
            buff[taken : taken + len(packet)] = array.array("B", packet)
            taken += len(packet)
            if len(packet) < dev.inside.packet:
                break
        return taken

    def intr_write(self, dev: HidDevice, _ep: int, _intf: int, data: Any, _timeout: int) -> int:  # noqa: ANN401  pyusb's array
        """An output report."""
        dev.need_cable()
        dev.to_inside(bytes(data))
        return len(data)

    def ctrl_transfer(
        self,
        dev: HidDevice,
        request_type: int,
        request: int,
        value: int,
        index: int,
        data: array.array[int],
        _timeout: int,
    ) -> int:
        """Descriptors and reports. A deaf device answers none; a request nobody knows is stalled."""
        dev.need_cable()
        if dev.fault_now == "deaf":
            raise _timed_out()
        told = _control(dev, (request_type, request), value, index, bytes(data))
        if told is None:
            text = "Pipe error"
            raise USBError(text, error_code=-9, errno=errno.EPIPE)
        if not request_type & 0x80:
            return len(data)
        told = told[: len(data)]
        data[: len(told)] = array.array("B", told)
        return len(told)


def _timed_out() -> USBTimeoutError:
    return USBTimeoutError("Operation timed out", error_code=-7, errno=errno.ETIMEDOUT)


def _reports_of(dev: HidDevice) -> list[bytes]:
    return [*dev.inside.other_interfaces, dev.inside.report_descriptor]


def _endpoints(dev: HidDevice, interface: int) -> list[int]:
    """The device's own interface is the last; others have endpoints that say nothing."""
    own = interface == len(_reports_of(dev)) - 1
    return [_IN, *([_OUT] if dev.inside.out_endpoint else [])] if own else [_IN + 2 + interface]


def _control(dev: HidDevice, request: tuple[int, int], value: int, index: int, data: bytes) -> bytes | None:
    """The answer to a control transfer; ``None`` stalls."""
    kind, number = value >> 8, value & 0xFF
    match request:
        case (0x80, 0x06) if kind == 3:  # noqa: PLR2004  GET_DESCRIPTOR, a string
            return _string(dev, number)
        case (0x81, 0x06) if kind == 0x22 and index < len(_reports_of(dev)):  # noqa: PLR2004  GET_DESCRIPTOR, report
            return _reports_of(dev)[index]
        case (0x81, 0x00):  # GET_STATUS
            return bytes(2)
        case (0xA1, 0x01) if kind == _FEATURE:
            return dev.inside.get_feature(number)
        case (0x21, 0x09) if kind == _FEATURE:
            return b"" if dev.inside.set_feature(data) else None
        case (0x21, 0x09):
            dev.to_inside(data)
            return b""
        case (0x21, 0x0A):  # SET_IDLE
            return b""
        case _:
            return None


def _string(dev: HidDevice, number: int) -> bytes | None:
    if number == 0:
        return bytes((4, 3, 0x09, 0x04))
    strings = (*_STRINGS[:3], dev.serial)
    if number >= len(strings):
        return None
    text = strings[number].encode("utf-16-le")
    return bytes((2 + len(text), 3)) + text
