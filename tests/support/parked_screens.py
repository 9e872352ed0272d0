"""Hand-made screens of baskets that were put aside: slips, and the list that staff choose from."""

from __future__ import annotations

from typing import Final

from kiosk.checkout.parked import ParkedRow
from kiosk.checkout.parked_screen import ParkedBody, SlipBody
from kiosk.retail.money import Money

__all__ = ["PARKED_BODIES"]


def bdt(minor: int) -> Money:
    """Taka from poisha."""
    return Money(minor, "BDT")


SLIP = "P1.dhk-01.AGIJUXQAABYABAAAAAAAAAAA74.1C87DFB.ABCDEFGH234567AB"
PARKED = (
    ParkedRow("a", "3", "3-1-000042", 1_770_000_480_000, 12, bdt(213550), "counter", state="own"),
    ParkedRow("b", "3", "3-1-000041", 1_769_995_000_000, 1, bdt(9500), "walked_away", state="own"),
    ParkedRow("c", "5", "5-1-000917", 1_770_000_300_000, 4, bdt(1_121_350), "wallet"),
    ParkedRow("d", "6", "6-1-000110", 1_770_000_000_000, 2, bdt(60000), "counter", 0, "given", "7", 1_770_000_100_000),
    ParkedRow("e", "7", "7-1-000015", 1_770_000_000_000, 2, bdt(50000), "staff", state="elsewhere"),
)

PARKED_BODIES: Final[dict[str, SlipBody | ParkedBody]] = {
    "slip_printing": SlipBody("3-1-000042", bdt(213550), 12, counter=True, stage="printing", minutes=120),
    "slip_printed": SlipBody("3-1-000042", bdt(213550), 12, counter=True, stage="printed", minutes=120),
    "slip_parked": SlipBody("3-1-000042", bdt(213550), 12, counter=False, stage="printed", minutes=1_440),
    "slip_shown": SlipBody("3-1-000042", bdt(213550), 12, counter=True, stage="failed", code=SLIP, minutes=120),
    "staff_parked": ParkedBody(PARKED, "told", 1_770_000_600_000),
    "staff_parked_asking": ParkedBody(PARKED[:1], "asking", 1_770_000_600_000),
    "staff_parked_offline": ParkedBody(PARKED[:1], "offline", 1_770_000_600_000),
    "staff_parked_none": ParkedBody((), "told", 1_770_000_600_000),
}
