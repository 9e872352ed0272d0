"""A USB port takes the device that was meant or none, and says what stands in its way."""

from __future__ import annotations

import asyncio
import threading

import pytest

from bench.far_ends.printer.usb import VirtualPrinter, VirtualUsb
from hal.device import ClaimedError, DeviceError, NoHardwareError
from hal.ports.usb import UsbPort
from hal.ports.usb_finder import UsbAddress
from tests.support.waiting import wait_until

EPSON = (0x04B8, 0x0E15)


def _opened(device: UsbAddress, *printers: VirtualPrinter) -> list[bool]:
    """Open and close a port on a bus; which of the printers were opened meanwhile."""

    async def run() -> list[bool]:
        port = UsbPort(device, VirtualUsb(*printers))
        try:
            await port.open()
            return [bool(printer.opened) for printer in printers]
        finally:
            await port.close()

    return asyncio.run(run())


def test_two_alike_are_told_apart_by_the_socket_they_are_in() -> None:
    left, right = VirtualPrinter(port=(1, 4)), VirtualPrinter(port=(2,))
    assert _opened(UsbAddress(*EPSON, "1-1.4"), left, right) == [True, False]
    assert _opened(UsbAddress(*EPSON, "1-2"), left, right) == [False, True]
    assert (left.opened, right.opened) == (0, 0)


@pytest.mark.parametrize(
    ("path", "words"),
    [("", "at 1-1.4, 1-2; say which by usb_path"), ("1-3", "at 1-3 is not there")],
)
def test_two_alike_are_not_chosen_between(path: str, words: str) -> None:
    alike = VirtualPrinter(port=(1, 4)), VirtualPrinter(port=(2,))
    with pytest.raises(NoHardwareError, match=words):
        _opened(UsbAddress(*EPSON, path), *alike)


def test_another_kind_of_printer_is_none() -> None:
    with pytest.raises(NoHardwareError, match="USB 04b8:0e15 is not there"):
        _opened(UsbAddress(*EPSON), VirtualPrinter(vendor=0x0416, product=0x5011))


@pytest.mark.parametrize(
    ("held", "speaks", "error", "words"),
    [(True, True, ClaimedError, "held by another program"), (False, False, NoHardwareError, "no bulk endpoint")],
)
def test_one_that_is_held_or_says_nothing_of_itself_is_refused(
    held: bool,  # noqa: FBT001  the parameters are named
    speaks: bool,  # noqa: FBT001  the same
    error: type[DeviceError],
    words: str,
) -> None:
    printer = VirtualPrinter()
    printer.held, printer.speaks = held, speaks
    with pytest.raises(error, match=words):
        _opened(UsbAddress(*EPSON), printer)
    assert printer.opened == 0


def test_what_was_said_before_is_dropped_and_what_is_said_is_read() -> None:
    async def run() -> None:
        printer = VirtualPrinter()
        printer.answer(b"before")
        port = UsbPort(UsbAddress(*EPSON), VirtualUsb(printer))
        await port.open()
        printer.answer(b"after")
        assert await port.read() == b"after"
        sent: list[bytes] = []
        printer.receive = sent.append
        await port.write(b"x" * 10_000)
        assert b"".join(sent) == b"x" * 10_000
        assert max(map(len, sent)) == 4096
        await port.close()

    asyncio.run(run())


@pytest.mark.parametrize("end", ["unplug", "close"])
def test_who_reads_is_told_when_the_line_is_gone(end: str) -> None:
    async def run() -> None:
        printer = VirtualPrinter()
        port = UsbPort(UsbAddress(*EPSON), VirtualUsb(printer))
        await port.open()
        reading = asyncio.ensure_future(port.read())
        await asyncio.sleep(0)
        if end == "unplug":
            printer.unplug()
        else:
            await port.close()
        with pytest.raises(OSError, match=r"disconnected|closed"):
            await reading
        await port.close()
        with pytest.raises(OSError, match="not open"):
            await port.write(b"x")
        with pytest.raises(OSError, match="not open"):
            await port.read()

    asyncio.run(run())
    wait_until(lambda: not [each for each in threading.enumerate() if each.name.startswith("usb-port")])
