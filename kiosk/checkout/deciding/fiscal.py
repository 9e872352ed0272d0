"""The fiscal device's part: a sale is on disk, then signed, then printed; and what the law allows while it is away.

A sale has one legal number, given once. The device is asked by the transaction's uuid, as often as need be; whatever is
cut off between completion and print goes on from the journal.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import cancelling, receipt
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Finishing, Owed
from kiosk.retail.fiscal import FiscalRule

__all__ = [
    "CLOSED_BY_LAW",
    "DEVICE",
    "answered",
    "ask_again",
    "closed_day",
    "device_back",
    "device_lost",
    "follow",
    "let_go",
    "may_reopen",
    "number",
    "resume_after_power",
    "silent",
    "skip",
    "stands",
    "timer",
    "withdrew",
]

DEVICE = "fiscal"
_LOST = "fiscal_lost"
_LIMIT = "fiscal_limit"
CLOSED_BY_LAW = frozenset({_LOST, _LIMIT})
"""Why the lane is closed: no device that could issue anything, or an outage longer than the law lets it last."""
_DAY = "fiscal_day"
_DAY_MS = 300_000
"""A device that could not close the day is asked again so much later."""
_HOUR_MS = 3_600_000
_REMOVED = FiscalRule(outage="notice")
"""The device was taken out of the settings: what still waits for it goes on without it."""


def _rule(desk: Desk) -> FiscalRule:
    return desk.policy.fiscal or _REMOVED


# --- a sale ------------------------------------------------------------------------------------------------------


def number(desk: Desk, begun_ms: int) -> None:
    """The sale is complete: its legal number, from the device or from the checkout's own series, then its receipt."""
    sale = desk.state.finishing
    if sale is None:
        return
    uuid, rule = sale.completed.transaction.uuid, desk.policy.fiscal
    if rule is None or (rule.returns == "elsewhere" and sale.completed.original is not None):
        if cancelling.began(desk, sale):
            return
        series = _series(desk, sale)
        if series:
            _own_number(desk, sale, series)
        receipt.after_sale(desk)
        return
    desk.happened(e.FiscalRequested(uuid, begun_ms))
    if desk.state.lane.outage_ms and desk.lost(DEVICE):
        _without_device(desk)
    else:
        _ask(desk)


def _series(desk: Desk, sale: Finishing) -> str:
    """What the numbers of the checkout's own begin with: a credit note's with its own series, where it has one."""
    credit = desk.policy.credit_series if sale.completed.original is not None else ""
    return credit or desk.policy.legal_series


def _own_number(desk: Desk, sale: Finishing, prefix: str, *, outage: bool = False) -> None:
    now, uuid = desk.state.lane, sale.completed.transaction.uuid
    credit = sale.completed.original is not None and bool(desk.policy.credit_series)
    number = (now.last_credit if credit else now.last_legal) + 1
    outcome: Literal["", "outage"] = "outage" if outage else ""
    series = f"{prefix}{now.workstation}-{now.series}"
    desk.happened(e.FiscalNumberGiven(uuid, series, number, outcome=outcome, credit=credit))


def _waiting(desk: Desk) -> Finishing | None:
    sale = desk.state.finishing
    return sale if sale is not None and sale.to_sign else None


def _ask(desk: Desk) -> None:
    sale = _waiting(desk)
    if sale is not None:
        desk.do(f.FiscalSign(sale.completed, sale.begun_ms), f.StartTimer(DEVICE, _rule(desk).wait_ms))


def ask_again(desk: Desk) -> None:
    """Staff have seen to what kept a sale from being signed."""
    sale = _waiting(desk)
    if sale is not None:
        desk.happened(e.FiscalRequested(sale.completed.transaction.uuid, sale.begun_ms))
        _ask(desk)


def let_go(desk: Desk, by: str) -> None:
    """Staff let the shopper go without the document; it is asked for again where the rule wants it."""
    sale = _waiting(desk)
    if sale is not None:
        rule = _rule(desk)
        _leave(desk, sale, by, owed=rule.outage != "notice" and sale.fiscal != "refused")
        receipt.after_sale(desk)


