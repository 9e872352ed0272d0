"""PC/SC: smart card readers through the system's service (pcscd), by the C library that every client of it uses.

PC/SC Workgroup, Interoperability Specification part 5; pcsc-lite's own ``winscard.h``: https://pcsclite.apdu.fr/api/.
The ten calls used here have been the same since the nineties. They block in bounded time: call them on a thread.

No text made here holds a byte of what a card said.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from ctypes import byref, c_char, c_char_p, c_long, c_ubyte, c_ulong, c_void_p
from dataclasses import dataclass
from typing import Any, Final

from hal.device import ClaimedError, DeviceError, NoHardwareError, ProtocolError

__all__ = ["LIBRARY", "Card", "NoCardError", "Presence", "Winscard"]

LIBRARY: Final = "libpcsclite.so.1"

_SCOPE_SYSTEM, _SHARE_SHARED, _ANY_PROTOCOL, _LEAVE_CARD = 2, 2, 3, 0
_T0 = 1
_STATE_PRESENT = 0x20
_LONGEST_ATR, _LONGEST_ANSWER, _LONGEST_LIST = 33, 264, 4096
_DONE = b"\x90\x00"

_NO_CARD: Final = frozenset({0x8010000C, 0x80100066, 0x80100067, 0x80100068, 0x80100069, 0x80100010})
"""No smart card, unresponsive, unpowered, reset, removed; not transacted: taken away in the middle."""
_WORDS: Final = {
    0x8010001D: "the smart card service does not run: start pcscd.socket",
    0x8010001E: "the smart card service has stopped",
    0x8010002E: "no smart card reader; check its cable",
    0x80100009: "the reader is gone; check its cable",
    0x80100017: "the reader is gone; check its cable",
    0x8010006A: "this user may not use smart card readers: is the polkit rule for the kiosk installed?",
}
_SHARING_VIOLATION: Final = 0x8010000B


class NoCardError(DeviceError):
    """There is no card, or it went away while it was read."""


class _ReaderState(ctypes.Structure):
    _fields_ = (
        ("szReader", c_char_p),
        ("pvUserData", c_void_p),
        ("dwCurrentState", c_ulong),
        ("dwEventState", c_ulong),
        ("cbAtr", c_ulong),
        ("rgbAtr", c_ubyte * _LONGEST_ATR),
    )


class _IoRequest(ctypes.Structure):
    _fields_ = (("dwProtocol", c_ulong), ("cbPciLength", c_ulong))


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether a card is there; ``events`` changes with each that comes or goes; ``atr`` is what it said at first."""

    card: bool
    events: int
    atr: bytes


class Card:
    """A connection to a card, as long as its ``with`` lasts."""

    def __init__(self, library: Any, handle: c_long, protocol: int) -> None:  # noqa: ANN401  a library of C
        self._library, self._handle, self._protocol = library, handle, protocol

    def ask(self, command: bytes) -> bytes | None:
        """Send a command APDU (ISO/IEC 7816-4); the answer's data, or ``None`` where the card says no.

        Raises ``NoCardError`` when it is taken away, ``ProtocolError`` for what is no answer.
        """
        request = _IoRequest(self._protocol, ctypes.sizeof(_IoRequest))
        sent = (c_ubyte * len(command)).from_buffer_copy(command)
        answer, length = (c_ubyte * _LONGEST_ANSWER)(), c_ulong(_LONGEST_ANSWER)
        said = self._library.SCardTransmit(
            self._handle, byref(request), sent, c_ulong(len(command)), None, answer, byref(length)
        )
        _check(said)
        told = bytes(answer[: length.value])
        if len(told) < len(_DONE):
            text = "a card's answer without its status"
            raise ProtocolError(text)
        return told[: -len(_DONE)] if told.endswith(_DONE) else None


class Winscard:
    """The service. ``library`` is the system's unless a test gives one."""

    def __init__(self, library: object | None = None) -> None:
        self._given = library
        self._library: Any = None
        self._context = c_long(0)

    def open(self) -> None:
        """Find the service. Raises ``NoHardwareError``."""
        self.close()
        try:
            self._library = self._given or ctypes.CDLL(LIBRARY)
        except OSError as error:
            text = f"there is no {LIBRARY} on this machine; install pcscd"
            raise NoHardwareError(text) from error
        context = c_long(0)
        try:
            _check(self._library.SCardEstablishContext(c_ulong(_SCOPE_SYSTEM), None, None, byref(context)))
        except DeviceError:
            self._library = None
            raise
        self._context = context

    def close(self) -> None:
        """Let the service go; from any state."""
        library, self._library = self._library, None
        if library is not None:
            library.SCardReleaseContext(self._context)

    def readers(self) -> tuple[str, ...]:
        """All readers by name. Raises ``NoHardwareError`` when there is none, or no service."""
        names, length = (c_char * _LONGEST_LIST)(), c_ulong(_LONGEST_LIST)
        _check(self._open().SCardListReaders(self._context, None, names, byref(length)))
        return tuple(name.decode("utf-8", "replace") for name in names.raw[: length.value].split(b"\0") if name)

    def look(self, reader: str) -> Presence:
        """Whether a card is at the reader now. Raises ``NoHardwareError`` when the reader or the service is gone."""
        state = _ReaderState(szReader=reader.encode())
        _check(self._open().SCardGetStatusChange(self._context, c_ulong(0), byref(state), c_ulong(1)))
        told, events = state.dwEventState & 0xFFFF, state.dwEventState >> 16
        return Presence(bool(told & _STATE_PRESENT), events, bytes(state.rgbAtr[: min(state.cbAtr, _LONGEST_ATR)]))

    @contextmanager
    def card(self, reader: str) -> Iterator[Card]:
        """The card at the reader. Raises ``NoCardError``, ``ClaimedError`` while another program has it alone."""
        library, handle, protocol = self._open(), c_long(0), c_ulong(0)
        said = library.SCardConnect(
            self._context,
            c_char_p(reader.encode()),
            c_ulong(_SHARE_SHARED),
            c_ulong(_ANY_PROTOCOL),
            byref(handle),
            byref(protocol),
        )
        _check(said)
        try:
            yield Card(library, handle, protocol.value or _T0)
        finally:
            with suppress(DeviceError):
                _check(library.SCardDisconnect(handle, c_ulong(_LEAVE_CARD)))

    def _open(self) -> Any:  # noqa: ANN401  a library of C
        if self._library is None:
            text = "the smart card service is not open"
            raise NoHardwareError(text)
        return self._library


def _check(said: int) -> None:
    """Raise the word for what a call said, if it is not well."""
    code = said & 0xFFFFFFFF
    if not code:
        return
    if code in _NO_CARD:
        text = "no card, or it was taken away"
        raise NoCardError(text)
    if code == _SHARING_VIOLATION:
        text = "another program has the card"
        raise ClaimedError(text)
    raise NoHardwareError(_WORDS.get(code, f"the smart card service says {code:08x}"))
