"""A sale as head office would tell of it, and what staff do to take some of it back."""

from __future__ import annotations

from collections.abc import Mapping

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.retail.fiscal import FiscalDocument
from kiosk.retail.money import Money
from kiosk.retail.returns import OriginalTender
from tests.support.lane import HandLane

__all__ = ["CLERK", "SUPERVISOR", "choose", "found", "kept", "sold_sale", "takes_back"]

CLERK = i.OperatorSignedIn("op1", "Rahima", "attendant", "pin")
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")


def sold_sale(
    completed: e.TransactionCompleted,
    *,
    returned: Mapping[int, int] | None = None,
    given: Mapping[str, int] | None = None,
    taken: bool = False,
    document: FiscalDocument | None = None,
) -> i.SoldSale:
    """What head office answers: ``returned`` units by line, ``given`` back by tender, the fiscal ``document``."""
    back = given or {}
    tenders = tuple(
        OriginalTender(
            t.tender,
            t.tender_id,
            t.kind,
            t.amount,
            t.amount - Money(back.get(t.tender, 0), t.amount.currency),
            t.reference,
            t.brand,
            t.masked_pan,
            t.points,
        )
        for t in completed.tenders
    )
    return i.SoldSale(completed, "M63-3-1-000001", tuple((returned or {}).items()), tenders, taken, document)


def found(lane: HandLane, sale: i.SoldSale | None, who: i.OperatorSignedIn = SUPERVISOR) -> HandLane:
    """Staff sign in, scan the receipt, and head office answers."""
    uuid = sale.completed.transaction.uuid if sale is not None else "none"
    lane.tell(who, i.OperatorActed("refund"), i.CodeScanned(f"sale:{uuid}", "]Q1"))
    return lane.tell(i.SaleTold(lane.effect(f.AskSale).correlation, sale))


def choose(line: int = 1, units: int = 1, reason: str = "unwanted") -> i.ReturnLineChosen:
    """A line chosen on the screen."""
    return i.ReturnLineChosen(line, units, reason)


def kept(lane: HandLane, state: i.HoldState = "held") -> HandLane:
    """Head office answers about the units."""
    return lane.tell(i.HoldTold(lane.effect(f.HoldReturns).hold, state))


def takes_back(lane: HandLane, sale: i.SoldSale, *chosen: i.ReturnLineChosen) -> HandLane:
    """To the point where the units are kept and money may go back."""
    found(lane, sale).tell(*(chosen or (choose(),)), i.ReturnsConfirmed())
    return kept(lane)