def skip(desk: Desk, by: str) -> None:
    """Staff say that the device will not answer: what its silence would lead to happens now.

    Where the rule lets nothing go without a document, this is ``let_go``.
    """
    sale = _waiting(desk)
    if sale is None:
        cancelling.leave(desk, by)
        return
    raised = desk.intervention("fiscal")
    if raised is not None:
        desk.clear(raised, "refused", by)
    if _rule(desk).outage in ("notice", "own_series") and sale.fiscal == "asked":
        _begin_outage(desk, desk.moment.utc_ms, "staff")
        _without_device(desk)
    else:
        desk.do(f.StopTimer(DEVICE))
        let_go(desk, by)


def answered(desk: Desk, told: i.FiscalAnswered) -> None:
    """The device's word, on the sale that waits for it, or on an earlier one."""
    sale, owed = _waiting(desk), _owed(desk, told.transaction)
    if told.late:
        _late(desk, told)
        desk.do(f.FiscalConfirm(told.transaction))
    elif sale is not None and sale.completed.transaction.uuid == told.transaction:
        _on_this_sale(desk, told)
    elif owed is not None or _went_unsigned(desk, told.transaction):
        _late(desk, told)
        _submit(desk)
    if told.outcome == "signed" or (told.outcome == "refused" and _rule(desk).outage != "contingency"):
        _all_well(desk)


def _on_this_sale(desk: Desk, told: i.FiscalAnswered) -> None:
    desk.do(f.StopTimer(DEVICE))
    raised = desk.intervention("fiscal")
    if told.outcome == "refused":
        desk.happened(e.FiscalRefused(told.transaction, told.code, told.reason, told.permanent))
        if raised is None:
            desk.raise_intervention("fiscal", blocks="nothing", reason="refused")
        return
    desk.happened(
        e.FiscalNumberGiven(
            told.transaction, told.series, told.number, "device", told.outcome, told.utc_ms, told.printed
        )
    )
    if raised is not None:
        desk.clear(raised, "approved", "system")
    receipt.after_sale(desk)
    _keep_limits(desk)


def silent(desk: Desk, told: i.FiscalSilent) -> None:
    """Nobody knows whether it has signed: the outage's rule says what becomes of the shopper meanwhile."""
    sale = _waiting(desk)
    if sale is None or sale.fiscal != "asked" or sale.completed.transaction.uuid != told.transaction:
        return  # an earlier sale is asked for again by its timer
    _begin_outage(desk, desk.moment.utc_ms, told.cause)
    _without_device(desk)


def _without_device(desk: Desk) -> None:
    """The sale whose device does not answer."""
    sale, rule = _waiting(desk), _rule(desk)
    if sale is None:
        return
    if rule.outage in ("contingency", "wait"):
        if desk.intervention("fiscal") is None:
            desk.raise_intervention("fiscal", blocks="nothing")
        desk.do(f.StartTimer(DEVICE, rule.again_ms))
        return
    desk.do(f.StopTimer(DEVICE))
    _leave(desk, sale, "system", owed=rule.submit_later)
    if rule.outage == "own_series":
        _own_number(desk, sale, _series(desk, sale) or rule.series, outage=True)
    receipt.after_sale(desk)
    _keep_limits(desk)


def _leave(desk: Desk, sale: Finishing, by: str, *, owed: bool) -> None:
    desk.happened(e.FiscalUnsigned(sale.completed.transaction.uuid, desk.moment.utc_ms, by, owed))
    if owed:
        desk.do(f.StartTimer("fiscal_owed", _rule(desk).again_ms))


# --- what it has still to be told, and to tell -------------------------------------------------------------------


def _owed(desk: Desk, uuid: str) -> Owed | None:
    return next((each for each in desk.state.owed if each.uuid == uuid), None)


def _went_unsigned(desk: Desk, uuid: str) -> bool:
    """The last sale or the one before went without its word, and it had signed it after all."""
    sales = (desk.state.finishing, desk.state.last_sale)
    return any(s is not None and s.fiscal == "unsigned" and s.completed.transaction.uuid == uuid for s in sales)


def _submit(desk: Desk) -> None:
    """Register the next sale that went without the device; one at a time, so that no shopper waits behind them."""
    if desk.state.owed and desk.policy.fiscal is not None and not desk.lost(DEVICE):
        owed = desk.state.owed[0]
        desk.do(f.FiscalSign(owed.completed, owed.begun_ms, owed.series, owed.number))
        desk.do(f.StartTimer("fiscal_owed", _rule(desk).again_ms))


