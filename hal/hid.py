"""HID report descriptors: what a device's reports mean, read from the device itself.

Device Class Definition for HID 1.11, section 6.2.2 (items), 6.2.2.4-6.2.2.8 (main, global and local items), 5.6 (report
ids), 8 (how fields lie in a report, lowest bit first). Usages: HID Usage Tables 1.5.

A descriptor comes over a cable: whatever it says is bounded here (its own length, nesting, fields, a report's size),
and what is out of bounds or contradicts itself is a ``ProtocolError``.

>>> keypad = parse(bytes.fromhex("05010906a101 0507 19e0 29e7 1500 2501 7501 9508 8102 9501 7508 8101 c0"))
>>> [(hex(field.usage), field.bit, field.size, field.count) for field in keypad.fields][:2]
[('0x700e0', 0, 1, 1), ('0x700e1', 1, 1, 1)]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from hal.device import ProtocolError

__all__ = ["LONGEST_DESCRIPTOR", "LONGEST_REPORT", "Descriptor", "Field", "Kind", "parse", "usage"]

Kind = Literal["input", "output", "feature"]

LONGEST_DESCRIPTOR = 4096
"""Bytes; Linux's own limit."""
LONGEST_REPORT = 8192
"""Bytes, its id included."""
_MOST_FIELDS = 2048
_WIDEST_FIELD = 256
_DEEPEST = 32
_MOST_USAGES = 1024
_LAST_REPORT_ID = 255

_MAIN, _GLOBAL, _LOCAL = 0, 1, 2
_REPORT_ID, _PUSH, _POP = 0x8, 0xA, 0xB
_LONG_ITEM = 0xFE
_KINDS: Mapping[int, Kind] = {0x8: "input", 0x9: "output", 0xB: "feature"}
_COLLECTION, _END_COLLECTION = 0xA, 0xC
_APPLICATION = 1
_CONSTANT, _VARIABLE = 1, 2


def usage(page: int, number: int) -> int:
    """A usage in full: its page and its number in the page, as ``Field.usages`` and ``Descriptor.find`` hold it.

    >>> hex(usage(0x8C, 0xFE))
    '0x8c00fe'
    """
    return page << 16 | number


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a report: ``count`` numbers of ``size`` bits, from ``bit`` of the report as it goes over the wire.

    Where reports are numbered, bits 0 to 7 are the report's id. ``usages`` are ranges, both ends included. A variable
    field has one usage, its numbers' own; an array's numbers are indices into its usages. ``exponent`` is the power of
    ten of the physical unit; ``application`` is the usage of the application collection around it.
    """

    kind: Kind
    report: int
    bit: int
    size: int
    count: int
    usages: tuple[tuple[int, int], ...]
    is_array: bool
    logical_minimum: int
    logical_maximum: int
    physical_minimum: int
    physical_maximum: int
    exponent: int
    unit: int
    collections: tuple[int, ...]
    application: int

    @property
    def usage(self) -> int:
        """Its first usage."""
        return self.usages[0][0]

    def has(self, wanted: int) -> bool:
        """Whether the usage is this field's or one of this array's."""
        return any(first <= wanted <= last for first, last in self.usages)

    def usage_of(self, number: int) -> int | None:
        """What an array's number means (6.2.2.5); ``None`` where it is out of the logical range: nothing is told."""
        at = number - self.logical_minimum
        if not self.logical_minimum <= number <= self.logical_maximum:
            return None
        for first, last in self.usages:
            if at <= last - first:
                return first + at
            at -= last - first + 1
        return None

    def number_of(self, wanted: int) -> int:
        """The number by which an array means a usage. Raises ``ValueError`` when it has none for it."""
        at = self.logical_minimum
        for first, last in self.usages:
            if first <= wanted <= last:
                return at + wanted - first
            at += last - first + 1
        text = f"{wanted:x} is not in this array"
        raise ValueError(text)

    def numbers(self, report: bytes) -> tuple[int, ...]:
        """The field's numbers in a whole report. Raises ``ProtocolError`` when the report is too short for them."""
        if len(report) * 8 < self.bit + self.size * self.count:
            text = f"a report of {len(report)} bytes ends before its field {self.usage:x}"
            raise ProtocolError(text)
        bits = int.from_bytes(report, "little") >> self.bit
        mask = (1 << self.size) - 1
        raw = ((bits >> at * self.size) & mask for at in range(self.count))
        if self.logical_minimum >= 0:
            return tuple(raw)
        return tuple(each - (mask + 1) if each >> (self.size - 1) else each for each in raw)

    def octets(self, report: bytes) -> bytes:
        """The field's bytes in a whole report; for fields of 8 bits. Raises as ``numbers``."""
        return bytes(number & 0xFF for number in self.numbers(report))

    def put(self, report: bytearray, numbers: tuple[int, ...]) -> None:
        """Write numbers into a whole report; those not given stay as they are."""
        bits, mask = int.from_bytes(report, "little"), (1 << self.size) - 1
        for at, number in enumerate(numbers[: self.count]):
            shift = self.bit + at * self.size
            bits = bits & ~(mask << shift) | (number & mask) << shift
        report[:] = bits.to_bytes(len(report), "little")


