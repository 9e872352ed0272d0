"""Scanner half of a Datalogic Magellan scanner-scale on one cable ("RS-232 Single Cable").

Fits: Magellan 8100 to 8500Xt, 9300i, 9400i, 9800i with the interface "Single Cable RS-232" (PSC's before Datalogic's).
The scale half is ``datalogic_single_cable`` of the scales; either half works without the other.
Sources: Magellan 8200, 8500Xt and 9300i/9400i Product Reference Guides (label identifiers are programmable); the public
programs CORE-POS (``SPH_Magellan_Scale``, ``ssd.c``) and brendangooden/datalogic-magellan-dotnet (label identifiers).

Sample settings: ``model = "datalogic_single_cable"``, ``port = "/dev/serial/by-id/usb-FTDI_..."``, ``framing = "7O1"``
(the factory's; ``"8N1"`` on a pseudo-terminal, which has no parity). The scale half has the same ``port``, ``baud``,
``framing`` and ``gap_ms``.

Line: 9600 baud, lines that end in CR. The scanner says ``S08``, a label identifier and the data, unasked: ``A`` UPC-A,
``E`` UPC-E, ``F`` EAN-13, ``FF`` EAN-8, ``R4`` GS1 DataBar, ``RX`` DataBar expanded, ``B1`` Code 39, ``B2`` interleaved
2 of 5, ``B3`` Code 128, ``QR``, ``DM`` Data Matrix, ``%`` Codabar, ``&`` Code 93. The host says ``S01`` enable,
``S334`` good tone. EAN and UPC must come with their check digits, as the factory sets them: other lengths are refused.

Unconfirmed: ``S02`` as disable (``host_switches = false`` leaves both unsaid); whether ``R4`` brings the application
identifier 01 (it is put in front of 14 digits); whether ``B3`` marks GS1-128. An identifier outside the list is refused
with a warning. The scanner cannot be asked how it is: its open port is its proof of life.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import ProtocolError
from hal.ports.named import port_named
from hal.ports.overheard import Overheard
from hal.ports.serial import Framing
from hal.ports.shared import SharedPort
from hal.scanner.contract import CodeRead, Encoding, code_text
from hal.streaming import StreamDevice

__all__ = ["Driver", "Settings", "decode_label"]

_log = logging.getLogger(__name__)

_LABEL: Final = b"S08"
_CR: Final = b"\r"
_ENABLE, _DISABLE, _TONE = b"S01\r", b"S02\r", b"S334\r"

_ANY: Final = re.compile(rb".+", re.DOTALL)
_LABELS: Final[Mapping[bytes, tuple[str, re.Pattern[bytes]]]] = {
    b"FF": ("]E4", re.compile(rb"\d{8}")),
    b"R4": ("]e0", re.compile(rb"\d{14}|01\d{14}")),
    b"RX": ("]e0", _ANY),
    b"B1": ("]A0", _ANY),
    b"B2": ("]I0", re.compile(rb"\d+")),
    b"B3": ("]C0", _ANY),
    b"QR": ("]Q1", _ANY),
    b"DM": ("]d1", _ANY),
    b"A": ("]E0", re.compile(rb"\d{12,13}")),
    b"E": ("]E0", re.compile(rb"\d{6,8}")),
    b"F": ("]E0", re.compile(rb"\d{13}")),
    b"%": ("]F0", _ANY),
    b"&": ("]G0", _ANY),
}
"""Label identifier to AIM identifier and what its data look like; the longer identifiers come first."""
_GTIN_14: Final = 14


@dataclass(frozen=True, slots=True)
class Settings:
    """``gap_ms``: a silence inside a line that spoils it. ``host_switches``: tell the scanner to read, and not to."""

    port: str
    baud: int = 9_600
    framing: Framing = "7O1"
    encoding: Encoding = "ascii"
    gap_ms: int = 50
    host_switches: bool = True
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what no line is."""
        port_named(self.port)
        if min(self.baud, self.gap_ms, self.retry_ms) < 1:
            text = "baud, gap_ms and retry_ms are above 0"
            raise ValueError(text)


def decode_label(line: bytes, encoding: Encoding = "ascii") -> tuple[str, str] | None:
    r"""The data and AIM identifier of one line; ``None`` for a line that is whole and no label (a status).

    Raises ``ProtocolError`` for a spoilt line and for a label that is not known.

    >>> decode_label(b"S08F5901234123457\r"), decode_label(b"S08FF96385074\r"), decode_label(b"S03\r")
    (('5901234123457', ']E0'), ('96385074', ']E4'), None)
    """
    if not line.endswith(_CR):
        text = f"{len(line)} bytes of a line whose end did not come"
        raise ProtocolError(text)
    if re.fullmatch(rb"S0[0-79][^\r]{0,20}\r", line):
        return None
    content = line[:-1]
    identifier = next((each for each in _LABELS if content.startswith(_LABEL + each)), None)
    if identifier is None:
        text = f"a line that is no label known here: {content[:5].hex(' ')}"
        raise ProtocolError(text)
    symbology, looks = _LABELS[identifier]
    data = content[len(_LABEL + identifier) :]
    if not looks.fullmatch(data):
        text = f"{len(data)} bytes that are no data of label {identifier.decode()}; are check digits sent?"
        raise ProtocolError(text)
    if identifier == b"R4" and len(data) == _GTIN_14:
        data = b"01" + data
    return code_text(data, encoding), symbology


def _meant(line: bytes) -> bool:
    """All but the scale's answers: noise is the scanner's to warn of."""
    return not line.startswith(b"S1")


class Driver(StreamDevice):
    """See the module."""

    capabilities = frozenset({"beep"})

    def __init__(self, name: str, settings: Settings) -> None:
        line = SharedPort(
            settings.port, baud=settings.baud, framing=settings.framing, gap_ms=settings.gap_ms, meant=_meant
        )
        super().__init__(name, line, retry_ms=settings.retry_ms)
        self._settings = settings
        self._reading: bool | None = None
        self._switching = asyncio.Lock()
        self._warned = False

    async def enable(self) -> None:
        """See ``Device.enable``."""
        await super().enable()
        await self._switch()

    async def disable(self) -> None:
        """See ``Device.disable``."""
        await super().disable()
        await self._switch()

    async def close(self) -> None:
        """See ``Device.close``; the scanner is told to read no more."""
        await self.disable()
        await super().close()

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """See ``Scanner.beep``: once for good, three times for bad."""
        self.need_enabled()
        with suppress(OSError):
            await self.port.write(_TONE if sound == "good" else _TONE * 3)

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        self._reading, self._warned = None, False
        overheard = Overheard()
        self.answered()
        await self._switch()
        while True:
            line = await self.port.read()
            overheard.add(line)
            try:
                label = decode_label(line, self._settings.encoding)
            except ProtocolError as error:
                self._refuse(overheard.words() or str(error))
            else:
                if label is not None:
                    self._warned = False
                    self.tell(CodeRead(self.name, *label))

    async def _switch(self) -> None:
        """Tell the scanner whether to read, if that is not how it was told last."""
        async with self._switching:
            while self.alive and self._settings.host_switches and self._reading is not self.enabled:
                wanted = self.enabled
                try:
                    await self.port.write(_ENABLE if wanted else _DISABLE)
                except OSError:  # who listens on the port finds out and tells
                    return
                self._reading = wanted

    def _refuse(self, reason: str) -> None:
        _log.warning("%s: refused %s", self.name, reason)
        if not self._warned:
            self._warned = True
            self.warn(f"refused {reason}")
