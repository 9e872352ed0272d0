"""Fold what is only on show into the state: events that no journal keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import assert_never

from kiosk.checkout import events as e
from kiosk.checkout.rehearsal import set_up
from kiosk.checkout.state import Live, State
from kiosk.retail.values import replace

__all__ = ["on_show"]

_HOLDS_ARMED = frozenset({"weigh", "staff", "staff_sign_in"})
"""Views over which an item goes on waiting to be weighed."""


def on_show(  # noqa: C901, PLR0912, PLR0915 - one flat table
    state: State, event: e.Transient, evolve: Callable[[State, e.Event], State]
) -> State:
    """The state after a transient ``event``: only ``live`` differs. ``evolve`` folds what is only rehearsed."""
    live = state.live
    match event:
        case e.ViewShown():
            armed = live.armed if event.view in _HOLDS_ARMED else None
            enquiry = live.enquiry if event.view in ("staff", "look_up") else None
            live = replace(live, view=event.view, view_line=event.line, armed=armed, enquiry=enquiry)
            refund = live.refund if event.view == "refund" else e.RefundShown()
            live = replace(live, suggestions=e.SuggestionsShown(), refund=refund)
        case e.ItemArmed():
            live = replace(live, armed=event.line)
        case e.CodeTaken():
            live = replace(live, code_taken=event)
        case e.BoughtShown():
            live = replace(live, bought=(*live.bought, event))
        case e.WeightShown():
            live = _weight_shown(state, event)
        case e.BaggingShown():
            live = replace(live, area=event)
        case e.WeighingShown():
            live = replace(live, weighing=event)
        case e.NoticeShown():
            live = replace(live, notice=event.notice, notice_level=event.level, notice_sound=event.sound)
        case e.LeavingShown():
            live = replace(live, leaving=event.leaving)
        case e.PromptShown():
            live = replace(live, prompt=event)
        case e.DrawerAwaited():
            live = replace(live, drawer_awaited_ms=event.until_mono_ms)
        case e.CancelShown():
            live = replace(live, cancelling=event.tender, keeping=event.keep)
        case e.QrShown():
            live = replace(live, qr=event if event.tender else None)
        case e.TendersLeft():
            live = replace(live, left=event.tenders)
        case e.MemberAsked():
            live = replace(live, member_ask=event if event.correlation else None)
        case e.PointsShown():
            live = replace(live, points=event)
        case e.BuyerShown():
            live = replace(live, buyer=event.buyer)
        case e.CouponAsked():
            waiting = tuple(one for one in live.coupon_asks if one.correlation != event.correlation)
            live = replace(live, coupon_asks=waiting if event.done else (*waiting, event))
        case e.DeviceShown():
            others = tuple(entry for entry in live.lost if entry[0] != event.device)
            lost = (*others, (event.device, event.cause)) if event.cause else others
            live = replace(live, lost=tuple(sorted(lost)), faults=_faults(live, event))
        case e.NetworkShown():
            live = replace(live, online=event.online)
        case e.AskShown():
            live = replace(live, asking=event.tender)
        case e.ConditionShown():
            standing = set(live.conditions) - {event.condition} | ({event.condition} if event.on else set())
            live = replace(live, conditions=tuple(sorted(standing)))
        case e.UnsyncedShown():
            live = replace(live, unsynced=event)
        case e.KeyShown():
            live = replace(live, key=event.on)
        case e.StorageShown():
            live = replace(live, storage=event.reason)
        case e.SuggestionsShown():
            live = replace(live, suggestions=event)
        case e.LookShown():
            live = replace(live, look=event)
        case e.HintsShown():
            live = replace(live, hints=event.hints)
        case e.EnquiryShown():
            live = replace(live, enquiry=event if event.on else None)
        case e.SecondAwaited():
            live = replace(live, second=event.act)
        case e.MessageShown():
            live = replace(live, message=event.message)
        case e.QueueShown():
            live = replace(live, queue=event)
        case e.StaffComing():
            live = replace(live, staff_coming=event.coming)
        case e.ValueShown():
            live = replace(live, value=event)
        case e.RefundShown():
            live = replace(live, refund=event)
        case e.ParkedShown():
            live = replace(live, parked=event)
        case e.BasketAsked():
            live = replace(live, basket_asked=event)
        case e.CashShown():
            live = replace(live, cash=event)
        case e.SignInRefused():
            live = replace(live, sign_in_attempts_left=event.attempts_left)
        case e.DevicesShown():
            live = replace(live, devices=event.devices)
        case e.DeviceCheckShown():
            others_checked = tuple(each for each in live.checks if each.device != event.device)
            live = replace(live, checks=(*others_checked, event))
        case e.PaperShown():
            live = replace(live, paper=event if event.stage is not None else None)
        case e.RehearsalSet():
            live = replace(live, rehearsal=set_up(state))
        case e.Rehearsed():
            live = replace(live, rehearsal=evolve(_rehearsal(live), event.event))
        case _:
            assert_never(event)
    return replace(state, live=live)


def _faults(live: Live, event: e.DeviceShown) -> tuple[tuple[str, int, str], ...]:
    """How often each device was lost; another cause of the same loss is none."""
    if not event.cause:
        return live.faults
    before = next((count for device, count, _ in live.faults if device == event.device), 0)
    again = not any(device == event.device for device, _ in live.lost)
    others = tuple(row for row in live.faults if row[0] != event.device)
    return (*others, (event.device, before + again, event.cause))


def _rehearsal(live: Live) -> State:
    if live.rehearsal is None:
        message = "rehearsed without a training"
        raise ValueError(message)
    return live.rehearsal


def _weight_shown(state: State, event: e.WeightShown) -> Live:
    live = state.live
    if event.scale == "bagging":
        return replace(live, bagging=event)
    emptying = live.emptying.after_reading(
        event.weight, event.problem, stable=event.stable, certified=event.certified, net=event.net
    )
    return replace(live, produce=event, emptying=emptying)
