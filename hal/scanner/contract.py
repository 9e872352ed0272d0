"""What a scanner does: it tells codes.

Capabilities: ``beep`` (it has a beeper of its own that the host sounds), ``trigger`` (the host starts its reading).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device, ProtocolError

__all__ = ["MAXIMUM_CODE_LENGTH", "CodeRead", "Encoding", "Scanner", "code_text", "split_identifier"]

MAXIMUM_CODE_LENGTH = 4096
"""Longer data is a fault of the line, not a code."""

Encoding = Literal["ascii", "utf-8", "iso-8859-1"]
"""How a scanner sends letters: a setting of the scanner, named by its IANA character set."""

_GROUP_SEPARATOR = "\x1d"
_IDENTIFIER = re.compile(rb"\][A-Za-z][0-9A-Za-z]")
_DIGITS_ONLY = "EI"


@dataclass(frozen=True, slots=True)
class CodeRead:
    """One decoded code. ``symbology`` is the AIM identifier (ISO/IEC 15424, ``]E0``) or empty when not told."""

    device: str
    data: str
    symbology: str = ""


class Scanner(Device, Protocol):
    """Data events: ``CodeRead``."""

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """The scanner's own beeper, where it has one; else nothing."""


def code_text(data: bytes, encoding: Encoding) -> str:
    r"""The text of a code: GS1's separator 1D may be in it, no other control character.

    Raises ``ProtocolError``, without the content, on what is no code.

    >>> code_text(b"0109506000134352\x1d10A", "ascii")
    '0109506000134352\x1d10A'
    >>> code_text(b"590\r123", "ascii")
    Traceback (most recent call last):
    hal.device.ProtocolError: 7 bytes with control characters
    """
    if not 0 < len(data) <= MAXIMUM_CODE_LENGTH:
        text = f"{len(data)} bytes; a code has 1 to {MAXIMUM_CODE_LENGTH}"
        raise ProtocolError(text)
    try:
        decoded = data.decode(encoding)
    except UnicodeDecodeError as error:
        text = f"{len(data)} bytes that are not {encoding}"
        raise ProtocolError(text) from error
    if not all(character.isprintable() or character == _GROUP_SEPARATOR for character in decoded):
        text = f"{len(data)} bytes with control characters"
        raise ProtocolError(text)
    return decoded


def split_identifier(data: bytes) -> tuple[str, bytes]:
    """The AIM identifier in front of the data, and the data.

    Raises ``ProtocolError`` when there is none, when a second one shows that two codes were glued together, and when
    the identifier says EAN, UPC or interleaved two of five and the data are not digits.

    >>> split_identifier(b"]E05901234123457")
    (']E0', b'5901234123457')
    >>> split_identifier(b"]E059012]E05901234123457")
    Traceback (most recent call last):
    hal.device.ProtocolError: 24 bytes with a second AIM identifier in them
    """
    if not _IDENTIFIER.match(data):
        text = f"{len(data)} bytes without an AIM identifier in front"
        raise ProtocolError(text)
    identifier, rest = data[:3].decode(), data[3:]
    if _IDENTIFIER.search(rest):
        text = f"{len(data)} bytes with a second AIM identifier in them"
        raise ProtocolError(text)
    if identifier[1] in _DIGITS_ONLY and not rest.isdigit():
        text = f"{len(data)} bytes that are not the digits {identifier} stands for"
        raise ProtocolError(text)
    return identifier, rest
