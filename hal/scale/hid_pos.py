"""Scale on USB by the HID Point of Sale usage tables (usage page 8D).

Fits: Mettler-Toledo 0EB8:F000 and F001, Fairbanks 0B67:555E, Dymo 0922:8003, 8004 and 8009, Pitney Bowes and
other postal scales, which are not legal for trade (leave ``certified = false``).
Sources: HID Point of Sale Usage Tables 1.02, section 4; HID 1.11, 6.2.2.5 (arrays: a number is an index into usages).

Sample settings: ``model = "hid_pos"``, ``usb_vendor = 0x0eb8``, ``usb_product = 0xf000``, ``certified = true``; of two
alike also ``usb_path = "1-1.4"`` or ``usb_serial = "..."``.

| report | | bytes |
|---|---|---|
| 1 | feature | class, unit |
| 2 | output | bit 0 enforced zero return, bit 1 zero: ``02 02`` zeroes |
| 3 or 4 | input, several a second | status, unit, exponent (signed), weight (unsigned, low byte first) |
| 5 | feature | the limit: unit, exponent, weight |
| 6 | feature | how often calibrated, how often zeroed |

Where what lies is read from the device's descriptor; the ids above are the usual ones. Status: 1 fault, 2 at zero, 3 in
motion, 4 stable, 5 under zero (the weight is then below it), 6 over its limit, 7 to be calibrated, 8 to be zeroed.
Units: 1 mg, 2 g, 3 kg, 8 t, 11 oz, 12 lb; carats, taels, grains and other ounces are told as a fault: no trade here.

The first report after opening is thrown away: many scales keep one loaded from before. A scale that stops reporting is
lost, whatever lay on it.

Unconfirmed: that enforced zero return (``enforced_zero``) makes a scale demand its zero between two loads; the limit of
every model (a scale that does not tell one is held by its own status 6).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from hal.device import DeviceError, NotEnabledError, ProtocolError
from hal.hid import Descriptor, Field, Kind, usage
from hal.ports.usb_finder import UsbAddress
from hal.ports.usb_hid import UsbHidPort
from hal.scale.contract import Reading, ScaleState, ScaleUnit
from hal.streaming import StreamDevice

__all__ = ["Driver", "Layout", "Settings", "Weight", "control", "decode", "layouts", "limit"]

_log = logging.getLogger(__name__)

PAGE: Final = 0x8D
_WEIGHT, _SCALING = usage(PAGE, 0x40), usage(PAGE, 0x41)
_MILLIGRAM, _POUND = usage(PAGE, 0x51), usage(PAGE, 0x5C)
_FAULT, _NEEDS_ZERO = usage(PAGE, 0x71), usage(PAGE, 0x78)
_CALIBRATIONS, _ZEROINGS = usage(PAGE, 0x60), usage(PAGE, 0x61)
_ZERO, _ENFORCED_ZERO = usage(PAGE, 0x80), usage(PAGE, 0x81)

_UNITS: Final[Mapping[int, tuple[ScaleUnit, int]]] = {
    1: ("g", -3), 2: ("g", 0), 3: ("kg", 0), 8: ("kg", 3), 11: ("oz", 0), 12: ("lb", 0),
}  # fmt: skip
"""A unit's number as the contract's unit and a power of ten, exactly."""
_GRAMS: Final[Mapping[ScaleUnit, Fraction]] = {
    "g": Fraction(1),
    "kg": Fraction(1000),
    "oz": Fraction("28.349523125"),
    "lb": Fraction("453.59237"),
}
_STATES: Final[Mapping[int, ScaleState]] = {
    1: "fault", 2: "zero", 3: "motion", 4: "stable", 5: "under", 6: "over", 7: "fault", 8: "needs_zero",
}  # fmt: skip
_TO_BE_CALIBRATED: Final = 7
_FINEST, _COARSEST = -9, 6
_BAD_REPORTS: Final = 3
"""So many in a row that make no sense, and the scale is lost."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Which scale. ``certified``: verified for trade. ``silent_ms``: without a report for so long, it is lost.

    ``zero_ms``: what zeroing may take. ``enforced_zero``: the scale demands its zero between two loads.
    """

    usb_vendor: int
    usb_product: int
    usb_path: str = ""
    usb_serial: str = ""
    certified: bool = False
    silent_ms: int = 1_500
    zero_ms: int = 1_500
    enforced_zero: bool = False
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what no scale is."""
        self.address()
        if min(self.silent_ms, self.zero_ms, self.retry_ms) < 1:
            text = "silent_ms, zero_ms and retry_ms are above 0"
            raise ValueError(text)

    def address(self) -> UsbAddress:
        """Where it is."""
        return UsbAddress(self.usb_vendor, self.usb_product, self.usb_path, self.usb_serial)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a report has what; ``status`` is ``None`` in the limit's, which has none."""

    size: int
    status: Field | None
    unit: Field
    exponent: Field
    weight: Field


