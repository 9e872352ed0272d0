"""What is in front of the shopper while they pay, and after; ``screen`` hands it on beside all else that is drawn."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.basket_screen import PointsView, TotalsView
from kiosk.checkout.text import Text
from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.values import dataclass

__all__ = [
    "BuyerBody",
    "BuyerView",
    "CardBody",
    "PointsBody",
    "PointsChoice",
    "QrBody",
    "ReceiptChoiceBody",
    "TenderChoiceBody",
    "ThanksBody",
]


@dataclass(frozen=True, slots=True)
class PointsChoice:
    """Paying with points: ``least`` to ``most`` in steps of ``step``, each worth ``step_value``; ``most`` 0: none now.

    ``used``: burned in this basket already, worth ``used_value``; they can be taken back. ``why`` none may be burned.
    """

    has: PointsView
    least: int
    most: int
    step: int
    step_value: Money
    used: int
    used_value: Money
    why: Text | None = None
    tender_id: str = "points"


@dataclass(frozen=True, slots=True)
class BuyerView:
    """The buyer's tax number on the document: what it is called, what was given (masked), whether it must be."""

    label: str
    given: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class BuyerBody:
    """The buyer's tax number is typed. ``longest``: in signs; ``letters``: it may hold some. ``given``: masked."""

    label: str
    longest: int
    letters: bool = False
    given: str = ""


@dataclass(frozen=True, slots=True)
class TenderChoiceBody:
    """How the shopper will pay what is due."""

    totals: TotalsView
    tenders: tuple[TenderType, ...]
    unavailable: tuple[tuple[str, Text], ...] = ()
    """(tender_id, why) of tenders that cannot be used now."""
    points: PointsChoice | None = None
    buyer: BuyerView | None = None
    counter: bool = False
    """It may be put aside here and paid at the counter."""


@dataclass(frozen=True, slots=True)
class CardBody:
    """Money is being asked for at the terminal."""

    amount: Money
    tender: TenderType
    stage: Literal["present", "asking", "staff", "cancelling", "signature"]
    prompt: Literal["", "present_card", "enter_pin", "remove_card", "wait"] = ""
    """What the terminal itself asks of the shopper; empty: it has not said."""


@dataclass(frozen=True, slots=True)
class QrBody:
    """Money is being asked for by a code. ``payload`` is drawn while ``stage`` is ``present``, for ``seconds_left``."""

    amount: Money
    tender: TenderType
    stage: Literal["getting", "present", "asking", "staff", "cancelling"]
    payload: str = ""
    seconds_left: int = 0


@dataclass(frozen=True, slots=True)
class PointsBody:
    """Head office is asked to keep points aside; the shopper may go on without."""

    amount: Money
    points: int


@dataclass(frozen=True, slots=True)
class ReceiptChoiceBody:
    """Paid. Paper or none, where the law leaves the choice."""

    total: Money
    change: Money | None
    choices: tuple[Literal["paper", "none"], ...]


@dataclass(frozen=True, slots=True)
class ThanksBody:
    """Goodbye. ``receipt``: what became of the paper. ``signing``: it waits for a device, ``held``: for staff.

    ``points``: what was earned, and what there is after it. ``exit_code``: opens the gate, where there is one.
    """

    total: Money
    saved: Money
    change: Money | None
    receipt: Literal["signing", "held", "printing", "printed", "declined", "failed"]
    reference: str
    points: PointsView | None = None
    returned: bool = False
    """It was a return, and ``total`` has gone back."""
    exit_code: str = ""