def _late(desk: Desk, told: i.FiscalAnswered) -> None:
    desk.happened(
        e.FiscalRegistered(
            told.transaction,
            told.outcome,
            told.series,
            told.number,
            told.utc_ms,
            told.code,
            told.reason,
            told.printed,
        )
    )
    why = f"{told.code} {told.reason}".strip()
    standing = any(raised.kind == "fiscal_late" and raised.reason == why for raised in desk.state.interventions)
    if told.outcome == "refused" and not standing:  # the same words again, of this sale or another, are no second call
        desk.raise_intervention("fiscal_late", blocks="nothing", reason=why)


def follow(desk: Desk, announced_before: tuple[str, ...]) -> None:
    """What the device must hear of this decision: a first line rung up, a basket come to nothing, a day closed."""
    for uuid in desk.state.withdrawals:
        if uuid not in announced_before:
            desk.do(f.FiscalVoid(uuid))
    if desk.policy.fiscal is None:
        return
    for event in tuple(desk.events):
        if isinstance(event, e.DayClosed):
            desk.happened(e.FiscalDayWanted(event.business_day))
            _close_days(desk)
    basket = desk.basket
    if basket is None or basket.announced or desk.lost(DEVICE):  # one that is away hears of it when it is back
        return
    if basket.live_lines and _rule(desk).begin == "first_line":
        desk.happened(e.FiscalBegun(basket.opened.transaction.uuid, desk.moment.utc_ms))
        _announce(desk)


def _announce(desk: Desk) -> None:
    basket = desk.basket
    if basket is not None and basket.announced:
        desk.do(f.FiscalBegin(basket.opened.transaction, basket.opened.utc_ms))


def withdrew(desk: Desk, told: i.FiscalWithdrew) -> None:
    """A basket that came to nothing is no open sale of the device's any more."""
    if told.transaction in desk.state.withdrawals:
        desk.happened(e.FiscalVoided(told.transaction))


def _close_days(desk: Desk) -> None:
    """Ask for the oldest day that is still open there, and again until it is closed."""
    if desk.state.fiscal_days and desk.policy.fiscal is not None:
        desk.do(f.FiscalCloseDay(desk.state.fiscal_days[0]), f.StartTimer(_DAY, _DAY_MS))


def closed_day(desk: Desk, told: i.FiscalClosedDay) -> None:
    """The authority's day is closed; the next, if one waits."""
    if told.business_day in desk.state.fiscal_days:
        desk.happened(e.FiscalDayClosed(told.business_day, told.reference))
        desk.do(f.StopTimer(_DAY))
        _close_days(desk)


# --- the outage --------------------------------------------------------------------------------------------------


def _begin_outage(desk: Desk, since_ms: int, cause: str) -> None:
    if not desk.state.lane.outage_ms:
        desk.happened(e.FiscalOutageBegan(since_ms, cause))
    if desk.intervention("fiscal_outage") is None:
        desk.raise_intervention("fiscal_outage", blocks="nothing")
    _watch_limit(desk)


def _end_outage(desk: Desk) -> None:
    lane = desk.state.lane
    if lane.outage_ms:
        desk.happened(e.FiscalOutageEnded(desk.moment.utc_ms, lane.outage_documents))
    raised = desk.intervention("fiscal_outage")
    if raised is not None:
        desk.clear(raised, "approved", "system")
    desk.do(f.StopTimer(_LIMIT))
    if lane.closed_reason in CLOSED_BY_LAW:
        desk.happened(e.LaneOpened("system"))


def _all_well(desk: Desk) -> None:
    """It answers: the outage is over once it has been told of all that went without it.

    A refusal is an answer, too; else a lane that the law has shut would wait for a signature that no sale can ask for.
    A driver that issues by itself may refuse while its authority is away.
    """
    if not desk.state.owed and (desk.state.lane.outage_ms or desk.intervention("fiscal_outage") is not None):
        _end_outage(desk)


def _watch_limit(desk: Desk) -> None:
    rule, lane = _rule(desk), desk.state.lane
    if rule.outage_hours and lane.outage_ms:
        left = lane.outage_ms + rule.outage_hours * _HOUR_MS - desk.moment.utc_ms
        desk.do(f.StartTimer(_LIMIT, max(1, left)))


def _over_limit(desk: Desk) -> bool:
    rule, lane = _rule(desk), desk.state.lane
    if not lane.outage_ms:
        return False
    too_long = rule.outage_hours and desk.moment.utc_ms - lane.outage_ms >= rule.outage_hours * _HOUR_MS
    return bool(too_long or (rule.outage_documents and lane.outage_documents >= rule.outage_documents))


