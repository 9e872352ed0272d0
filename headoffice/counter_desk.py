"""The counter takes a parked basket by the code on its slip: a point of sale of another make asks over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from headoffice.basket_keeper import give
from headoffice.database import Database
from headoffice.keyed import shop_key
from headoffice.ledger.suspended import COUNTER
from headoffice.ledger.suspended_tables import SuspendedBasket
from kiosk.retail.slip_code import SlipPass, read_slip_code, slip_key

__all__ = ["CounterBasket", "Verdict", "take_by_slip"]

Verdict = Literal["given", "wrong", "other_shop", "expired", "taken", "gone", "unknown", "elsewhere"]
"""``wrong``: no kiosk of this retailer made it. ``taken``: it was given to a lane that has not said that it goes on
with it. ``gone``: somebody goes on with it. ``unknown``: it was taken up, voided, or its lane's journal has not come.
``elsewhere``: something is in it that only its own lane may go on with."""


@dataclass(frozen=True, slots=True)
class CounterBasket:
    """The answer. ``lines`` as its journal told them, without offers: the counter works its own out."""

    verdict: Verdict
    uuid: str = ""
    reference: str = ""
    kiosk: str = ""
    currency: str = ""
    total: int = 0
    lines: tuple[Any, ...] = ()


def take_by_slip(
    database: Database, store: str, code: str, *, counter: str, now_ms: int, again: bool = False
) -> CounterBasket:
    """Give the basket to the counter, once and for good; noted before it is told.

    The same counter may ask again where an answer was lost. ``again``: its staff say that the lane it was given to will
    not go on with it.
    """
    with database.write() as session:
        slip = read_slip_code(slip_key(shop_key(session)), code)
        why = _unreadable(slip, store, now_ms)
        if slip is None or why is not None:
            return CounterBasket(why or "wrong")
        row = session.get(SuspendedBasket, slip.uuid, with_for_update=True)
        if row is None or not row.utc_ms or row.store != store:
            return CounterBasket("unknown")
        name = f"{COUNTER}{counter}"
        if row.opened == name:
            return _basket(row)
        if not row.lines:
            return CounterBasket("elsewhere", row.uuid, row.reference, row.kiosk)
        state = give(session, row, name, now_ms, again=again)
        if state != "given":
            verdict: Verdict = "taken" if state == "taken" else "expired" if state == "expired" else "gone"
            return CounterBasket(verdict, row.uuid, row.reference, row.kiosk)
        row.opened = name
        return _basket(row)


def _unreadable(slip: SlipPass | None, store: str, now_ms: int) -> Verdict | None:
    if slip is None:
        return "wrong"
    if slip.store != store:
        return "other_shop"
    return "expired" if slip.expired(now_ms) else None


def _basket(row: SuspendedBasket) -> CounterBasket:
    return CounterBasket("given", row.uuid, row.reference, row.kiosk, row.currency, row.total, tuple(row.lines))
