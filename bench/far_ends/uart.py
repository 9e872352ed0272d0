"""What the two UARTs at the ends of a serial line make of each other's characters where they are not set alike.

A character of ten bits: a start bit, eight bits that are seven of data and one of parity or eight of data, a stop bit.
So a line may be wrong in its parity, or in having one at all, and still be in step. A pseudo-terminal carries bytes and
no bits: this stands in front of one, as the two UARTs would.
"""

from __future__ import annotations

from typing import Literal

__all__ = ["Framing", "on_the_line", "taken"]

Framing = Literal["8N1", "7E1", "7O1"]
_DATA, _PARITY = 0x7F, 0x80


def on_the_line(data: bytes, framing: Framing) -> bytes:
    """The eight bits between start and stop of each character.

    >>> on_the_line(b"W1.", "7E1").hex(" "), on_the_line(b"W1.", "7O1").hex(" ")
    ('d7 b1 2e', '57 31 ae')
    """
    if framing == "8N1":
        return data
    return bytes(byte & _DATA | _PARITY * (_wrong(byte & _DATA, framing)) for byte in data)


def taken(bits: bytes, framing: Framing, *, wrong: bytes) -> bytes:
    """What is read of them; ``wrong`` stands for a character that fails its parity check."""
    if framing == "8N1":
        return bits
    return b"".join(wrong if _wrong(byte, framing) else bytes([byte & _DATA]) for byte in bits)


def _wrong(bits: int, framing: Framing) -> bool:
    """Whether the ones are not even, or not odd, in number."""
    return bool(bits.bit_count() % 2) is (framing == "7E1")
