"""What a reader of loyalty cards does: it tells a card's number, or that it refused the card, and why.

A bank card held before it or pulled through it is refused by the driver, and nothing of it leaves the driver: no event,
log line, error or health text carries a digit of its number.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["LONGEST_NUMBER", "CardKind", "CardPresented", "CardRefused", "LoyaltyCardReader", "Refusal"]

LONGEST_NUMBER = 64
"""Longer data is no member's number."""

CardKind = Literal["magnetic", "contactless"]

Refusal = Literal["bank_card", "unreadable", "foreign"]
"""``bank_card``: it pays, at the terminal; ``unreadable``: try again; ``foreign``: it is no card of this shop's."""


@dataclass(frozen=True, slots=True)
class CardPresented:
    """A card of the shop's, by its number (or a chip's unique id, in upper-case hex). The number is in no ``repr``."""

    device: str
    kind: CardKind
    data: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardRefused:
    """A card that is none of the shop's, or could not be read."""

    device: str
    reason: Refusal


class LoyaltyCardReader(Device, Protocol):
    """Data events: ``CardPresented``, ``CardRefused``; one for each time a card is presented. No capabilities."""
