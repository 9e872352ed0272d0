"""Cash at the kiosk itself: what goes into a recycler, what comes out, and what is owed until it has.

The machine's word on a deposit is a sum, so it may be told and asked as often as one likes. A piece is taken only where
its change can be given, or, before the whole is there, all of it back. What is owed is on disk with the sale that owes
it, before the machine hears of it; after silence it is asked, and what it cannot give or say is staff's, to the cent.
"""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.cash_state import cash_held, machine_tender, payout_named, rest_may_differ
from kiosk.checkout.deciding import drawer
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Payout, Tender
from kiosk.checkout.text import text
from kiosk.retail import tender as tendering
from kiosk.retail.cash import CashPieces, acceptable, change_in, worth
from kiosk.retail.money import Money
from kiosk.retail.values import replace

__all__ = [
    "DEVICE",
    "ask",
    "begin",
    "cancel",
    "count",
    "device_back",
    "give_back",
    "judged",
    "paid_out",
    "rest_otherwise",
    "resume_after_power",
    "silent",
    "stands",
    "timer",
    "told",
    "usable",
]

DEVICE = "cash_recycler"
_ASK_MS = 5_000
"""Between two questions to a machine that does not answer."""
_WRONG = frozenset({"coin_jam", "note_jam", "cashbox_out", "cashbox_full", "door_open", "fraud", "fault"})
"""Standings in which nothing is taken; with a hopper jammed what needs no change still is."""


def usable(desk: Desk) -> bool:
    """Whether cash can be paid into a machine here and now; else a member of staff takes it, as ever."""
    standing = desk.state.live.cash
    return standing is not None and not desk.lost(DEVICE) and standing.state not in _WRONG and not desk.state.payouts


def begin(desk: Desk, asked: e.TenderRequested) -> bool:
    """Open the machine for a tender; false where nothing it knows could be taken for so much."""
    accepts = acceptable(_payable(desk, asked.amount), 0, cash_held(desk.state))
    if not accepts:
        return False
    desk.happened(replace(asked, machine=True), e.NoticeShown(None))
    desk.do(f.StopTimer("idle"), f.TakeCash(asked.tender, accepts), _waiting(desk))
    return True


def _payable(desk: Desk, amount: Money) -> int:
    """Rounded as cash is; the rounding belongs to the tender and lies outside tax."""
    basket = desk.basket
    if basket is None:
        return amount.minor
    payable, _ = tendering.cash_due(amount, basket.opened.cash_step_minor, basket.opened.cash_method)
    return payable.minor


def _waiting(desk: Desk) -> f.StartTimer:
    return f.StartTimer("cash", desk.policy.timeouts.idle)


# --- what goes in ------------------------------------------------------------------------------------------------


def told(desk: Desk, told: i.CashTold) -> None:
    """The machine's word on a deposit."""
    tender = machine_tender(desk.state, told.tender)
    if tender is None:
        if told.is_open:  # nobody waits for it any more: what it still holds open is closed
            desk.do(f.EndCash(told.tender))
        return
    raised = _raised(desk, "cash_machine", told.tender)
    if raised is not None and (raised.reason == "silent" or not told.is_open):
        desk.clear(raised, "withdrawn", "system")
        desk.do(f.StopTimer("cash_status"))
    total = worth(told.cash)
    if total != tender.inserted:
        desk.happened(e.CashInserted(told.tender, told.cash, desk.money(total)))
        desk.do(f.LookAtCash())
    if told.is_open:
        _goes_on(desk, replace(tender, inserted=total), told)
    else:
        _ended(desk, replace(tender, inserted=total))
        if told.doubt:
            desk.raise_intervention("cash_machine", blocks="nothing", tender=told.tender, reason="doubt")


def _goes_on(desk: Desk, tender: Tender, told: i.CashTold) -> None:
    due, live = _payable(desk, tender.requested), desk.state.live
    if tender.inserted >= due or live.cancelling == tender.tender:
        desk.do(f.EndCash(tender.tender))
        return
    if told.escrow:
        note = any(
            value == told.escrow
            for value, form in acceptable(due, tender.inserted, cash_held(desk.state))
            if form == "note"
        )
        desk.do(f.JudgeNote(tender.tender, keep=note))
        if not note:
            desk.refuse(text("cash.no_change", amount=desk.money(told.escrow)))
        return
    desk.do(_waiting(desk))


