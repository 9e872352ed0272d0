"""A contactless card, as its reader passes its answers on: a Type 2 tag, a chip with an id, or one that pays."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ContactlessCard", "bank_card", "tag"]

_STORAGE = bytes.fromhex("3B8F8001804F0CA000000306030003000000006B")
"""ATR of a storage card (PC/SC part 3): Type 2, by its standard 03 and its name 0003."""
_PROCESSOR = bytes.fromhex("3B8980014A434F503331563233327A")
_DONE, _NOT_FOUND, _NOT_SUPPORTED = b"\x90\x00", b"\x6a\x82", b"\x6a\x81"
_PAYMENT = bytes.fromhex("00A404000E") + b"2PAY.SYS.DDF01"
_DIRECTORY = bytes.fromhex("6F108407A0000000041010A5059F38029F6602")


@dataclass(slots=True)
class ContactlessCard:
    """``pages``: what is written from page 4 on. ``asked``: the commands it heard."""

    uid: bytes
    atr: bytes = _PROCESSOR
    pages: bytes = b""
    pays: bool = False
    asked: tuple[bytes, ...] = ()

    def answer(self, command: bytes) -> bytes:
        """The answer to a command APDU.

        >>> tag("04A1B2C3D4E580").answer(bytes.fromhex("FFCA000000")).hex()
        '04a1b2c3d4e5809000'
        """
        self.asked = (*self.asked, command)
        if command[:4] == bytes.fromhex("FFCA0000"):
            return self.uid + _DONE
        if command[:3] == bytes.fromhex("FFB000") and self.atr == _STORAGE:
            at = (command[3] - 4) * 4
            piece = self.pages[at : at + command[4]].ljust(command[4], b"\0")
            return piece + _DONE if at >= 0 else _NOT_FOUND
        if command.startswith(_PAYMENT):
            return _DIRECTORY + _DONE if self.pays else _NOT_FOUND
        return _NOT_SUPPORTED


def tag(uid: str, written: str = "") -> ContactlessCard:
    """A Type 2 tag with this id (hex) and this text from page 4 on."""
    return ContactlessCard(bytes.fromhex(uid), _STORAGE, written.encode())


def bank_card(uid: str = "08AABBCC") -> ContactlessCard:
    """A card that pays."""
    return ContactlessCard(bytes.fromhex(uid), pays=True)