@dataclass(frozen=True, slots=True)
class Descriptor:
    """All of a device's fields that hold data, in their order; padding is left out."""

    fields: tuple[Field, ...]
    numbered: bool
    sizes: Mapping[tuple[Kind, int], int]
    """The bytes of each report, its id included."""
    applications: tuple[int, ...]
    """The usages of its application collections."""

    def find(self, wanted: int, kind: Kind, report: int | None = None) -> Field | None:
        """The first field of a kind with this usage, of one report or of any."""
        found = (each for each in self.fields if each.kind == kind and each.has(wanted))
        return next((each for each in found if report is None or each.report == report), None)

    def reports(self, kind: Kind) -> tuple[int, ...]:
        """The ids of all reports of a kind, in order; 0 where reports are not numbered."""
        return tuple(sorted(number for each, number in self.sizes if each == kind))

    def size(self, kind: Kind, report: int) -> int:
        """A report's bytes, its id included; 0 when there is no such report."""
        return self.sizes.get((kind, report), 0)

    def longest(self, kind: Kind) -> int:
        """The bytes of the longest report of a kind; 0 when there is none."""
        return max((size for (each, _), size in self.sizes.items() if each == kind), default=0)

    def blank(self, kind: Kind, report: int) -> bytearray:
        """A report of zeros with its id, to ``Field.put`` into. Raises ``ProtocolError`` where there is none."""
        size = self.size(kind, report)
        if not size:
            text = f"the device has no {kind} report {report}"
            raise ProtocolError(text)
        made = bytearray(size)
        if self.numbered:
            made[0] = report
        return made


@dataclass(frozen=True, slots=True)
class _Global:
    """The item state table (6.2.2.7); ``maximum`` is kept with its width until its minimum is known."""

    page: int = 0
    minimum: int = 0
    maximum: tuple[int, int] = (0, 0)
    physical_minimum: int = 0
    physical_maximum: tuple[int, int] = (0, 0)
    exponent: int = 0
    unit: int = 0
    size: int = 0
    count: int = 0
    report: int = 0


@dataclass(slots=True)
class _Local:
    """What holds until the next main item (6.2.2.8). ``delimited``: alternatives to the first usage are not kept."""

    usages: list[tuple[int, int]] = field(default_factory=list)
    minimum: int | None = None
    maximum: int | None = None
    delimited: int = 0


def parse(descriptor: bytes) -> Descriptor:
    """Read a report descriptor. Raises ``ProtocolError``, which says where, on one that cannot be."""
    if not 0 < len(descriptor) <= LONGEST_DESCRIPTOR:
        text = f"a report descriptor has 1 to {LONGEST_DESCRIPTOR} bytes, not {len(descriptor)}"
        raise ProtocolError(text)
    reader = _Reader()
    for at, kind, tag, data in _items(descriptor):
        try:
            reader.take(kind, tag, data)
        except ValueError as error:
            text = f"report descriptor, byte {at}: {error}"
            raise ProtocolError(text) from error
    try:
        return reader.done()
    except ValueError as error:
        text = f"report descriptor: {error}"
        raise ProtocolError(text) from error


