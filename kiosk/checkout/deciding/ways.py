"""Ways to pay: which work now, what each may pay of a basket, in how many parts, why not, what is left."""

from __future__ import annotations

from typing import Final

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Live, Tender, Transaction
from kiosk.checkout.text import Text, text
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.stored_value import last_day
from kiosk.retail.tender_needs import Need, lacking
from kiosk.retail.tender_terms import eligible_minor, plan
from kiosk.retail.transaction import InstalmentsBy, TenderKind
from kiosk.retail.values import replace

__all__ = [
    "HELD",
    "MOST_MISSED",
    "at_most",
    "away",
    "counter_open",
    "missed",
    "parts",
    "refused",
    "rests",
    "unusable",
    "why_not",
]

HELD: frozenset[TenderKind] = frozenset({"points", "stored_value", "paper_voucher"})
"""Kinds of which head office keeps something aside and takes nothing: one may always be given up."""
_WHY: Final = frozenset({"unknown", "blocked", "expired", "inactive", "balance", "used", "taken", "throttled"})
MOST_MISSED: Final = 5
"""Numbers of gift cards that nobody knows, in one visit: then staff look at what is being tried."""


def unusable(live: Live, policy: Policy, kind: TenderKind) -> Text | None:
    """Why this way of paying cannot be used now, for the shopper."""
    need = lacking(kind, policy.tender_needs, away(live))
    return text(f"pay.without_{need}") if need is not None else None


def away(live: Live) -> frozenset[Need]:
    """What a payment may need and that cannot be reached now."""
    lost = {device for device, _ in live.lost}
    gone: set[Need] = set() if live.online else {"head_office"}
    gone |= {"terminal"} if "card_reader" in lost else set()
    return frozenset(gone | ({"printer"} if "printer" in lost else set()))


def counter_open(live: Live, policy: Policy) -> bool:
    """Whether a basket may be put aside here to be paid at the counter."""
    if not policy.slip_key:
        return False
    match policy.parking.counter:
        case "never":
            return False
        case "always":
            return True
        case "when_shut":
            return all(unusable(live, policy, each.kind) is not None for each in policy.tenders)


def at_most(desk: Desk, basket: Transaction, offered: TenderType) -> Money:
    """What of the amount due this way may pay: all of it, or what its terms leave."""
    due = desk.due()
    lines = ((line, desk.book.item(line.item_id)) for line in basket.live_lines)
    most = eligible_minor(lines, offered.kind, offered.eligible)
    if most is None:
        return due
    alike = (t.paid for t in basket.tenders if _limited(desk.tender_type(t.tender_id)) and t.kind == offered.kind)
    return desk.money(max(0, min(due.minor, most - sum(alike))))


def _limited(offered: TenderType | None) -> bool:
    return offered is not None and (offered.eligible is not None or offered.kind == "stored_value")


def parts(kind: TenderType, chosen: i.TenderChosen, amount: Money) -> tuple[int, InstalmentsBy] | None:
    """In how many parts, and by whose offer; ``None``: the shopper is to be asked."""
    open_to = plan(kind.instalments, amount.minor)
    if kind.instalments is None or len(open_to) == 1 or chosen.instalments == 1:
        return 0, ""
    by = chosen.instalments_by or kind.instalments.by[0]
    if chosen.instalments not in open_to or by not in kind.instalments.by:
        return None
    return chosen.instalments, by


def why_not(tender: Tender, answer: i.TerminalAnswered) -> Text:
    """What the shopper is told of a payment that did not count."""
    if tender.kind in ("stored_value", "paper_voucher"):
        return refused(answer.reason)
    if answer.reason == i.NO_INSTALMENTS:
        return text("pay.no_instalments")
    if tender.kind == "points":
        return text("points.why_least" if answer.reason == "balance" else "points.not_used")
    if tender.kind == "qr" and answer.outcome == "declined":
        if answer.reason == "expired":
            return text("pay.qr_expired")
        return text("pay.qr_declined" if answer.reason == "declined" else "pay.qr_unavailable")
    return text(f"pay.{answer.outcome}")


# --- gift cards and vouchers -------------------------------------------------------------------------------------


def refused(reason: str) -> Text:
    """Why head office does not take a gift card, a store credit or a voucher."""
    return text(f"value.why_{reason}") if reason in _WHY else text("value.not_used")


def missed(desk: Desk, reason: str) -> None:
    """A number that nobody knows: after a few of them, here or by head office's count, staff look at what is tried."""
    if reason == "throttled" and desk.intervention("help") is None:
        desk.raise_intervention("help", blocks="nothing")
    if reason != "unknown":
        return
    missed = desk.state.live.value.missed + 1
    desk.happened(replace(desk.state.live.value, missed=missed))
    if missed >= MOST_MISSED and desk.intervention("help") is None:
        desk.raise_intervention("help", blocks="nothing")


def rests(desk: Desk, basket: Transaction) -> tuple[e.StoreCreditIssued, ...]:
    """What vouchers were worth more than was owed, where the shop gives that as store credit."""
    rules, day = desk.policy.stored_value, desk.state.lane.business_day
    if rules is None or not rules.credit_prefix:
        return ()
    return tuple(
        e.StoreCreditIssued(
            credit=tender.tender,
            transaction=basket.opened.transaction.uuid,
            amount=tender.worth - tender.settled.amount,
            prefix=rules.credit_prefix,
            reason="voucher_rest",
            utc_ms=desk.moment.utc_ms,
            expires_day=last_day(day, rules.credit_days),
        )
        for tender in basket.tenders
        if tender.settled is not None and tender.worth is not None and _gives_rest(desk, tender)
    )


def _gives_rest(desk: Desk, tender: Tender) -> bool:
    offered = desk.tender_type(tender.tender_id)
    return offered is not None and offered.change == "credit"