def _keep_limits(desk: Desk) -> None:
    if _over_limit(desk):
        _close(desk, _LIMIT)


def _close(desk: Desk, reason: str) -> None:
    if not desk.state.lane.closed_reason:
        desk.happened(e.LaneClosed("system", reason))


def may_reopen(desk: Desk) -> bool:
    """Nobody may reopen a lane that the law keeps shut."""
    unable = desk.policy.fiscal is not None and desk.lost(DEVICE) and _rule(desk).outage in ("contingency", "wait")
    return not unable and not _over_limit(desk)


# --- the device --------------------------------------------------------------------------------------------------


def device_lost(desk: Desk, lost: i.DeviceLost) -> None:
    """It is away: on record at once; where nothing can be sold without it, the lane says so before the first scan."""
    rule = desk.policy.fiscal
    if rule is not None and lost.device == DEVICE:
        _begin_outage(desk, desk.moment.utc_ms, lost.cause)
        if rule.outage in ("contingency", "wait"):
            _close(desk, _LOST)


def device_back(desk: Desk, back: i.DeviceBack) -> None:
    """It is there again: it hears what it has missed."""
    if desk.policy.fiscal is None or back.device != DEVICE:
        return
    _catch_up(desk)
    if desk.state.cancels:
        cancelling.ask_again(desk)
    if _rule(desk).outage == "contingency":  # whether its authority is there is the driver's to tell
        if desk.state.lane.closed_reason == _LOST and not _over_limit(desk):
            desk.happened(e.LaneOpened("system"))
    elif not desk.state.owed and _waiting(desk) is None:
        _end_outage(desk)


def _catch_up(desk: Desk) -> None:
    sale = _waiting(desk)
    if sale is not None and sale.fiscal == "asked":  # first: somebody stands there
        _ask(desk)
    _announce(desk)
    _submit(desk)
    _close_days(desk)
    desk.do(*(f.FiscalVoid(uuid) for uuid in desk.state.withdrawals))


def stands(desk: Desk, told: i.FiscalStands) -> None:
    """How it stands with its authority."""
    rule = desk.policy.fiscal
    if rule is None:
        return
    soon = _days_left(told.certificate_expires, desk.moment.local_date) <= rule.certificate_days
    desk.happened(e.ConditionShown("fiscal_certificate", on=soon))
    if told.outage:
        now = desk.moment.utc_ms
        _begin_outage(desk, told.since_ms if 0 < told.since_ms < now else now, told.cause)
        _keep_limits(desk)
    elif desk.state.lane.outage_ms and not told.pending and not desk.state.owed and _waiting(desk) is None:
        _end_outage(desk)


_AGES = 1_000_000


def _days_left(expires: str, today: str) -> int:
    try:
        return (date.fromisoformat(expires) - date.fromisoformat(today)).days
    except ValueError:
        return _AGES


def timer(desk: Desk, name: str) -> None:
    """A timer of this device's has run out."""
    sale = _waiting(desk)
    match name:
        case "fiscal" if sale is not None and sale.fiscal == "asked":
            if desk.intervention("fiscal") is not None:
                _ask(desk)
            else:
                silent(desk, i.FiscalSilent(sale.completed.transaction.uuid, "no_answer"))
        case "fiscal_owed":
            _submit(desk)
        case "fiscal_limit":
            _keep_limits(desk)
        case "fiscal_day":
            _close_days(desk)
        case cancelling.TIMER:
            cancelling.timer(desk)
        case _:
            pass


def resume_after_power(desk: Desk) -> None:
    """What was asked and not answered is asked again, by the same id; what it missed, it hears.

    Comes before the receipt is taken up again.
    """
    if desk.state.lane.closed_reason == _LOST:
        desk.happened(e.LaneOpened("system"))  # whether it is there is told anew
    if desk.policy.fiscal is None:
        if desk.state.lane.outage_ms or desk.intervention("fiscal_outage") is not None:
            _end_outage(desk)
        sale, raised = _waiting(desk), desk.intervention("fiscal")
        if sale is not None:
            _leave(desk, sale, "system", owed=False)
        if raised is not None:
            desk.clear(raised, "withdrawn", "system")
        cancelling.resume_after_power(desk)
        return
    _catch_up(desk)
    cancelling.resume_after_power(desk)
    _watch_limit(desk)
