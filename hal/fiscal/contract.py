"""What a fiscal device or service does: it signs a sale and keeps the tax authority's series.

Certification is never claimed; a country without a device is served by the checkout's own gap-free series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hal.device import Device

__all__ = ["FiscalPort", "FiscalSale", "FiscalSignature"]


@dataclass(frozen=True, slots=True)
class FiscalSale:
    """What is signed: the transaction's id, its total and its tax rows (basis points, net and tax minor units)."""

    transaction: str
    total_minor: int
    currency: str
    tax: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, slots=True)
class FiscalSignature:
    """What the authority gave: ``series`` and ``number`` are the legal number; ``code`` is printed on the receipt."""

    transaction: str
    series: str
    number: int
    code: str


class FiscalPort(Device, Protocol):
    """begin, sign, void, close day, export."""

    async def begin(self, sale: FiscalSale) -> None:
        """Announce a sale. Beginning the same transaction again is the same sale."""

    async def sign(self, transaction: str) -> FiscalSignature:
        """Sign it; signing twice gives the same number."""

    async def void(self, transaction: str, reason: str) -> None:
        """Withdraw a sale that was begun and not signed."""

    async def close_day(self, business_day: str) -> str:
        """Close the authority's day; gives the report's reference."""

    async def export(self, since_day: str) -> bytes:
        """The authority's export from ``since_day`` on, in its own format."""
