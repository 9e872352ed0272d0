"""A receipt printer on a virtual USB bus: pyusb's own back end interface, with an ESC/POS printer behind it.

``usb.core.find(backend=VirtualUsb(...))`` finds it, and whatever is built on pyusb drives it, with no kernel and no
hardware. One configuration, one printer-class interface, a bulk endpoint each way.
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

__all__ = ["VirtualUsb"]

IN_ENDPOINT, OUT_ENDPOINT = 0x82, 0x01
_BULK, _PRINTER_CLASS, _PACKET = 2, 7, 64


class VirtualUsb(IBackend):  # type: ignore[misc]  # pyusb carries no types
    """The bus and the printer's USB side. ``receive`` gets what the host writes; ``answer`` sends to the host."""

    def __init__(self, *, vendor: int = 0x04B8, product: int = 0x0E15) -> None:
        super().__init__()
        self.receive: Callable[[bytes], None] = lambda _data: None
        self.plugged = True
        self.opened = 0
        self._vendor, self._product = vendor, product
        self._arrived = threading.Condition()
        self._to_host = bytearray()

    def answer(self, data: bytes) -> None:
        """Send bytes to the host."""
        with self._arrived:
            self._to_host += data
            self._arrived.notify_all()

    def unplug(self) -> None:
        """Pull the cable."""
        with self._arrived:
            self.plugged = False
            self._to_host.clear()
            self._arrived.notify_all()

    # -- what pyusb asks of a back end ---------------------------------------------------------------------------

    def enumerate_devices(self) -> Iterator[str]:
        """One device, or none."""
        return iter(["printer"] if self.plugged else [])

    def get_device_descriptor(self, _dev: object) -> SimpleNamespace:
        """The device: a printer of the class its interface tells."""
        return SimpleNamespace(
            bLength=18, bDescriptorType=1, bcdUSB=0x0200, bDeviceClass=0, bDeviceSubClass=0, bDeviceProtocol=0,
            bMaxPacketSize0=64, idVendor=self._vendor, idProduct=self._product, bcdDevice=0x0100, iManufacturer=0,
            iProduct=0, iSerialNumber=0, bNumConfigurations=1, bus=1, address=1, port_number=1, port_numbers=(1,),
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

    def get_interface_descriptor(self, _dev: object, intf: int, alt: int, _config: int) -> SimpleNamespace:
        """One interface of the printer class, bidirectional."""
        if intf > 0 or alt > 0:
            raise IndexError(intf)
        return SimpleNamespace(
            bLength=9, bDescriptorType=4, bInterfaceNumber=0, bAlternateSetting=0, bNumEndpoints=2,
            bInterfaceClass=_PRINTER_CLASS, bInterfaceSubClass=1, bInterfaceProtocol=2, iInterface=0,
            extra_descriptors=[],
        )  # fmt: skip

    def get_endpoint_descriptor(self, _dev: object, ep: int, _intf: int, _alt: int, _config: int) -> SimpleNamespace:
        """Bulk out and bulk in."""
        return SimpleNamespace(
            bLength=7, bDescriptorType=5, bEndpointAddress=(OUT_ENDPOINT, IN_ENDPOINT)[ep], bmAttributes=_BULK,
            wMaxPacketSize=_PACKET, bInterval=0, bRefresh=0, bSynchAddress=0, extra_descriptors=[],
        )  # fmt: skip

    def open_device(self, _dev: object) -> str:
        """A handle."""
        self._need_cable()
        self.opened += 1
        return "printer"

    def close_device(self, _handle: object) -> None:
        """The handle is given back."""
        self.opened -= 1

    def set_configuration(self, _handle: object, _value: int) -> None:
        """There is only one."""

    def get_configuration(self, _handle: object) -> int:
        """It is set."""
        return 1

    def claim_interface(self, _handle: object, _intf: int) -> None:
        """Nobody else is on this bus."""

    def release_interface(self, _handle: object, _intf: int) -> None:
        """The same."""

    def reset_device(self, _handle: object) -> None:
        """What was not read is lost."""
        self._need_cable()
        with self._arrived:
            self._to_host.clear()

    def bulk_write(self, _handle: object, _ep: int, _intf: int, data: Any, _timeout: int) -> int:  # noqa: ANN401  pyusb's array
        """Bytes for the printer."""
        self._need_cable()
        self.receive(bytes(data))
        return len(data)

    def bulk_read(self, _handle: object, _ep: int, _intf: int, buff: array.array[int], timeout: int) -> int:
        """Bytes from the printer into ``buff``; waits at most ``timeout`` ms."""
        with self._arrived:
            self._arrived.wait_for(lambda: self._to_host or not self.plugged, timeout / 1000)
            self._need_cable()
            if not self._to_host:
                text = "Operation timed out"
                raise USBTimeoutError(text, error_code=-7, errno=errno.ETIMEDOUT)
            data = bytes(self._to_host[: len(buff)])
            del self._to_host[: len(data)]
        buff[: len(data)] = array.array("B", data)
        return len(data)

    def _need_cable(self) -> None:
        if not self.plugged:
            text = "No such device (it may have been disconnected)"
            raise USBError(text, error_code=-4, errno=errno.ENODEV)