def _items(descriptor: bytes) -> Iterator[tuple[int, int, int, bytes]]:
    """Each short item as (where, kind, tag, data); long items are passed over (6.2.2.3: none is defined)."""
    at = 0
    while at < len(descriptor):
        prefix = descriptor[at]
        if prefix == _LONG_ITEM:
            length = descriptor[at + 1] + 2 if at + 1 < len(descriptor) else LONGEST_DESCRIPTOR
            data = b""
        else:
            length = (0, 1, 2, 4)[prefix & 3]
            data = descriptor[at + 1 : at + 1 + length]
        if at + 1 + length > len(descriptor):
            text = f"report descriptor, byte {at}: it ends in the middle of an item"
            raise ProtocolError(text)
        if prefix != _LONG_ITEM:
            yield at, prefix >> 2 & 3, prefix >> 4, data
        at += 1 + length


def _unsigned(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _signed(data: bytes) -> int:
    return int.from_bytes(data, "little", signed=True) if data else 0


def _top(minimum: int, maximum: tuple[int, int]) -> int:
    """A maximum is signed only where its minimum is below zero: many descriptors write 255 in one byte."""
    number, width = maximum
    return number - (1 << width) if minimum < 0 and width and number >> (width - 1) else number


def _exponent(data: bytes) -> int:
    """A power of ten in four bits (8 to 15 are -8 to -1), which some devices write in eight, signed."""
    raw = _unsigned(data)
    return (raw ^ 8) - 8 if raw >> 4 == 0 else _signed(data)


def _wide(data: bytes) -> tuple[int, int]:
    return _unsigned(data), 8 * len(data)


_TABLE: Mapping[int, tuple[str, Callable[[bytes], Any]]] = {
    0x0: ("page", lambda data: _unsigned(data) & 0xFFFF),
    0x1: ("minimum", _signed),
    0x2: ("maximum", _wide),
    0x3: ("physical_minimum", _signed),
    0x4: ("physical_maximum", _wide),
    0x5: ("exponent", _exponent),
    0x6: ("unit", _unsigned),
    0x7: ("size", _unsigned),
    0x9: ("count", _unsigned),
}
"""The global items that fill the item state table."""


class _Reader:
    """The parser's state, item by item; raises ``ValueError``."""

    def __init__(self) -> None:
        self._now = _Global()
        self._stack: list[_Global] = []
        self._local = _Local()
        self._collections: list[tuple[int, int]] = []
        self._applications: list[int] = []
        self._fields: list[Field] = []
        self._bits: dict[tuple[Kind, int], int] = {}
        self._numbered = False

    def take(self, kind: int, tag: int, data: bytes) -> None:
        """One item."""
        if kind == _MAIN:
            self._main(tag, _unsigned(data))
            self._local = _Local()
        elif kind == _GLOBAL:
            self._global(tag, data)
        elif kind == _LOCAL:
            self._take_local(tag, data)

    def done(self) -> Descriptor:
        """All that was read."""
        if self._collections:
            text = "a collection is not closed"
            raise ValueError(text)
        sizes = {report: (bits + 7) // 8 for report, bits in self._bits.items()}
        return Descriptor(tuple(self._fields), self._numbered, sizes, tuple(self._applications))

    def _main(self, tag: int, flags: int) -> None:
        if tag == _COLLECTION:
            self._begin(flags)
        elif tag == _END_COLLECTION:
            if not self._collections:
                text = "a collection ends that never began"
                raise ValueError(text)
            self._collections.pop()
        elif tag in _KINDS:
            self._data(_KINDS[tag], flags)

    def _begin(self, kind: int) -> None:
        if len(self._collections) >= _DEEPEST:
            text = f"collections lie more than {_DEEPEST} deep"
            raise ValueError(text)
        usages = self._usages()
        self._collections.append((kind, usages[0][0] if usages else 0))
        if kind == _APPLICATION and len(self._applications) < _MOST_USAGES:
            self._applications.append(self._collections[-1][1])

    def _data(self, kind: Kind, flags: int) -> None:
        now = self._now
        report = (kind, now.report)
        at = self._bits.get(report, 8 if self._numbered else 0)
        end = at + now.size * now.count
        if end > LONGEST_REPORT * 8 or now.size > _WIDEST_FIELD:
            text = f"a report longer than {LONGEST_REPORT} bytes, or a field wider than {_WIDEST_FIELD} bits"
            raise ValueError(text)
        self._bits[report] = end
        usages = self._usages()
        if flags & _CONSTANT or not usages or not now.size or not now.count:
            return
        whole = self._field(kind, at, usages, is_array=not flags & _VARIABLE)
        self._fields.extend([whole] if whole.is_array else _apart(whole))
        if len(self._fields) > _MOST_FIELDS:
            text = f"more than {_MOST_FIELDS} fields"
            raise ValueError(text)

    def _field(self, kind: Kind, bit: int, usages: tuple[tuple[int, int], ...], *, is_array: bool) -> Field:
        now = self._now
        return Field(
            kind=kind,
            report=now.report,
            bit=bit,
            size=now.size,
            count=now.count,
            usages=usages,
            is_array=is_array,
            logical_minimum=now.minimum,
            logical_maximum=_top(now.minimum, now.maximum),
            physical_minimum=now.physical_minimum,
            physical_maximum=_top(now.physical_minimum, now.physical_maximum),
            exponent=now.exponent,
            unit=now.unit,
            collections=tuple(each for _, each in self._collections),
            application=next((each for kind, each in self._collections if kind == _APPLICATION), 0),
        )

    def _global(self, tag: int, data: bytes) -> None:
        if tag in _TABLE:
            name, read = _TABLE[tag]
            self._now = replace(self._now, **{name: read(data)})
        elif tag == _REPORT_ID:
            self._number_reports(_unsigned(data))
        elif tag == _PUSH and len(self._stack) < _DEEPEST:
            self._stack.append(self._now)
        elif tag == _POP and self._stack:
            self._now = self._stack.pop()
        else:
            text = f"global item {tag:x} that is reserved, pushes too deep or pops what was not pushed"
            raise ValueError(text)

    def _number_reports(self, number: int) -> None:
        if not 0 < number <= _LAST_REPORT_ID or (self._bits and not self._numbered):
            text = f"report id {number}: ids are 1 to {_LAST_REPORT_ID}, and all reports have one or none has"
            raise ValueError(text)
        self._numbered = True
        self._now = replace(self._now, report=number)

    def _take_local(self, tag: int, data: bytes) -> None:
        local, number = self._local, _unsigned(data)
        full = number if len(data) == 4 else usage(self._now.page, number)  # noqa: PLR2004  an extended usage
        match tag:
            case 0x0 if local.delimited <= 1:
                self._add_usages(full, full)
                local.delimited *= 2  # the first of a delimited set is the preferred one (6.2.2.8)
            case 0x1:
                local.minimum = full
            case 0x2:
                local.maximum = full
            case 0xA:
                local.delimited = number & 1
            case _:
                return  # designators, strings, and usages that are alternatives: nothing here needs them
        if local.minimum is not None and local.maximum is not None:
            self._add_usages(local.minimum, local.maximum)
            local.minimum = local.maximum = None

    def _add_usages(self, first: int, last: int) -> None:
        if last < first or first >> 16 != last >> 16 or len(self._local.usages) >= _MOST_USAGES:
            text = f"usages {first:x} to {last:x}: no range of one page, or more than {_MOST_USAGES} of them"
            raise ValueError(text)
        self._local.usages.append((first, last))

    def _usages(self) -> tuple[tuple[int, int], ...]:
        return tuple(self._local.usages)


def _apart(whole: Field) -> Iterator[Field]:
    """A variable field as one field a usage; the last usage has all that remain (6.2.2.8)."""
    singles = (each for first, last in whole.usages for each in range(first, last + 1))
    bit, left = whole.bit, whole.count
    at = next(singles)
    while left:
        after = next(singles, None) if left > 1 else None
        count = left if after is None else 1
        yield replace(whole, bit=bit, count=count, usages=((at, at),))
        if after is None:
            return
        bit, left, at = bit + whole.size, left - 1, after
