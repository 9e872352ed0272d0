"""Ways to pay and ways back, for the drill that cuts the power at each of their steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from samples.catalogue import Country

__all__ = ["WAYS", "Way", "way_of"]


@dataclass(frozen=True, slots=True)
class Way:
    """A way to pay: which tenders are touched in order, and what the bank answers to each card in order.

    The last of each is repeated. ``cancels``: the first code on show is cancelled. ``member``: points need one.
    ``worth``: what the paper voucher says, in minor units. ``card``: which card or credit pays as stored value.
    ``sells``: a gift card from the rack is among what is bought.

    A way back has ``returns``: the way in which what comes back was paid. ``answers`` are then the bank's to the refund
    first. ``bought``: what is taken in exchange, and paid with ``tenders`` if it is dearer. ``instead``: how staff give
    money back once the bank has said no. ``drops``: staff take nothing back after all. ``denied``: the terminal gives
    the money back and says nothing; staff say that it did not, and hand cash over: it goes back twice, and is found.

    ``voids``: staff make an end of the basket once some of it is paid. ``parked``: it is put aside for the counter, or
    comes from another lane (``elsewhere``), and gone on with by its slip. ``machine``: a recycler takes the cash.
    """

    name: str
    tenders: tuple[str, ...] = ()
    answers: tuple[str, ...] = ("approve",)
    cancels: bool = False
    member: bool = False
    worth: int = 500
    card: Literal["large", "small", "credit"] = "large"
    sells: bool = False
    returns: str = ""
    bought: Literal["", "cheaper", "even", "dearer"] = ""
    instead: Literal["", "cash", "credit"] = ""
    drops: bool = False
    denied: bool = False
    voids: bool = False
    parked: Literal["", "counter", "elsewhere"] = ""
    machine: bool = False
    country: Country = "bd"


_SALES: Final = (
    Way("card", ("card",)),
    Way("declined", ("card",), ("decline", "approve")),
    Way("partial", ("card",), ("partial", "approve")),
    Way("code", ("code",)),
    Way("code_cancelled", ("code", "card"), cancels=True),
    Way("wallet", ("nagad",)),
    Way("cash", ("cash",)),
    Way("points", ("points", "card"), member=True),
    Way("split", ("points", "card"), ("partial", "approve"), member=True),
    Way("gift", ("stored_value",)),
    Way("gift_card", ("stored_value", "card"), card="small"),
    Way("gift_code", ("stored_value", "code"), card="small"),
    Way("credit", ("stored_value", "cash"), card="credit"),
    Way("gift_sold", ("card",), sells=True),
    Way("gift_sold_code", ("code",), sells=True),
    Way("voucher", ("paper_voucher", "stored_value")),
    Way("voucher_rest", ("paper_voucher",), worth=90_000),
    Way("voucher_card", ("paper_voucher", "card"), ("decline", "approve")),
    Way("voucher_code", ("paper_voucher", "code")),
    Way("voided", ("card",), ("partial",), voids=True),
    Way("voided_gift", ("stored_value",), card="small", voids=True),
    Way("slip", ("card",), parked="counter"),
    Way("slip_cash", ("cash",), parked="counter"),
    Way("taken_over", ("card",), parked="elsewhere"),
    Way("machine", ("cash",), machine=True),
    Way("machine_back", ("cash",), cancels=True, machine=True),
    Way("food_card", ("food_voucher", "credit"), ("partial", "approve"), country="br"),
    Way("pix", ("pix",), country="br"),
)
_RETURNS: Final = (
    Way("refund_card", returns="card"),
    Way("refund_again", answers=("decline", "approve"), returns="card"),
    Way("refund_card_cash", answers=("decline",), returns="card", instead="cash"),
    Way("refund_card_credit", answers=("decline",), returns="card", instead="credit"),
    Way("refund_denied", returns="card", instead="cash", denied=True),
    Way("refund_code", returns="code"),
    Way("refund_cash", returns="cash"),
    Way("refund_gift", returns="gift"),
    Way("refund_voucher", returns="voucher_card"),
    Way("refund_points", returns="points"),
    Way("refund_split", returns="partial"),
    Way("refund_gift_code", returns="gift_code"),
    Way("refund_food", returns="food_card", country="br"),
    Way("refund_pix", returns="pix", country="br"),
    Way("exchange_even", returns="card", bought="even"),
    Way("exchange_dearer", ("card",), returns="card", bought="dearer"),
    Way("exchange_dearer_code", ("code",), returns="cash", bought="dearer"),
    Way("exchange_dearer_gift", ("stored_value", "card"), returns="card", bought="dearer", card="small"),
    Way("exchange_cheaper", returns="card", bought="cheaper"),
    Way("exchange_cheaper_cash", returns="cash", bought="cheaper"),
    Way("exchange_cheaper_code", returns="code", bought="cheaper"),
    Way("return_dropped", returns="card", drops=True),
)
WAYS: Final = (*_SALES, *_RETURNS)


def way_of(name: str) -> Way:
    """The way of that name. Raises ``KeyError`` where there is none."""
    return {way.name: way for way in WAYS}[name]
