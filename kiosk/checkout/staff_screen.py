"""What is in front of staff at the lane; ``screen`` hands it on beside all else that is drawn."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from kiosk.checkout.basket_screen import InterventionView, LineView, TotalsView
from kiosk.checkout.cash_screen import StoreView
from kiosk.checkout.inputs import OperatorAct
from kiosk.checkout.text import Text
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.rights import Reason
from kiosk.retail.values import dataclass

__all__ = ["EnquiryView", "StaffBody", "StaffSignInBody"]


@dataclass(frozen=True, slots=True)
class StaffSignInBody:
    """PIN pad for staff; a badge may be scanned instead. ``second_for``: a second person is to confirm this act."""

    attempts_left: int | None
    second_for: OperatorAct | None = None


@dataclass(frozen=True, slots=True)
class EnquiryView:
    """What staff are told of the item they asked about; nothing yet without ``names``.

    ``above``: what the price book says, where that is above the pack's maximum, at which it is sold.
    ``tax_points``: its rate in basis points. ``elsewhere``: the shops that have any, by name, with how much; ``stock``
    says whether head office was ``asked``, has ``told``, or could not be asked (``offline``).
    """

    names: Names
    price: Money | None
    unit: str
    offers: tuple[Names, ...]
    on_hand: int | None
    department: Names = field(default_factory=dict)
    tax_points: int | None = None
    minimum_age: int = 0
    needs_staff: bool = False
    elsewhere: tuple[tuple[str, Names, int], ...] = ()
    stock: Literal["asked", "told", "offline"] = "told"
    above: Money | None = None


@dataclass(frozen=True, slots=True)
class StaffBody:
    """The attendant's view of this lane: what waits for judgement, the basket, and what may be done."""

    interventions: tuple[InterventionView, ...]
    lines: tuple[LineView, ...]
    totals: TotalsView | None
    acts: tuple[OperatorAct, ...]
    devices: tuple[tuple[str, str], ...]
    """(device, cause) of devices that are lost."""
    conditions: tuple[Text, ...] = ()
    """What staff should know besides."""
    weighing: Text | None = None
    """The legally relevant software: version, checksum, changes of its parameters; ``None`` without a trade scale."""
    suspended: int = 0
    cash_due: Money | None = None
    stores: tuple[StoreView, ...] = ()
    enquiry: EnquiryView | None = None
    """Codes are asked about, not rung up."""
    reasons: tuple[tuple[OperatorAct, tuple[Reason, ...]], ...] = ()
    """What may be given as a reason, for each act that needs one."""
    lowest: tuple[tuple[int, Money], ...] = ()
    """(line, the lowest unit price this member of staff may set)."""
    most: int = 0
    """Pieces of one line, at most."""
    weighing_item: Names | None = None
    """What waits to be weighed, where its weight may be typed in."""
    certificate: int = 0
    """Digits of the number that a sale without tax asks for, at most; 0: none is asked."""
