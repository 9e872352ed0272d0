"""A HID POS scale's own side of USB: its descriptor, a report now and then, its features.

It lives on a virtual bus in the driver's process (``bench.far_ends.usb_hid``), so it does not run alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.far_ends.platter import Pointer, ScaleInside
from bench.far_ends.usb_hid import HidInside

__all__ = ["HidPosScale", "data_report"]

_UNIT_NUMBERS: Mapping[str, int] = {"g": 2, "kg": 3, "oz": 11, "lb": 12}
_STATUS: Mapping[str, int] = {"fault": 1, "zero": 2, "motion": 3, "stable": 4, "under": 5, "over": 6}
_UNCALIBRATED = 7
_UNIT = "0950 A102 1501 250C 1951 295C 7508 9501 %s C0"
_SCALED = "0941 1581 257F 7508 9501 %s 0940 1500 27FFFF0000 7510 9501 %s"
_DESCRIPTOR = "".join(
    (
        "058D 0920 A101",
        "8501 0930 A102 0921 A102 1501 250A 1922 292A 7508 9501 B100 C0", _UNIT % "B100", "C0",
        "8502 0931 A102 0981 0980 1500 2501 7501 9502 9102 9506 9103 C0",
        "85%02X 0932 A102 0970 A102 1501 2508 1971 2978 7508 9501 8100 C0", _UNIT % "8100",
        _SCALED % ("8102", "8102"), "C0",
        "8505 0934 A102", _UNIT % "B100", _SCALED % ("B102", "B102"), "C0",
        "8506 0935 A102 0960 0961 1500 27FFFF0000 7510 9502 B102 C0",
        "C0",
    )
)  # fmt: skip


def data_report(report: int, status: int, unit: int, exponent: int, weight: int) -> bytes:
    """An input report.

    >>> data_report(3, 4, 3, -3, 1250).hex(" ")
    '03 04 03 fd e2 04'
    """
    return bytes((report, status, unit, exponent & 0xFF)) + weight.to_bytes(2, "little")


class HidPosScale(HidInside, ScaleInside):
    """``report``: 3, or 4 as some scales have it. ``period_ms``: between two reports."""

    model = "hid_pos"

    def __init__(self, *, report: int = 3, period_ms: int = 100, capacity_grams: int = 15_000, **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(capacity_grams=capacity_grams, **options)
        self.report_descriptor = bytes.fromhex(_DESCRIPTOR % report)
        self.uncalibrated = False
        self.enforced = False
        self.zeroings = 0
        self._report, self._period_s, self._capacity = report, period_ms / 1000, capacity_grams
        self._ticking: asyncio.TimerHandle | None = None

    def powered(self) -> None:
        """See ``Inside.powered``; from now on it reports."""
        super().powered()
        self.enforced = False
        if self._ticking is None:
            self._tick()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``: the control report."""
        if len(data) > 1 and data[0] == 2:  # noqa: PLR2004  its id
            self.enforced = bool(data[1] & 1)
            if data[1] & 2 and self.platter.zero():
                self.zeroings += 1

    def get_feature(self, report: int) -> bytes | None:
        """See ``HidInside.get_feature``."""
        unit, exponent = _UNIT_NUMBERS[self.platter.unit], self.platter.exponent & 0xFF
        match report:
            case 1:
                return bytes((1, 3, unit))
            case 5:
                return bytes((5, unit, exponent)) + self.platter.counts(self._capacity).to_bytes(2, "little")
            case 6:
                return bytes((6, 1, 0)) + self.zeroings.to_bytes(2, "little")
            case _:
                return None

    async def uncalibrate(self, *, on: bool) -> None:
        """Make it ask for calibration, or calibrate it."""
        self.uncalibrated = on

    def knobs(self) -> Sequence[Callable[..., Any]]:
        """See ``Inside.knobs``."""
        return (*super().knobs(), self.uncalibrate)

    def _tick(self) -> None:
        self.send(self._said(self.platter.look()))
        self._ticking = asyncio.get_running_loop().call_later(self._period_s, self._tick)

    def stop(self) -> None:
        """Report no more."""
        if self._ticking is not None:
            self._ticking.cancel()

    def _said(self, pointer: Pointer) -> bytes:
        status = _UNCALIBRATED if self.uncalibrated else _STATUS[pointer.where]
        weight = 0 if status in {1, 2, _UNCALIBRATED} else min(abs(pointer.net), 0xFFFF)
        return data_report(self._report, status, _UNIT_NUMBERS[self.platter.unit], self.platter.exponent, weight)
