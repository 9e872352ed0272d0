"""What is on show while gift cards, vouchers and instalments are dealt with. Bodies, as those in ``screen``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.money import Money
from kiosk.retail.policy import TenderType
from kiosk.retail.transaction import InstalmentsBy
from kiosk.retail.values import dataclass

__all__ = ["GiftAmountBody", "InstalmentsBody", "Part", "ValueBody", "ValueScreen", "VoucherRestBody"]


@dataclass(frozen=True, slots=True)
class ValueBody:
    """A gift card or voucher is to be scanned for what is due (``present``), or head office is asked (``asking``).

    ``keyed``: its number may be typed too.
    """

    amount: Money
    tender: TenderType
    stage: Literal["present", "asking"]
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class VoucherRestBody:
    """A paper voucher is worth more than it would pay, and its rest is ``lost``: the shopper says whether to use it."""

    tender: TenderType
    worth: Money
    pays: Money
    lost: Money


@dataclass(frozen=True, slots=True)
class GiftAmountBody:
    """A gift card from the rack is being bought: how much shall be on it? ``number``: the end of the card's."""

    amounts: tuple[Money, ...]
    number: str


@dataclass(frozen=True, slots=True)
class Part:
    """A choice: in ``count`` parts (1: at once), the ``first`` of which may differ from ``each`` of the others."""

    count: int
    first: Money
    each: Money
    by: InstalmentsBy


@dataclass(frozen=True, slots=True)
class InstalmentsBody:
    """The shopper says in how many parts the card shall pay."""

    amount: Money
    tender: TenderType
    choices: tuple[Part, ...]


ValueScreen = ValueBody | VoucherRestBody | GiftAmountBody | InstalmentsBody
