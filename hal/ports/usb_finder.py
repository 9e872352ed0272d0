"""Which USB device is meant: found by its ids and, where two are alike, by the socket it is in or its serial number.

Never the first that is found. libusb is loaded when a device is looked for: a kiosk without any needs none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from hal.device import NoHardwareError

__all__ = ["UsbAddress", "found"]


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """Which device: its ids and, where two are alike, ``path`` (bus-port.port, as the kernel writes it: ``1-1.4``) or
    ``serial`` (the string in its descriptor).
    """

    vendor: int
    product: int
    path: str = ""
    serial: str = ""

    def __post_init__(self) -> None:
        """Refuse what names no device."""
        if not (0 < self.vendor <= 0xFFFF and 0 <= self.product <= 0xFFFF):  # noqa: PLR2004  16 bits
            text = "usb_vendor and usb_product are the device's ids, as lsusb tells them, 0x0c2e for one"
            raise ValueError(text)

    def __str__(self) -> str:
        told = f"USB {self.vendor:04x}:{self.product:04x}"
        told += f" at {self.path}" if self.path else ""
        return told + (f" with serial number {self.serial}" if self.serial else "")


def found(address: UsbAddress, backend: object | None = None) -> Any:  # noqa: ANN401  pyusb carries no types
    """The one device that is meant. ``backend`` is pyusb's own choice unless a test gives one.

    Raises ``NoHardwareError`` where there is none, where there are several, and without libusb.
    """
    import usb.core  # noqa: PLC0415  as the module says

    given = {"backend": backend} if backend is not None else {}
    try:
        alike = list(usb.core.find(find_all=True, idVendor=address.vendor, idProduct=address.product, **given))
    except usb.core.NoBackendError as error:
        text = f"{address}: libusb is missing; install libusb-1.0-0"
        raise NoHardwareError(text) from error
    if address.path:
        alike = [each for each in alike if _path(each) == address.path]
    if address.serial:
        alike = [each for each in alike if _serial(each) == address.serial]
    if not alike:
        text = f"{address} is not there; check its cable and its power"
        raise NoHardwareError(text)
    if len(alike) > 1:
        paths = ", ".join(sorted(map(_path, alike)))
        text = f"{len(alike)} devices are {address}: at {paths}; say which by usb_path or usb_serial"
        raise NoHardwareError(text)
    return alike[0]


def _path(device: Any) -> str:  # noqa: ANN401  the same
    return f"{device.bus}-{'.'.join(map(str, device.port_numbers or (device.address,)))}"


def _serial(device: Any) -> str:  # noqa: ANN401  the same
    import usb.util  # noqa: PLC0415

    try:
        return str(device.serial_number or "")
    except ValueError:  # it has no strings, or keeps them to itself
        return ""
    finally:
        usb.util.dispose_resources(device)
