"""A contactless reader behind the C library of PC/SC: the library's calls, with a reader and its cards behind them.

It stands in for ``libpcsclite.so.1`` in the driver's process: each method is a call of ``winscard.h`` with C's own
types (PC/SC part 5; pcsc-lite's API). For the real service see ``bench.far_ends.loyalty_card.pcscd``.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from typing import Any

from bench.far_ends.loyalty_card.contactless import ContactlessCard, bank_card, tag
from bench.knobs import KnobPanel

__all__ = ["PcscLibrary"]

_NO_SERVICE, _NO_READERS, _READER_GONE = 0x8010001D, 0x8010002E, 0x80100009
_NO_CARD, _REMOVED, _HELD = 0x8010000C, 0x80100069, 0x8010000B
_PRESENT, _EMPTY = 0x20, 0x10


class PcscLibrary:
    """One reader, and the service. Its C calls come from the driver's thread; knobs only replace whole values."""

    def __init__(self, reader: str = "ACS ACR122U 00 00") -> None:
        self.serving = self.plugged = True
        self.readers = [reader]
        self.card: ContactlessCard | None = None
        self.held = False
        """Another program has the card."""
        self.snatched = False
        """The card is taken away in the middle of the next reading."""
        self.contexts = self.connections = 0
        self._events = 0
        self.panel = KnobPanel(
            name="loyalty_card",
            category="loyalty_card",
            model="pcsc",
            knobs=(self.unplug, self.plug, self.present, self.pay, self.take_away),
            state=self._state,
        )

    # -- the world -----------------------------------------------------------------------------------------------

    def place(self, card: ContactlessCard | None) -> None:
        """Another card lies there now, or none."""
        self._events += (self.card is not None) + (card is not None)
        self.card = card

    async def present(self, *, uid: str = "04A1B2C3D4E580", data: str = "") -> None:
        """Hold a tag to the reader, with this id (hex) and this text written on it."""
        self.place(tag(uid, data))

    async def pay(self) -> None:
        """Hold a bank card to the reader."""
        self.place(bank_card())

    async def take_away(self) -> None:
        """Take the card away."""
        self.place(None)

    async def unplug(self) -> None:
        """Pull the reader's cable."""
        self.plugged = False
        self.place(None)
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Put the cable back."""
        self.plugged = True
        self.panel.tell("plugged", plugged=True)

    def _state(self) -> Mapping[str, object]:
        return {"plugged": self.plugged, "card": self.card is not None}

    # -- winscard.h ----------------------------------------------------------------------------------------------

    def SCardEstablishContext(self, _scope: Any, _one: Any, _two: Any, context: Any) -> int:  # noqa: ANN401, N802  C's name and types
        """A context."""
        if not self.serving:
            return _NO_SERVICE
        self.contexts += 1
        context._obj.value = 7  # noqa: SLF001  what byref points to
        return 0

    def SCardReleaseContext(self, _context: Any) -> int:  # noqa: ANN401, N802  the same
        """No longer."""
        self.contexts -= 1
        return 0

    def SCardListReaders(self, _context: Any, _groups: Any, names: Any, length: Any) -> int:  # noqa: ANN401, N802  the same
        """Names, each ended by NUL, the list by another."""
        if not self.serving:
            return _NO_SERVICE
        if not self.plugged:
            return _NO_READERS
        told = b"".join(each.encode() + b"\0" for each in self.readers) + b"\0"
        names[: len(told)] = told
        length._obj.value = len(told)  # noqa: SLF001  the same
        return 0

    def SCardGetStatusChange(self, _context: Any, _timeout: Any, state: Any, _count: Any) -> int:  # noqa: ANN401, N802  the same
        """How the reader stands."""
        told, card = state._obj, self.card  # noqa: SLF001  the same
        if not self.serving:
            return _NO_SERVICE
        if not self.plugged or told.szReader.decode() not in self.readers:
            return _READER_GONE
        told.dwEventState = self._events << 16 | (_PRESENT if card is not None else _EMPTY)
        atr = card.atr if card is not None else b""
        told.cbAtr = len(atr)
        ctypes.memmove(told.rgbAtr, atr, len(atr))
        return 0

    def SCardConnect(self, _context: Any, _name: Any, _share: Any, _wanted: Any, handle: Any, protocol: Any) -> int:  # noqa: ANN401, N802  the same
        """A connection to the card."""
        if self.card is None:
            return _NO_CARD
        if self.held:
            return _HELD
        self.connections += 1
        handle._obj.value, protocol._obj.value = 9, 2  # noqa: SLF001  the same
        return 0

    def SCardTransmit(self, _handle: Any, _in: Any, sent: Any, length: Any, _out: Any, answer: Any, size: Any) -> int:  # noqa: ANN401, N802  the same
        """A command and its answer."""
        if self.snatched:
            self.snatched = False
            self.place(None)
        card = self.card
        if card is None:
            return _REMOVED
        told = card.answer(bytes(sent[: length.value]))
        ctypes.memmove(answer, told, len(told))
        size._obj.value = len(told)  # noqa: SLF001  the same
        return 0

    def SCardDisconnect(self, _handle: Any, _disposition: Any) -> int:  # noqa: ANN401, N802  the same
        """No longer."""
        self.connections -= 1
        return 0
