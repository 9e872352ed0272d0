"""Receipt printers on a virtual USB bus: pyusb's own back end interface, with an ESC/POS printer behind each socket.

``usb.core.find(backend=VirtualUsb(...))`` finds them, and whatever is built on pyusb drives them, with no kernel and
no hardware. Each has one configuration, one printer-class interface, a bulk endpoint each way.
"""

from __future__ import annotations

import array
import errno
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

from usb.backend import IBackend
from usb.core import USBError, USBTimeoutError

__all__ = ["VirtualPrinter", "VirtualUsb"]

IN_ENDPOINT, OUT_ENDPOINT = 0x82, 0x01
_BULK, _PRINTER_CLASS, _PACKET = 2, 7, 64


class VirtualPrinter:
    """A printer's USB side, in the socket ``port`` of bus 1. ``receive`` gets what the host writes; ``answer`` sends.

    ``takes`` false: it holds the host off (NAK), as one does whose buffer is full. ``held``: another program has it.
    ``speaks`` false: it has no endpoint towards the host, as the cheapest do.
    """

    def __init__(self, *, vendor: int = 0x04B8, product: int = 0x0E15, port: tuple[int, ...] = (1,)) -> None:
        self.receive: Callable[[bytes], None] = lambda _data: None
        self.vendor, self.product, self.port = vendor, product, port
        self.plugged = True
        self.takes = True
        self.held = False
        self.speaks = True
        self.opened = 0
        self.arrived = threading.Condition()
        self.to_host = bytearray()

    def answer(self, data: bytes) -> None:
        """Send bytes to the host; while the cable is out they are lost."""
        with self.arrived:
            if self.plugged:
                self.to_host += data
                self.arrived.notify_all()

    def unplug(self) -> None:
        """Pull the cable."""
        with self.arrived:
            self.plugged = False
            self.to_host.clear()
            self.arrived.notify_all()

    def plug(self) -> None:
        """Put it back."""
        with self.arrived:
            self.plugged = True

    def need_cable(self) -> None:
        """Raise what the host sees once the cable is out."""
        if not self.plugged:
            text = "No such device (it may have been disconnected)"
            raise USBError(text, error_code=-4, errno=errno.ENODEV)


class VirtualUsb(IBackend):  # type: ignore[misc]  # pyusb carries no types
    """A bus with printers in its sockets."""

    def __init__(self, *printers: VirtualPrinter) -> None:
        super().__init__()
        self._printers = printers

    # -- what pyusb asks of a back end ---------------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator[VirtualPrinter]:
        """Those that are plugged in."""
        return iter([printer for printer in self._printers if printer.plugged])

    def get_device_descriptor(self, dev: VirtualPrinter) -> SimpleNamespace:
        """The device: a printer of the class its interface tells."""
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=dev.vendor, idProduct=dev.product, bcdDevice=0x0100, iManufacturer=0,
            iProduct=0, iSerialNumber=0, bNumConfigurations=1, bus=1, address=1 + self._printers.index(dev),
            port_number=dev.port[-1], port_numbers=dev.port,
            speed=3,
        )  # fmt: skip

    def get_configuration_descriptor(self, _dev: object, config: int) -> SimpleNamespace:
        """One configuration."""
        if config > 0:
            raise IndexError(config)
        return SimpleNamespace(
            bLength=9, bDescriptorType=2, wTotalLength=32, bNumInterfaces=1, bConfigurationValue=1, iConfiguration=0,
            bmAttributes=0xC0, bMaxPower=0, extra_descriptors=[],
        )  # fmt: skip

    def get_interface_descriptor(self, dev: VirtualPrinter, intf: int, alt: int, _config: int) -> SimpleNamespace:
        """One interface of the printer class, bidirectional."""
        if intf > 0 or alt > 0:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0,
            bNumEndpoints=2 if dev.speaks else 1,
            bInterfaceClass=_PRINTER_CLASS, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, _dev: object, ep: int, _intf: int, _alt: int, _config: int) -> SimpleNamespace:
        """Bulk out and bulk in."""
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT_ENDPOINT, IN_ENDPOINT)[ep], bmAttributes=_BULK,
            wMaxPacketSize=_PACKET, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, dev: VirtualPrinter) -> VirtualPrinter:
        """A handle."""
        dev.need_cable()
        dev.opened += 1
        return dev

    def close_device(self, handle: VirtualPrinter) -> None:
        """The handle is given back."""
        handle.opened -= 1

    def set_configuration(self, _handle: object, _value: int) -> None:
        """There is only one."""

    def get_configuration(self, _handle: object) -> int:
        """It is set."""
        return 1

    def claim_interface(self, handle: VirtualPrinter, _intf: int) -> None:
        """It is the host's, unless somebody else holds it."""
        if handle.held:
            text = "Resource busy"
            raise USBError(text, error_code=-6, errno=errno.EBUSY)

    def release_interface(self, _handle: object, _intf: int) -> None:
        """The same."""

    def bulk_write(self, handle: VirtualPrinter, _ep: int, _intf: int, data: Any, timeout: int) -> int:  # noqa: ANN401  pyusb's array
        """Bytes for the printer; waits at most ``timeout`` ms for it to take them."""
        with handle.arrived:
            handle.arrived.wait_for(lambda: handle.takes or not handle.plugged, timeout / 1000)
            handle.need_cable()
            if not handle.takes:
                text = "Operation timed out"
                raise USBTimeoutError(text, error_code=-7, errno=errno.ETIMEDOUT)
        handle.receive(bytes(data))
        return len(data)

    def bulk_read(self, handle: VirtualPrinter, _ep: int, _intf: int, buff: array.array[int], timeout: int) -> int:
        """Bytes from the printer into ``buff``; waits at most ``timeout`` ms."""
        with handle.arrived:
            handle.arrived.wait_for(lambda: handle.to_host or not handle.plugged, timeout / 1000)
            handle.need_cable()
            if not handle.to_host:
                text = "Operation timed out"
                raise USBTimeoutError(text, error_code=-7, errno=errno.ETIMEDOUT)
            data = bytes(handle.to_host[: len(buff)])
            del handle.to_host[: len(data)]
        buff[: len(data)] = array.array("B", data)
        return len(data)
