"""The provider's own writer of EMVCo merchant-presented codes, written from the specification and not from the kiosk's.

A data object is two digits of tag, two of length, and so many characters; the last is tag 63, a CRC-16 (polynomial
1021, first value FFFF) over all before it and its own first four characters.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["checksum", "code", "scheme_of"]

_NUMBERS = {"BDT": "050", "BRL": "986", "EUR": "978"}
_COUNTRIES = {"BDT": ("BD", "Dhaka"), "BRL": ("BR", "SAO PAULO"), "EUR": ("DE", "Berlin")}
_SCHEMES = {"BDT": ("Bangla QR", "bd.example.banglaqr"), "BRL": ("Pix", "br.gov.bcb.pix"), "EUR": ("QR", "eu.example")}
"""What the bench's provider calls its schemes. Pix's id is the real one; the others are made up."""


def scheme_of(currency: str) -> str:
    """What the scheme is called on a receipt."""
    return _SCHEMES[currency][0]


def checksum(text: str) -> str:
    """Bit by bit, as the specification says it."""
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
            register &= 0xFFFF
    return f"{register:04X}"


def code(reference: str, amount_minor: int, currency: str, merchant: str) -> str:
    """A dynamic code for one charge. ``merchant`` is the shop's name, cut to what fits. Raises ``KeyError``."""
    country, city = _COUNTRIES[currency]
    account = {"00": _SCHEMES[currency][1], "25": f"psp.example/{reference[-24:]}"}
    told = {
        "00": "01",
        "01": "12",
        "26": _row(account),
        "52": "5411",
        "53": _NUMBERS[currency],
        "54": f"{amount_minor // 100}.{amount_minor % 100:02}",
        "58": country,
        "59": merchant[:25],
        "60": city,
        "62": _row({"05": reference.replace("-", "")[:25]}),
    }
    body = _row(told) + "6304"
    return body + checksum(body)


def _row(told: Mapping[str, str]) -> str:
    return "".join(f"{tag}{len(value):02}{value}" for tag, value in told.items())
