r"""What the last bytes of a serial line tell of how it is set, looked at once nothing on it makes sense.

A character of seven bits with a parity bit, read on a line that is set to eight bits without one, has its parity bit
where the eighth data bit should be: such bytes are all even, or all odd, in their count of ones. A character whose
parity is checked and is wrong comes as NUL (``SerialPort`` has the kernel do so). Words for staff, never a repair: what
comes over a line that is set wrongly is not read at all.
"""

from __future__ import annotations

from typing import Final

__all__ = ["SPEAKS", "Overheard", "parity_in"]

SPEAKS: Final = "the device speaks"
"""So begins what is said of a device whose framing can be told."""

_KEPT: Final = 64
_ENOUGH: Final = 7
"""A short answer. Noise of so many bytes is text with a right parity bit once in some three hundred times."""
_SEVEN_BITS: Final = 0x7F
_TEXT: Final = frozenset({*range(0x02, 0x08), *range(0x09, 0x0E), 0x10, 0x11, 0x12, 0x13, 0x15, 0x16, 0x1B, 0x1D})
"""Control characters that protocols of text have."""
_NULS: Final = 4
"""One byte in so many is NUL where parity is wrong: never in a protocol of text."""


def parity_in(heard: bytes) -> str:
    r"""``7E1`` or ``7O1`` where these bytes can be characters of seven bits with such a parity bit, else nothing.

    >>> parity_in(bytes.fromhex("82 30 b1 2e b2 35 30 8d") * 2), parity_in(b"\x0201.250\r" * 2)
    ('7E1', '')
    """
    if len(heard) < _ENOUGH or heard.isascii():
        return ""
    if any(each < ord(" ") and each not in _TEXT for each in (byte & _SEVEN_BITS for byte in heard)):
        return ""
    ones = {byte.bit_count() % 2 for byte in heard}
    return "" if len(ones) > 1 else "7O1" if ones.pop() else "7E1"


class Overheard:
    """The last bytes that came."""

    def __init__(self) -> None:
        self._last = b""

    def add(self, data: bytes) -> None:
        """These came, too."""
        self._last = (self._last + data)[-_KEPT:]

    def words(self) -> str:
        """What is wrong with the line, if that can be seen; else nothing."""
        if found := parity_in(self._last):
            return f"{SPEAKS} {found}: what comes has its parity bit as an eighth bit; set framing to {found}"
        if len(self._last) >= _ENOUGH and self._last.count(0) * _NULS >= len(self._last):
            return "characters fail their parity check: framing or speed is not the device's"
        return ""