def _ended(desk: Desk, tender: Tender) -> None:
    """Nothing more will come: the sale is whole, or all of it goes back."""
    due = _payable(desk, tender.requested)
    desk.do(f.StopTimer("cash"), f.StopTimer("cash_status"))
    if tender.inserted < due:
        if desk.state.live.keeping and rest_may_differ(tender):
            _keep(desk, tender)
        else:
            _call_off(desk, tender)
        return
    change = desk.money(tender.inserted - due)
    whole = e.TenderSettled(
        tender.tender,
        "approved",
        tender.requested,
        received=desk.money(tender.inserted),
        change=change,
        rounding=desk.money(due) - tender.requested,
    )
    desk.happened(whole)
    desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))
    if change.minor:
        owe(desk, tender.tender, "change", change)


def _keep(desk: Desk, tender: Tender) -> None:
    """What is in the machine is paid, exactly and without rounding; what is left is asked for in another way."""
    part = desk.money(tender.inserted)
    desk.happened(e.TenderSettled(tender.tender, "partial", part, received=part, change=desk.money(0)))
    desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))


def _call_off(desk: Desk, tender: Tender) -> None:
    settled = e.TenderSettled(tender.tender, "cancelled", desk.money(0), by="shopper")
    desk.happened(settled, e.ViewShown("tender_choice"))
    desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))
    if tender.inserted:
        owe(desk, tender.tender, "given_back", desk.money(tender.inserted))
        desk.say(text("cash.giving_back", amount=desk.money(tender.inserted)))


def cancel(desk: Desk, tender: Tender) -> None:
    """The shopper changes their mind: the machine is closed, and what it then says was put in goes back."""
    if desk.state.live.cancelling != tender.tender:
        desk.happened(e.CancelShown(tender.tender))
        desk.do(f.EndCash(tender.tender), f.StopTimer("cash"))


def rest_otherwise(desk: Desk) -> None:
    """The shopper pays the rest in another way: the machine is closed, and what it then says was put in is paid."""
    tender = machine_tender(desk.state)
    if tender is not None and rest_may_differ(tender) and not desk.state.live.cancelling:
        desk.happened(e.CancelShown(tender.tender, keep=True))
        desk.do(f.EndCash(tender.tender), f.StopTimer("cash"))


def silent(desk: Desk, wanted: str) -> None:
    """The machine does not answer about a deposit: staff are called, and it is asked until it does."""
    if machine_tender(desk.state, wanted) is None:
        return
    if _raised(desk, "cash_machine", wanted) is None:
        desk.raise_intervention("cash_machine", blocks="payment", tender=wanted, reason="silent")
    desk.do(f.StopTimer("cash"), f.StartTimer("cash_status", _ASK_MS))


