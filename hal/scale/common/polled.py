"""A scale that tells its weight when it is asked: polled for ever, and believed only in good order.

Whatever is not exactly one whole answer to the question just asked makes the reading on show void: it is told as
``fault``, and nothing is asked before no answer to an earlier question can come any more: an answer comes within four
times its time, or never. So a scale that answers late, by one question or by three, is never believed, also not over a
new connection. The answer after that is thrown away all the same. Three disturbances in a row, and the scale is lost.
"""

from __future__ import annotations

import asyncio
import logging
import time
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from hal.asking import AskedDevice, Whole
from hal.device import DeviceError, ProtocolError, TimeoutExpiredError
from hal.ports.named import port_named
from hal.ports.port import Port
from hal.ports.serial import Framing
from hal.scale.contract import Computed, Reading, ScaleState, ScaleUnit

__all__ = ["LineSettings", "PolledScale", "Weighing", "decimal_digits", "said"]

_log = logging.getLogger(__name__)

_DISTURBANCES = 3
_LATEST = 4
"""An answer comes within so many times its time, or never."""
_LONGEST_HUSH = 8
"""A line that has not fallen silent in so many times an answer's time does not."""


@dataclass(frozen=True, slots=True)
class LineSettings:
    """What every scale on a wire is set by.

    ``port``: a device file, best ``/dev/serial/by-id/…``, or ``host:port`` of a terminal server. ``certified``:
    verified for trade. ``poll_ms``: from an answer to the next question; ``answer_ms``: what an answer may take.
    ``retry_ms`` doubles up to ``longest_retry_ms`` while the scale is not there.
    """

    port: str
    baud: int = 9_600
    framing: Framing = "8N1"
    certified: bool = False
    poll_ms: int = 100
    answer_ms: int = 500
    retry_ms: int = 250
    longest_retry_ms: int = 5_000

    def __post_init__(self) -> None:
        """Refuse what no line is."""
        self.line()
        if min(self.baud, self.poll_ms, self.answer_ms, self.retry_ms, self.longest_retry_ms) <= 0:
            text = "baud, poll_ms, answer_ms, retry_ms and longest_retry_ms are above 0"
            raise ValueError(text)

    def line(self) -> Port:
        """The port, made anew."""
        return port_named(self.port, baud=self.baud, framing=self.framing)


@dataclass(frozen=True, slots=True)
class Weighing:
    """What a codec makes of one answer; the fields are those of ``Reading``."""

    state: ScaleState
    value: int = 0
    exponent: int = 0
    unit: ScaleUnit = "kg"
    net: bool = False
    tare: int | None = None
    high_resolution: bool = False
    computed: Computed | None = None


class PolledScale(AskedDevice):
    """Says in ``weigh`` how to ask once."""

    def __init__(self, name: str, settings: LineSettings) -> None:
        super().__init__(name, settings.line(), retry_ms=settings.retry_ms, longest_retry_ms=settings.longest_retry_ms)
        self.certified = settings.certified
        self.answer_ms = settings.answer_ms
        self._poll_ms = settings.poll_ms
        self._sequence = 0

    @abstractmethod
    async def weigh(self) -> tuple[Weighing, bytes] | None:
        """Ask once; the answer and its bytes, or ``None`` from a scale that is there and not weighing.

        Raises ``ProtocolError``, ``TimeoutExpiredError``, ``OSError``.
        """

    async def recover(self) -> None:
        """Bring a scale that answers strangely back to answering; most need nothing but silence."""

    def disturbed(self) -> None:
        """The order of question and answer was broken: whatever the driver kept of earlier answers is void."""

    async def rounds(self) -> None:
        """See ``AskedDevice.rounds``."""
        disturbances, doubted = 0, True
        owed_ms = 1000 * (self.asked_at - asyncio.get_running_loop().time()) + _LATEST * self.answer_ms
        if owed_ms > 0:
            await self._drain(owed_ms)
        while True:
            try:
                weighed = await self.weigh()
                self.answered()
                if weighed is not None and not doubted:
                    self._tell(*weighed)
                doubted = False
                await self.pause(self._poll_ms)
            except (ProtocolError, TimeoutExpiredError) as error:
                if self.bears(error):
                    continue
                doubted, disturbances = True, disturbances + 1
                self._void(error)
                silent = isinstance(error, TimeoutExpiredError) and not self.alive
                if silent or disturbances >= _DISTURBANCES:
                    raise
                await self.recover()
                await self._drain((_LATEST - 1) * self.answer_ms)
            else:
                disturbances = 0

    async def _drain(self, milliseconds: float) -> None:
        await self.hush(milliseconds, _LONGEST_HUSH * self.answer_ms)

    def bears(self, error: Exception) -> bool:  # noqa: ARG002  for those that look at it
        """Whether this is no disturbance, because this scale may be silent."""
        return False

    async def follow(self, whole: Whole, decode: Callable[[bytes], Weighing]) -> None:
        """Take what a scale says unasked, for as long as it says it; what it cannot mean makes the reading void.

        Ends as ``rounds`` does: three lines in a row that nobody can read, or silence.
        """
        disturbances = 0
        while True:
            try:
                raw = await self.next(whole, self.answer_ms)
                weighing = decode(raw)
            except ProtocolError as error:
                self.forget()
                disturbances += 1
                self._void(error)
                if disturbances >= _DISTURBANCES:
                    raise
            except TimeoutExpiredError as error:
                self._void(error)
                raise
            else:
                disturbances = 0
                self.answered()
                self._tell(weighing, raw)

    def need(self, capability: str) -> None:
        """Raise ``NotEnabledError`` before enable, and ``DeviceError`` where the scale has not the capability."""
        self.need_enabled()
        if capability not in self.capabilities:
            text = f"{self.name} cannot be told to {capability}; do it at the scale"
            raise DeviceError(text)

    def _void(self, error: Exception) -> None:
        _log.info("%s: the reading is void: %s", self.name, error)
        self.disturbed()
        if self.alive:
            self._tell(Weighing("fault"), b"")

    def _tell(self, weighing: Weighing, raw: bytes) -> None:
        self._sequence += 1
        self.tell(
            Reading(
                device=self.name,
                value=weighing.value,
                exponent=weighing.exponent,
                unit=weighing.unit,
                state=weighing.state,
                sequence=self._sequence,
                mono_ms=time.monotonic_ns() // 1_000_000,
                raw=raw,
                net=weighing.net,
                tare=weighing.tare,
                high_resolution=weighing.high_resolution,
                computed=weighing.computed,
            )
        )


def decimal_digits(text: str) -> tuple[int, int]:
    """A decimal number as (value, exponent), exactly as written. Raises ``ProtocolError`` for anything else.

    >>> decimal_digits("01.250"), decimal_digits("-0.5"), decimal_digits("12")
    ((1250, -3), (-5, -1), (12, 0))
    """
    sign = -1 if text.startswith("-") else 1
    whole, point, part = text.removeprefix("-").partition(".")
    digits = whole + part
    if not (digits.isascii() and digits.isdigit() and whole) or (point and not part):
        error = f"no number: {text!r:.40}"
        raise ProtocolError(error)
    return sign * int(digits), -len(part)


def said(raw: bytes) -> ProtocolError:
    """The error for an answer the protocol does not know."""
    return ProtocolError(f"no answer of this scale: {raw[:40].hex(' ')}")
