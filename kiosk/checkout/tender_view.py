"""What is seen of paying: how, the tender that is asked for, and what becomes of the receipt."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout import screen as s
from kiosk.checkout.basket_view import points_view, totals_view
from kiosk.checkout.buyer_shown import buyer_view
from kiosk.checkout.cash_view import inserting
from kiosk.checkout.deciding import earning
from kiosk.checkout.deciding.ways import HELD, counter_open
from kiosk.checkout.paying_shown import exit_code_of, offered_as, unavailable, waiting_for
from kiosk.checkout.state import Finishing, State, Tender, Transaction
from kiosk.checkout.text import text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.tender import cash_due

__all__ = ["finishing", "paying", "signed", "tender_choice"]


def tender_choice(state: State, basket: Transaction, policy: Policy) -> s.TenderChoiceBody:
    """How the shopper may pay what is due."""
    points = _points_choice(state, basket, policy)
    come_to = totals_view(basket, policy)
    buyer = buyer_view(state, policy.buyer, come_to.total) if policy.buyer is not None else None
    counter = counter_open(state.live, policy)
    return s.TenderChoiceBody(come_to, policy.tenders, unavailable(state, policy), points, buyer, counter)


def _points_choice(state: State, basket: Transaction, policy: Policy) -> s.PointsChoice | None:
    terms, open_to, has = policy.points, earning.choice(state, policy.points), points_view(state, basket, policy)
    if terms is None or open_to is None or has is None:
        return None
    used, used_minor = earning.burned(basket)
    return s.PointsChoice(
        has=has,
        least=-(-max(terms.burn_least, 1) // terms.burn_points) * terms.burn_points,
        most=open_to.most if not used else 0,
        step=terms.burn_points,
        step_value=Money(terms.burn_minor, basket.opened.currency),
        used=used,
        used_value=Money(used_minor, basket.opened.currency),
        why=text(f"points.why_{open_to.why}") if open_to.why and not used else None,
    )


def paying(state: State, basket: Transaction, tender: Tender, policy: Policy) -> s.Body:
    """The tender that is asked for now."""
    if tender.machine:
        return inserting(state, basket, tender)
    if tender.kind == "cash":
        due, rounding = cash_due(tender.requested, basket.opened.cash_step_minor, basket.opened.cash_method)
        return s.CashBody(due, rounding)
    if tender.kind == "points":
        return s.PointsBody(tender.requested, tender.points)
    if tender.kind in HELD:
        return waiting_for(tender, policy)
    if tender.kind == "qr":
        return _by_code(state, tender, offered_as(tender, policy))
    stage: Literal["present", "asking", "staff", "cancelling"] = "present"
    if _with_staff(state):
        stage = "staff"
    elif tender.outcome == "unknown" or state.live.asking == tender.tender:
        stage = "asking"
    elif state.live.cancelling == tender.tender:
        stage = "cancelling"
    told = state.live.prompt
    prompt = told.prompt if told is not None and told.tender == tender.tender and stage == "present" else ""
    return s.CardBody(tender.requested, offered_as(tender, policy), stage, prompt)


def signed(state: State, policy: Policy) -> s.CardBody | None:
    """A card payment whose signature staff have not judged yet."""
    basket = state.transaction
    waiting = [raised.tender for raised in state.interventions if raised.kind == "signature"]
    tender = next((t for t in basket.tenders if t.tender in waiting), None) if basket is not None else None
    if tender is None or tender.settled is None:
        return None
    return s.CardBody(tender.settled.amount, offered_as(tender, policy), "signature")


def _with_staff(state: State) -> bool:
    return any(raised.kind == "tender_unknown" for raised in state.interventions)


def _by_code(state: State, tender: Tender, offered: TenderType) -> s.QrBody:
    shown = state.live.qr
    if _with_staff(state):
        return s.QrBody(tender.requested, offered, "staff")
    if state.live.cancelling == tender.tender:
        return s.QrBody(tender.requested, offered, "cancelling")
    if shown is None or shown.tender != tender.tender:
        return s.QrBody(tender.requested, offered, "asking")
    if not shown.payload:
        return s.QrBody(tender.requested, offered, "getting")
    return s.QrBody(tender.requested, offered, "present", shown.payload, shown.seconds_left)


def finishing(sale: Finishing, policy: Policy, *, with_staff: bool) -> s.Body:
    """Paid: whether paper is wanted, or goodbye."""
    change, points = _change(sale), sale.completed.points
    returned = sale.completed.original is not None
    if not sale.receipt and not sale.held and policy.receipt_rule == "choice":
        return s.ReceiptChoiceBody(sale.completed.total, change, ("paper",) if sale.owed else ("paper", "none"))
    printed: Literal["signing", "held", "printing", "printed", "declined", "failed"] = "printing"
    if sale.held:
        printed = "held" if with_staff else "signing"
    elif sale.receipt in ("printed", "declined", "failed"):
        printed = "printed" if sale.receipt == "printed" else "declined" if sale.receipt == "declined" else "failed"
    return s.ThanksBody(
        total=sale.completed.total if not returned else -sale.completed.total,
        saved=sale.completed.discount if not returned else Money.zero(sale.completed.currency),
        change=change,
        receipt=printed,
        reference=sale.completed.transaction.reference,
        points=s.PointsView(points.earned, points.balance) if points is not None and not returned else None,
        returned=returned,
        exit_code="" if returned else exit_code_of(sale, policy),
    )


def _change(sale: Finishing) -> Money | None:
    if sale.completed.original is not None:
        return None
    given = [t.change for t in sale.completed.tenders if t.change is not None and t.change.minor]
    return given[-1] if given else None
