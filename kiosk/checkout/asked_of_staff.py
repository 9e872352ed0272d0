"""What staff are asked to judge, in a message's words."""

from __future__ import annotations

from kiosk.checkout.events import InterventionRaised
from kiosk.checkout.state import LASTING, State
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money

__all__ = ["asked_of_staff"]


def asked_of_staff(state: State, raised: InterventionRaised) -> Text:
    """Of an intervention that waits."""
    if raised.kind == "age":
        return text(f"intervention.{raised.kind}", age=raised.minimum_age)
    if raised.kind == "cash_machine":
        return _in_machine(state, raised)
    if raised.kind == "tender_unknown":
        return _unknown(state, raised)
    if raised.kind == "reversal" and raised.reason:
        twice = raised.reason == "refunded_twice"
        return text("intervention.refunded_twice" if twice else "intervention.reversal_unknown")
    if raised.kind == "fiscal" and raised.reason and state.finishing is not None:
        return text("intervention.fiscal_refused", words=" ".join(state.finishing.refusal))
    if raised.kind == "bagging":
        return text(f"intervention.bagging_{raised.reason}", grams=abs(raised.grams))
    if raised.kind in LASTING:
        return _lasting(state, raised)
    going = state.live.paper
    step = f"_{going.stage if going is not None and going.stage else 'open'}" if raised.kind == "paper" else ""
    return text(f"intervention.{raised.kind}{step}")


def _lasting(state: State, raised: InterventionRaised) -> Text:
    """Of the lane, not of a visit."""
    match raised.kind:
        case "fiscal_late" | "fiscal_cancel":
            return text(f"intervention.{raised.kind}", words=raised.reason)
        case "fiscal_outage":
            return text("intervention.fiscal_outage", count=state.lane.outage_documents)
        case "door":
            return text(f"intervention.door_{raised.reason}")
        case "change_owed":
            return _owed(state, raised)
        case "clock":
            return text("intervention.clock", date=raised.reason, day=state.lane.last_business_day)
        case _:
            return text(f"intervention.{raised.kind}")


def _in_machine(state: State, raised: InterventionRaised) -> Text:
    """A deposit that does not go on: what the machine has counted of it."""
    basket = state.transaction
    tender = next((t for t in basket.tenders if t.tender == raised.tender), None) if basket is not None else None
    if tender is None:
        return text("intervention.cash_machine")
    return text("intervention.cash_machine_holds", amount=Money(tender.inserted, tender.requested.currency))


def _owed(state: State, raised: InterventionRaised) -> Text:
    """Cash that the machine did not give, to the cent."""
    payout = next((each for each in state.payouts if each.payout == raised.tender), None)
    if payout is None:
        return text("intervention.change_owed_again")
    unsure = "_unknown" if raised.reason in ("unknown", "silent") else ""
    return text(f"intervention.change_owed{unsure}", amount=payout.amount)


def _unknown(state: State, raised: InterventionRaised) -> Text:
    """Money that may have moved: by code, back to whoever paid, or at the terminal."""
    if raised.reason == "refund":
        return text("intervention.refund_unknown")
    tender = state.transaction.open_tender if state.transaction is not None else None
    by_code = tender is not None and tender.kind == "qr"
    return text("intervention.tender_unknown_qr" if by_code else "intervention.tender_unknown")
