"""A HID device over pyusb on a virtual bus: which one, whose it is, and what a pulled cable does."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bench.far_ends.usb_hid import HidBus, HidDevice, HidInside
from hal.device import ClaimedError, NoHardwareError, ProtocolError, TimeoutExpiredError
from hal.ports.usb_finder import UsbAddress
from hal.ports.usb_hid import UsbHidPort
from tests.support.waiting import wait_until_async

PAGE = 0xFF00
DESCRIPTOR = bytes.fromhex(
    "0600FF 0901 A101 1500 26FF00 7508 8501 950F 0902 8102 8502 9503 0903 9102 8503 9502 0904 B102 C0"
)
"""Numbered: 16 bytes of input, 4 of output, 3 of feature."""
KEYBOARD = bytes.fromhex("05010906A101050719E029E71500250175019508810295017508810195067508150025650507190029658100C0")
WHERE = UsbAddress(0x1234, 0x5678)


class Echo(HidInside):
    """Says every output report back as input."""

    category, model = "echo", "toy"
    report_descriptor = DESCRIPTOR

    def __init__(self) -> None:
        super().__init__()
        self.feature = b"\x03\x0a\x0b"
        self.heard: list[bytes] = []

    def receive(self, data: bytes) -> None:
        self.heard.append(data)
        self.send((b"\x01" + data).ljust(16, b"\0"))

    def get_feature(self, report: int) -> bytes | None:
        return self.feature if report == 3 else None

    def set_feature(self, report: bytes) -> bool:
        self.feature = report
        return report[0] == 3


class Unnumbered(Echo):
    """One report of 16 bytes, in packets of 8."""

    packet = 8
    report_descriptor = bytes.fromhex("0600FF 0901 A101 1500 26FF00 7508 9510 0902 8102 C0")


@asynccontextmanager
async def world(
    *insides: HidInside, address: UsbAddress = WHERE, page: int = PAGE
) -> AsyncIterator[tuple[UsbHidPort, list[HidDevice]]]:
    devices = [
        HidDevice(inside, vendor=0x1234, product=0x5678, path=f"1-1.{at}", serial=f"S{at}")
        for at, inside in enumerate(insides or (Echo(),), 1)
    ]
    port = UsbHidPort(address, page, backend=HidBus(devices), read_timeout_ms=10, control_timeout_ms=50)
    try:
        yield port, devices
    finally:
        await port.close()
        assert all(device.opened == 0 for device in devices)
        for device in devices:
            await device.close()


def test_reports_go_both_ways_and_features_are_asked_and_set() -> None:
    async def run() -> None:
        async with world() as (port, _devices):
            await port.open()
            assert port.descriptor.sizes == {("input", 1): 16, ("output", 2): 4, ("feature", 3): 3}
            await port.write(b"\x02abc")
            assert await port.read() == b"\x01\x02abc".ljust(16, b"\0")
            assert await port.get_feature(3) == b"\x03\x0a\x0b"
            await port.set_feature(b"\x03\x01\x02")
            assert await port.get_feature(3) == b"\x03\x01\x02"
            await port.ask_status()

    asyncio.run(run())


def test_an_output_endpoint_is_used_where_there_is_one() -> None:
    class Out(Echo):
        out_endpoint = True

    async def run() -> None:
        async with world(Out()) as (port, devices):
            await port.open()
            await port.write(b"\x02abc")
            assert (await port.read())[1:5] == b"\x02abc"
            assert isinstance(devices[0].inside, Out)

    asyncio.run(run())


@pytest.mark.parametrize("length", [16, 12])
def test_a_report_of_several_packets_comes_whole(length: int) -> None:
    async def run() -> None:
        async with world(Unnumbered()) as (port, devices):
            await port.open()
            assert not port.descriptor.numbered
            devices[0].inside.send(bytes(range(length)))
            assert await port.read() == bytes(range(length))

    asyncio.run(run())


def test_a_report_cut_off_by_time_goes_on_and_one_that_stays_half_is_told_so() -> None:
    async def run() -> None:
        async with world(Unnumbered()) as (port, devices):
            await port.open()
            devices[0].inside.send(bytes(8))
            assert await port.read() == bytes(8)
            devices[0].inside.send(bytes(16))
            assert await port.read() == bytes(16)

    asyncio.run(run())


def test_a_refused_report_is_a_protocol_error_and_a_deaf_device_a_time_out() -> None:
    async def run() -> None:
        async with world() as (port, devices):
            await port.open()
            with pytest.raises(ProtocolError, match="refuses"):
                await port.set_feature(b"\x04\x01")
            with pytest.raises(ProtocolError, match="no such report"):
                await port.get_feature(9)
            await devices[0].fault(kind="deaf")
            with pytest.raises(TimeoutExpiredError):
                await port.write(b"\x02abc")
            await port.close()
            with pytest.raises(TimeoutExpiredError):
                await port.open()

    asyncio.run(run())


@pytest.mark.parametrize("kernel_has_it", [True, False])
def test_the_kernel_lends_its_interface_and_gets_back_what_it_had(kernel_has_it: bool) -> None:  # noqa: FBT001  a parameter of the test
    async def run() -> None:
        async with world() as (port, devices):
            devices[0].kernel_driver = kernel_has_it
            await port.open()
            lent = devices[0].kernel_driver
            await port.close()
            assert (lent, devices[0].kernel_driver, devices[0].claimed) == (False, kernel_has_it, set())

    asyncio.run(run())


def test_one_device_serves_one_program() -> None:
    async def run() -> None:
        async with world() as (port, devices):
            await port.open()
            other = UsbHidPort(WHERE, PAGE, backend=HidBus(devices))
            with pytest.raises(ClaimedError, match="another program"):
                await other.open()
            await other.close()
            await port.write(b"\x02abc")
            assert await port.read()

    asyncio.run(run())


def test_the_interface_with_the_wanted_page_is_taken_and_the_others_left_to_the_kernel() -> None:
    class Composite(Echo):
        other_interfaces = (KEYBOARD,)

    async def run() -> None:
        async with world(Composite()) as (port, devices):
            await port.open()
            assert devices[0].claimed == {1}
            await port.write(b"\x02abc")
            assert await port.read()

    asyncio.run(run())


def test_a_device_in_another_mode_is_named_by_what_it_has() -> None:
    async def run() -> None:
        class Keyboard(Echo):
            report_descriptor = KEYBOARD

        async with world(Keyboard(), page=0x8C) as (port, devices):
            with pytest.raises(NoHardwareError, match=r"no HID page 008c \(it has 0001\)"):
                await port.open()
            assert devices[0].kernel_driver

    asyncio.run(run())


def test_two_alike_are_never_guessed_between() -> None:
    async def run() -> None:
        async with world(Echo(), Echo()) as (port, _devices):
            with pytest.raises(NoHardwareError, match=r"at 1-1\.1, 1-1\.2; say which by usb_path or usb_serial"):
                await port.open()

    asyncio.run(run())


@pytest.mark.parametrize(
    "address",
    [UsbAddress(0x1234, 0x5678, path="1-1.2"), UsbAddress(0x1234, 0x5678, serial="S2")],
    ids=["path", "serial"],
)
def test_a_path_or_a_serial_number_tells_two_apart(address: UsbAddress) -> None:
    async def run() -> None:
        async with world(Echo(), Echo(), address=address) as (port, devices):
            await port.open()
            assert [device.opened for device in devices] == [0, 1]

    asyncio.run(run())


def test_a_device_that_is_not_there_says_what_to_do() -> None:
    async def run() -> None:
        async with world() as (port, devices):
            await devices[0].unplug()
            with pytest.raises(NoHardwareError, match="USB 1234:5678 is not there; check its cable"):
                await port.open()

    asyncio.run(run())


def test_unplugged_is_told_to_who_reads_at_once_and_to_who_reads_after() -> None:
    async def run() -> None:
        async with world() as (port, devices):
            await port.open()
            reading = asyncio.create_task(port.read())
            await asyncio.sleep(0)
            await devices[0].unplug()
            for each in (reading, port.read()):
                with pytest.raises(ConnectionResetError, match="was unplugged"):
                    await each
            with pytest.raises(ConnectionResetError):
                await port.write(b"\x02abc")
            await port.close()
            await devices[0].plug()
            await port.open()
            await port.write(b"\x02abc")
            assert await port.read()

    asyncio.run(run())


def test_reports_that_nobody_reads_do_not_pile_up_for_ever() -> None:
    async def run() -> None:
        async with world() as (port, devices):
            await port.open()
            for _ in range(1500):
                devices[0].inside.send(bytes(16))
            await wait_until_async(lambda: not devices[0].packets, what="all sent")
            told = [await port.read() for _ in range(1000)]
            assert len(told) == 1000
            with pytest.raises(ConnectionResetError, match="faster than they were read"):
                await port.read()

    asyncio.run(run())


def test_closing_frees_who_waits_and_leaves_no_thread() -> None:
    async def run() -> None:
        async with world() as (port, _devices):
            before = set(threading.enumerate())
            await port.open()
            reading = asyncio.create_task(port.read())
            await asyncio.sleep(0)
            await port.close()
            with pytest.raises(ConnectionResetError):
                await reading
            await wait_until_async(lambda: set(threading.enumerate()) <= before, what="no thread left")

    asyncio.run(run())


def test_an_open_that_is_given_up_leaves_the_device_free() -> None:
    async def run() -> None:
        async with world() as (port, devices):
            opening = asyncio.create_task(port.open())
            await asyncio.sleep(0)
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
            await port.close()
            assert devices[0].opened == 0
            assert devices[0].kernel_driver

    asyncio.run(run())


@pytest.mark.parametrize(("vendor", "product"), [(0, 1), (0x10000, 1), (1, -1)])
def test_an_address_that_names_no_device_is_refused(vendor: int, product: int) -> None:
    with pytest.raises(ValueError, match="lsusb"):
        UsbAddress(vendor, product)
