"""The slip of a parked basket passes the scanner; and the shopper who will pay at the counter."""

from __future__ import annotations

from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import payment, receipt, shopper, staff, takeover, ways
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase, Transaction
from kiosk.checkout.text import text
from kiosk.retail.codes.reading import split_identifier
from kiosk.retail.slip_code import SlipPass, is_slip, read_slip_code

__all__ = ["take", "to_counter"]


def take(desk: Desk, scanned: i.CodeScanned) -> bool:
    """Whether the code is a slip's; then its basket is gone on with, or it is said why not."""
    _, data = split_identifier(scanned.data.strip(), scanned.symbology)
    if not is_slip(data):
        return False
    if not desk.policy.slip_key:
        desk.refuse(text("slip.wrong"))
        return True
    slip = read_slip_code(bytes.fromhex(desk.policy.slip_key), data)
    if slip is None:
        desk.refuse(text("slip.wrong"))
    elif slip.store != desk.state.lane.store:
        desk.refuse(text("slip.other_shop"))
    elif _free(desk):
        _genuine(desk, slip)
    return True


def _free(desk: Desk) -> bool:
    """Whether a basket may begin here now; says why not."""
    if desk.phase is Phase.FINISHING and not receipt.next_shopper(desk):
        desk.refuse(text("finish.receipt_first"))
        return False
    if desk.basket is not None:
        desk.refuse(text("slip.basket_open"))
        return False
    return desk.phase is not Phase.OUT_OF_SERVICE or desk.state.operator is not None


def _genuine(desk: Desk, slip: SlipPass) -> None:
    if slip.expired(desk.moment.utc_ms) and desk.moment.clock_trusted:
        desk.refuse(text("slip.expired"))
    elif desk.state.operator is not None:
        staff.act(desk, i.OperatorActed("resume_suspended", target=slip.uuid))
    elif desk.policy.parking.resume_by == "shopper":
        takeover.ask(desk, slip.uuid, takeover.SHOPPER)
    else:
        if desk.intervention("help") is None:
            desk.raise_intervention("help", blocks="nothing")
        desk.refuse(text("slip.staff"))


# --- to the counter ----------------------------------------------------------------------------------------------


def to_counter(desk: Desk) -> None:
    """Put the basket aside to be paid at the counter: nothing is sold here, and nothing of money travels.

    What head office only keeps aside (points, a gift card, a voucher) is let go; what was really paid stays here.
    """
    basket = desk.basket
    if basket is None or basket.open_tender is not None or not ways.counter_open(desk.state.live, desk.policy):
        return
    if not payment.payable(desk, basket):
        return
    why = _bound(basket)
    if why:
        desk.refuse(text(why))
        return
    for tender in basket.tenders:
        if tender.settled is not None:
            payment.take_back(desk, tender, takeover.SHOPPER)
    shopper.park(desk, takeover.SHOPPER, "counter")


def _bound(basket: Transaction) -> str:
    """Why it can go to no other lane; empty: it can."""
    if any(tender.settled is not None and tender.kind not in ways.HELD for tender in basket.tenders):
        return "counter.paid_here"
    if basket.returns is not None or basket.exemption is not None or any(k.value_account for k in basket.live_lines):
        return "counter.not_possible"
    return ""
