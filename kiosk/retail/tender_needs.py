"""Which ways to pay work while something is away: head office, the card terminal, the printer, staff.

What a kind of tender needs is data: the trade's habit here, and what a country pack or a shop says instead
(``Policy.tender_needs``). One function judges; the attract screen, the tender choice and the printed table ask it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Literal, get_args

from kiosk.retail.transaction import TenderKind

__all__ = ["HABIT", "NEEDS", "Need", "lacking", "needs_of"]

Need = Literal["terminal", "head_office", "printer"]
NEEDS: Final[tuple[Need, ...]] = get_args(Need)
HABIT: Final[Mapping[TenderKind, tuple[Need, ...]]] = {
    "card": ("terminal",),
    "voucher": ("terminal",),
    "cash": (),
    "qr": ("head_office",),
    "points": (),
    "stored_value": ("head_office",),
    "paper_voucher": ("head_office",),
    "credit_note": (),
}
"""What a kind needs where nobody says otherwise. A card terminal has its own line to its acquirer; points have a limit
of their own while head office is away, and cash is taken by staff whatever is broken."""


def needs_of(kind: TenderKind, told: Mapping[TenderKind, tuple[Need, ...]]) -> tuple[Need, ...]:
    """What a kind needs here."""
    return told.get(kind, HABIT[kind])


def lacking(kind: TenderKind, told: Mapping[TenderKind, tuple[Need, ...]], away: Collection[Need]) -> Need | None:
    """The first thing that a kind needs and that is away; ``None``: it can be paid with.

    >>> lacking("qr", {}, {"head_office"}), lacking("card", {}, {"head_office"})
    ('head_office', None)
    """
    return next((need for need in needs_of(kind, told) if need in away), None)
