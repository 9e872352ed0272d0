"""What is on show of the ways to pay: which can be used now; gift cards, vouchers and instalments."""

from __future__ import annotations

from kiosk.checkout import screen as s
from kiosk.checkout.deciding.ways import counter_open, unusable
from kiosk.checkout.state import Finishing, State, Tender
from kiosk.checkout.text import Text
from kiosk.retail.exit_code import exit_code
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.tender_terms import parts_of, plan
from kiosk.retail.transaction import InstalmentsBy

__all__ = ["attract", "exit_code_of", "offered_as", "presenting", "unavailable", "waiting_for"]


def unavailable(state: State, policy: Policy) -> tuple[tuple[str, Text], ...]:
    """(tender_id, why) of the ways that cannot be used now."""
    reasons = ((each.tender_id, unusable(state.live, policy, each.kind)) for each in policy.tenders)
    return tuple((tender_id, why) for tender_id, why in reasons if why is not None)


def attract(state: State, policy: Policy) -> s.AttractBody:
    """Before the first scan: with what can be paid now, and with what cannot."""
    not_now = {tender_id for tender_id, _ in unavailable(state, policy)}
    offered = tuple(each for each in policy.tenders if each.tender_id not in not_now)
    missing = tuple(each for each in policy.tenders if each.tender_id in not_now)
    card_only = all(each.kind != "cash" for each in offered)
    counter = counter_open(state.live, policy)
    return s.AttractBody(offered, card_only=card_only and not counter, missing=missing, counter=counter)


def offered_as(tender: Tender, policy: Policy) -> TenderType:
    """The way to pay that a tender is of, by its name in this shop."""
    offered = next((each for each in policy.tenders if each.tender_id == tender.tender_id), None)
    return offered if offered is not None else TenderType(tender.tender_id, tender.kind, {})


def waiting_for(tender: Tender, policy: Policy) -> s.Body:
    """Head office is asked to keep an amount aside; the shopper may go on without."""
    return s.ValueBody(tender.requested, offered_as(tender, policy), "asking")


def presenting(state: State, policy: Policy, due: Money) -> s.Body | None:
    """The view in which something is to be scanned or chosen before money is asked for; ``None``: it is another."""
    view = state.live.view
    if view == "gift_amount":
        rules, number = policy.stored_value, state.live.value.masked
        amounts = rules.amounts if rules is not None else ()
        return s.GiftAmountBody(tuple(Money(minor, due.currency) for minor in amounts), number) if number else None
    if view == "instalments":
        return _instalments(policy, due)
    if view == "voucher_rest":
        return _rest(state, policy, due.currency)
    wanted = next((each for each in policy.tenders if each.kind == view), None)
    if wanted is None or state.transaction is None:
        return None
    return s.ValueBody(due, wanted, "present", keyed=wanted.kind == "stored_value")


def _rest(state: State, policy: Policy, currency: str) -> s.Body | None:
    shown, pays = state.live.value.voucher, state.live.value.pays_minor
    offered = next((each for each in policy.tenders if shown is not None and each.tender_id == shown.tender_id), None)
    if shown is None or offered is None or state.transaction is None:
        return None
    lost = Money(shown.worth_minor - pays, currency)
    return s.VoucherRestBody(offered, Money(shown.worth_minor, currency), Money(pays, currency), lost)


def _instalments(policy: Policy, due: Money) -> s.Body | None:
    offered = next((each for each in policy.tenders if each.kind == "card" and each.instalments is not None), None)
    if offered is None or offered.instalments is None:
        return None
    whose: tuple[InstalmentsBy, ...] = offered.instalments.by
    choices = tuple(
        _part(due, count, by)
        for count in plan(offered.instalments, due.minor)
        for by in (whose if count > 1 else ("",))
    )
    return s.InstalmentsBody(due, offered, choices)


def _part(due: Money, count: int, by: InstalmentsBy) -> s.Part:
    first, each = parts_of(due.minor, count)
    return s.Part(count, Money(first, due.currency), Money(each, due.currency), by)


def exit_code_of(sale: Finishing, policy: Policy) -> str:
    """What opens the gate for a sale; empty where there is none, or the kiosk has no key."""
    if not policy.exit_minutes or not policy.exit_key:
        return ""
    completed = sale.completed
    return exit_code(bytes.fromhex(policy.exit_key), completed.transaction, completed.utc_ms)