@dataclass(frozen=True, slots=True)
class Weight:
    """What a report says. ``calibrate``: the scale asks to be calibrated."""

    state: ScaleState
    value: int
    exponent: int
    unit: ScaleUnit
    calibrate: bool = False

    @property
    def grams(self) -> Fraction:
        """Exactly; for comparing, never for pricing."""
        return self.value * _GRAMS[self.unit] * Fraction(10) ** self.exponent


def layouts(descriptor: Descriptor) -> dict[int, Layout]:
    """The input reports that carry a weight, by id. Raises ``ProtocolError`` for a device that weighs nothing."""
    found = {each: _layout(descriptor, "input", each) for each in descriptor.reports("input")}
    told = {each: where for each, where in found.items() if where is not None and where.status is not None}
    if not told:
        text = "its descriptor has no weight with status, unit and exponent (usage page 8D): it is no HID POS scale"
        raise ProtocolError(text)
    return told


def decode(where: Layout, report: bytes) -> Weight:
    """What a whole input report says. Raises ``ProtocolError`` for one that says nothing, or contradicts itself.

    A unit that is not traded in here makes a ``fault``.
    """
    if len(report) != where.size:
        raise _senseless(report)
    status = _index(where.status, report, _FAULT)
    number = _index(where.unit, report, _MILLIGRAM)
    exponent, value = _scaled(where, report)
    state = _STATES.get(status)
    if state is None or not number or not _FINEST <= exponent <= _COARSEST or value < 0 or (state == "zero" and value):
        raise _senseless(report)
    if number not in _UNITS:
        return Weight("fault", 0, 0, "g")
    unit, power = _UNITS[number]
    if state == "stable" and not value:
        state = "zero"
    return Weight(
        state, -value if state == "under" else value, exponent + power, unit, calibrate=status == _TO_BE_CALIBRATED
    )


def limit(where: Layout, report: bytes) -> Weight | None:
    """The most it may weigh, from the limit report; ``None`` where it tells none that makes sense."""
    number = _index(where.unit, report, _MILLIGRAM) if len(report) == where.size else 0
    if number not in _UNITS:
        return None
    exponent, value = _scaled(where, report)
    unit, power = _UNITS[number]
    known = value > 0 and _FINEST <= exponent <= _COARSEST
    return Weight("over", value, exponent + power, unit) if known else None


def control(descriptor: Descriptor, *, zero: bool, enforced: bool) -> bytes:
    """The control report. Raises ``ProtocolError`` where the scale has none."""
    field = descriptor.find(_ZERO, "output") or descriptor.find(_ENFORCED_ZERO, "output")
    if field is None:
        text = "the scale cannot be told to zero; press its key"
        raise ProtocolError(text)
    report = descriptor.blank("output", field.report)
    for wanted, on in ((_ZERO, zero), (_ENFORCED_ZERO, enforced)):
        bit = descriptor.find(wanted, "output", field.report)
        if bit is not None:
            bit.put(report, (int(on),))
    return bytes(report)


def _layout(descriptor: Descriptor, kind: Kind, report: int) -> Layout | None:
    status = descriptor.find(_FAULT, kind, report)
    unit = descriptor.find(_POUND, kind, report)
    exponent, weight = descriptor.find(_SCALING, kind, report), descriptor.find(_WEIGHT, kind, report)
    if unit is None or exponent is None or weight is None or not unit.is_array:
        return None
    if status is not None and not status.is_array:
        return None
    return Layout(descriptor.size(kind, report), status, unit, exponent, weight)


def _index(array: Field | None, report: bytes, first: int) -> int:
    """Which of an array's usages a report tells, from 1; 0 for none of them."""
    told = array.usage_of(array.numbers(report)[0]) if array is not None else None
    last = _NEEDS_ZERO if first == _FAULT else _POUND
    return told - first + 1 if told is not None and first <= told <= last else 0


def _scaled(where: Layout, report: bytes) -> tuple[int, int]:
    """The exponent, which is signed whatever the descriptor says, and the weight."""
    return (where.exponent.numbers(report)[0] + 0x80) % 0x100 - 0x80, where.weight.numbers(report)[0]