def stopped(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    """Staff have opened a machine that does not go on, and hand back what it had counted: the tender is off.

    From one whose shopper has left, it goes back the way it came.
    """
    tender = machine_tender(desk.state, raised.tender)
    if tender is None or raised.reason == "doubt":
        return
    if raised.reason == "left":
        cancel(desk, tender)
        return
    desk.do(f.EndCash(tender.tender), f.StopTimer("cash"), f.StopTimer("cash_status"))
    desk.happened(e.TenderSettled(tender.tender, "cancelled", desk.money(0), by=by, reason="staff"))
    desk.happened(e.ViewShown("staff" if desk.state.operator is not None else "tender_choice"))
    if tender.inserted:
        amount = desk.money(tender.inserted)
        payout = desk.mint()
        desk.happened(
            e.CashOwed(payout, tender.tender, "given_back", amount, (), desk.moment.utc_ms),
            e.CashPaidOut(payout, "by_staff", amount, desk.money(0), by=by),
        )
        drawer.open_for(desk, tender.tender, "cash_handed_back")


# --- what comes out ----------------------------------------------------------------------------------------------


def owe(desk: Desk, tender: str, why: e.OwedFor, amount: Money, instead_of: str = "") -> None:
    """Write down that so much is owed, and have the machine give it; what it cannot make is staff's at once."""
    cash = (
        change_in(amount.minor, cash_held(desk.state))
        if desk.state.live.cash is not None and not desk.lost(DEVICE)
        else None
    )
    payout = desk.mint()
    desk.happened(e.CashOwed(payout, tender, why, amount, cash or (), desk.moment.utc_ms, instead_of))
    if cash:
        desk.do(f.PayOut(payout, cash))
    else:
        _call(desk, payout, "short")


def give_back(desk: Desk, tender: Tender) -> None:
    """A basket that held cash from the machine is not to be sold: what was put in, less the change, goes back."""
    paid = tender.settled
    if paid is None:
        return
    desk.happened(e.TenderReversed(tender.tender, "cash", "done", paid.amount, "", "cash_given_back"))
    kept = (paid.received or paid.amount) - (paid.change or desk.money(0))
    owe(desk, tender.tender, "given_back", kept)


def paid_out(desk: Desk, told: i.PayoutTold) -> None:
    """The machine's word on a payout."""
    payout = payout_named(desk.state, told.payout)
    if payout is None or payout.unknown:
        return
    came = Money(worth(told.cash), payout.amount.currency)
    left = Money(max(0, payout.amount.minor - came.minor), payout.amount.currency)
    match told.outcome:
        case "not_begun":
            if payout.cash:
                desk.do(f.PayOut(payout.payout, payout.cash))
            return
        case "silent":
            _call(desk, payout.payout, "silent")
            desk.do(f.StartTimer("payout", _ASK_MS))
            return
        case "paid" if not left.minor:
            _over(desk, payout)
            desk.happened(e.CashPaidOut(payout.payout, "paid", came, left, told.cash))
        case "unknown":
            desk.happened(e.CashPaidOut(payout.payout, "unknown", came, left, told.cash, told.reason))
            _over(desk, payout)
            _call(desk, payout.payout, "unknown")
        case _:
            _short(desk, payout, told, came, left)


def _short(desk: Desk, payout: Payout, told: i.PayoutTold, came: Money, left: Money) -> None:
    """It could not give all: the rest is tried once from other stores, then it is staff's."""
    desk.happened(e.CashPaidOut(payout.payout, "short", came, left, told.cash, told.reason))
    _over(desk, payout)
    given = {(each.value, each.form): each.pieces for each in told.cash}
    failed = {(each.value, each.form) for each in payout.cash if given.get((each.value, each.form), 0) < each.pieces}
    sound = tuple(store for store in cash_held(desk.state) if (store.value, store.form) not in failed)
    cash = change_in(left.minor, sound) if not payout.instead_of else None
    if cash:
        again = desk.mint()
        desk.happened(e.CashOwed(again, payout.tender, payout.owed_for, left, cash, desk.moment.utc_ms, payout.payout))
        desk.do(f.PayOut(again, cash))
    else:
        _call(desk, payout.payout, "short")


def _raised(desk: Desk, kind: e.InterventionKind, about: str) -> e.InterventionRaised | None:
    return next((r for r in desk.state.interventions if r.kind == kind and r.tender == about), None)


def _call(desk: Desk, payout: str, reason: str) -> None:
    """Staff: so much is owed. The screen says the amount to them and to the shopper."""
    if _raised(desk, "change_owed", payout) is None:
        desk.raise_intervention("change_owed", blocks="nothing", tender=payout, reason=reason)
        owed = payout_named(desk.state, payout)
        if owed is not None:
            desk.say(text("cash.staff_brings", amount=owed.amount), "warning")


def _over(desk: Desk, payout: Payout) -> None:
    raised = _raised(desk, "change_owed", payout.payout)
    if raised is not None:
        desk.clear(raised, "withdrawn", "system")
    if not any(each.payout != payout.payout for each in desk.state.payouts):
        desk.do(f.StopTimer("payout"))


def judged(desk: Desk, raised: e.InterventionRaised, by: str, *, yes: bool) -> bool:
    """What follows from staff's word on a machine that does not go on, or on what it owes; false: it is on another."""
    match raised.kind, yes:
        case "cash_machine", True:
            stopped(desk, raised, by)
        case "cash_machine", False:
            ask(desk)
        case "change_owed", True:
            handed_over(desk, raised, by)
        case "change_owed", False:
            try_again(desk, raised)
        case _:
            return False
    return True


def handed_over(desk: Desk, raised: e.InterventionRaised, by: str) -> None:
    """Staff have handed over what was owed still."""
    payout = payout_named(desk.state, raised.tender)
    if payout is not None:
        zero = Money(0, payout.amount.currency)
        desk.happened(e.CashPaidOut(payout.payout, "by_staff", payout.amount, zero, by=by))
        drawer.open_for(desk, payout.tender, "cash_handed_back")


def try_again(desk: Desk, raised: e.InterventionRaised) -> None:
    """Staff have freed or filled the machine: it gives what is owed still; one that was silent is asked first."""
    payout = payout_named(desk.state, raised.tender)
    if payout is None:
        return
    if payout.failed or not payout.cash:
        owe(desk, payout.tender, payout.owed_for, payout.amount, payout.payout)
    elif payout.unknown:
        _call(desk, payout.payout, "unknown")
    else:
        desk.do(f.AskPayout(payout.payout), f.StartTimer("payout", _ASK_MS))


# --- how it stands -----------------------------------------------------------------------------------------------


def stands(desk: Desk, told: i.CashStands) -> None:
    """What lies in it, and whether it works; counted by staff, that is on record."""
    desk.happened(e.CashShown(told.state, told.held))
    if told.what:
        desk.happened(e.CashCounted(told.what, told.by, desk.moment.utc_ms, told.held, told.boxed))
    tender = machine_tender(desk.state)
    if tender is None:
        return
    raised, due = _raised(desk, "cash_machine", tender.tender), _payable(desk, tender.requested)
    if told.state in _WRONG:
        if raised is None:
            desk.raise_intervention("cash_machine", blocks="payment", tender=tender.tender, reason=told.state)
        return
    if raised is not None and raised.reason in _WRONG:
        desk.clear(raised, "withdrawn", "system")
    if tender.inserted < due and desk.state.live.cancelling != tender.tender:
        desk.do(f.TakeCash(tender.tender, acceptable(due, tender.inserted, cash_held(desk.state))))


def count(desk: Desk, acted: i.OperatorActed, by: str) -> None:
    """Staff say how many lie in a store (``target``: ``coin:100``), or that they took the cashbox's content."""
    if desk.state.live.cash is None or machine_tender(desk.state) is not None:
        desk.refuse(text("staff.payment_open"))
        return
    if acted.act == "cashbox_emptied":
        desk.happened(e.ViewShown("staff"))
        desk.do(f.CountCash("cashbox", by))
        return
    form, _, value = acted.target.partition(":")
    store = next(
        (s for s in desk.state.live.cash.held if s.dispensable and (s.form, str(s.value)) == (form, value)), None
    )
    if store is not None and acted.quantity >= 0:
        desk.happened(e.ViewShown("staff"))
        desk.do(f.CountCash("store", by, (CashPieces(store.value, store.form, acted.quantity),)))


def ask(desk: Desk) -> None:
    """Ask about what nobody has answered for."""
    tender = machine_tender(desk.state)
    if tender is not None:
        desk.do(f.AskCash(tender.tender), f.StartTimer("cash_status", _ASK_MS))
    asked = [payout for payout in desk.state.payouts if not payout.failed and not payout.unknown and payout.cash]
    desk.do(*(f.AskPayout(payout.payout) for payout in asked))
    if asked:
        desk.do(f.StartTimer("payout", _ASK_MS))


def resume_after_power(desk: Desk) -> None:
    """What was taken is asked for, never taken as none; what was owed is asked about, then given."""
    ask(desk)
    if machine_tender(desk.state) is not None or desk.state.payouts:
        desk.do(f.LookAtCash())


def device_back(desk: Desk) -> None:
    """It answers again."""
    desk.do(f.LookAtCash())
    ask(desk)


def timer(desk: Desk, name: str) -> bool:
    """A timer of this file's has run out; false: it is another's."""
    tender = machine_tender(desk.state)
    match name:
        case "cash" if tender is not None:
            _nobody_there(desk, tender)
        case "cash" | "cash_status" | "payout":
            ask(desk)
        case _:
            return False
    return True


def _nobody_there(desk: Desk, tender: Tender) -> None:
    """Nothing was put in for a while. What is in it already is not thrown to whoever comes by."""
    if not tender.inserted:
        cancel(desk, tender)
    elif _raised(desk, "cash_machine", tender.tender) is None:
        desk.raise_intervention("cash_machine", blocks="nothing", tender=tender.tender, reason="left")