def _senseless(report: bytes) -> ProtocolError:
    return ProtocolError(f"no report of this scale: {report[:16].hex(' ')}")


class Driver(StreamDevice):
    """See the module. ``backend``: pyusb's own choice unless a test gives one."""

    def __init__(self, name: str, settings: Settings, backend: object | None = None) -> None:
        self._usb = UsbHidPort(settings.address(), PAGE, backend=backend)
        super().__init__(name, self._usb, retry_ms=settings.retry_ms)
        self.certified = settings.certified
        self._settings = settings
        self._limit: Weight | None = None
        self._sequence = 0
        self._zeroed = asyncio.Event()
        self._warned = False

    async def zero(self) -> None:
        """See ``Scale.zero``: told when the scale shows zero."""
        self.need_enabled()
        if not self.alive:
            text = f"{self.name} is not there"
            raise NotEnabledError(text)
        async with self.turn:
            report = control(self._usb.descriptor, zero=True, enforced=self._settings.enforced_zero)
            self._zeroed.clear()
            try:
                await self._usb.write(report)
                async with asyncio.timeout(self._settings.zero_ms / 1000):
                    await self._zeroed.wait()
            except TimeoutError as error:
                text = f"{self.name} did not zero: clear the platter, let it stand still, try again"
                raise DeviceError(text) from error
            except OSError as error:
                text = f"{self.name}: {error}"
                raise DeviceError(text) from error

    async def probe(self) -> str:
        """See ``StreamDevice.probe``: its limit, and how often it was calibrated and zeroed, where it tells."""
        await self._usb.ask_status()
        words = ["HID POS scale"]
        if self._limit is not None:
            words.append(f"weighs up to {self._limit.value}e{self._limit.exponent} {self._limit.unit}")
        descriptor = self._usb.descriptor
        for counted, word in ((_CALIBRATIONS, "calibrated"), (_ZEROINGS, "zeroed")):
            field = descriptor.find(counted, "feature")
            if field is not None:
                (times,) = field.numbers(await self._usb.get_feature(field.report))[:1]
                words.append(f"{word} {times} times")
        return ", ".join(words)

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        descriptor = self._usb.descriptor
        where, bad, stale = layouts(descriptor), 0, True
        self._warned = False
        can_zero = descriptor.find(_ZERO, "output") is not None
        self.capabilities = frozenset({"zero"} if can_zero else ())
        self._limit = await self._ask_limit()
        if self._settings.enforced_zero and descriptor.find(_ENFORCED_ZERO, "output") is not None:
            await self._usb.write(control(descriptor, zero=False, enforced=True))
        while True:
            report = await self.read_within(self._settings.silent_ms)
            number = report[0] if descriptor.numbered else 0
            if number not in where and number in descriptor.reports("input"):
                continue
            try:
                if number not in where:
                    raise _senseless(report)
                weight = decode(where[number], report)
            except ProtocolError as error:
                bad += 1
                _log.info("%s: the reading is void: %s", self.name, error)
                self._tell(Weight("fault", 0, 0, "g"), report)
                if bad >= _BAD_REPORTS:
                    raise
                continue
            bad = 0
            self.answered()
            if not stale:
                self._tell(self._limited(weight), report)
            stale = False

    async def _ask_limit(self) -> Weight | None:
        descriptor = self._usb.descriptor
        for each in descriptor.reports("feature"):
            where = _layout(descriptor, "feature", each)
            if where is not None:
                try:
                    return limit(where, await self._usb.get_feature(each))
                except ProtocolError as error:
                    _log.info("%s tells no limit: %s", self.name, error)
        return None

    def _limited(self, weight: Weight) -> Weight:
        """A weight above the scale's own limit is none, whatever its status says."""
        over = self._limit is not None and weight.state in {"stable", "motion"} and weight.grams > self._limit.grams
        return Weight("over", weight.value, weight.exponent, weight.unit) if over else weight

    def _tell(self, weight: Weight, raw: bytes) -> None:
        if not self.alive:
            return
        if weight.state == "zero":
            self._zeroed.set()
        if weight.calibrate and not self._warned:
            self._warned = True
            self.warn("the scale asks to be calibrated; it must not be used until it is")
        self._sequence += 1
        self.tell(
            Reading(
                device=self.name,
                value=weight.value,
                exponent=weight.exponent,
                unit=weight.unit,
                state=weight.state,
                sequence=self._sequence,
                mono_ms=self._usb.arrived_ms,
                raw=raw,
            )
        )
