"""The workstation: power, numbers, the business day, open and closed, devices, network, disk."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.deciding import (
    business_day,
    cash_machine,
    earning,
    fiscal,
    paper,
    payment,
    receipt,
    refund,
    slips,
    terminal,
    training,
    unsynced,
)
from kiosk.checkout.deciding.desk import Desk
from kiosk.checkout.state import Phase
from kiosk.checkout.text import text
from kiosk.retail.values import replace

__all__ = [
    "close",
    "device_back",
    "device_lost",
    "new_series",
    "numbers_answered",
    "power_restored",
    "reopen",
]

NUMBERS_DEADLINE_MS = 5_000
_SERIES_EPOCH = 1_577_836_800
"""2020-01-01: new series are minutes since then."""
_FIRST_RELEASE = 1_767_225_600
"""2026-01-01: a journal that says it is older was born under a wrong clock."""
_CHANCE = (1 << 20) - 1
"""The part of an epoch's number that is chance."""


def power_restored(desk: Desk, power: i.PowerRestored) -> None:
    """The process has started: the journal says where it stood, and what was asked without an answer."""
    if (desk.state.lane.kiosk, desk.state.lane.epoch) != (power.kiosk, power.epoch):
        opened = e.EpochOpened(
            power.kiosk, power.epoch, power.store, power.workstation, power.release, desk.moment.utc_ms
        )
        desk.happened(opened)
    training.after_power(desk)
    if desk.state.operator is not None:
        desk.happened(e.OperatorOff(desk.state.operator.operator_id, "restart"))
    desk.do(f.Enable("scanner"), f.Enable("produce_scale"), f.Enable("bagging_scale"))
    if not desk.state.lane.series:
        desk.do(f.AskNumbers(desk.mint(), NUMBERS_DEADLINE_MS))
    payment.resume_after_power(desk)
    refund.resume(desk)
    fiscal.resume_after_power(desk)
    receipt.resume_after_power(desk)
    business_day.resume_after_power(desk)
    if desk.basket is not None:
        desk.happened(replace(desk.state.live.area, watched=False))
        earning.shown(desk)
        desk.happened(e.ViewShown("tender_choice" if desk.basket.paid else "basket"))
        desk.say(text("power.restored"))
        desk.do(f.StartTimer("idle", desk.policy.timeouts.idle))
    elif desk.state.finishing is None:
        slips.expire(desk)
        state = desk.state
        begun = state.slip is not None or state.language or state.large_text or state.high_contrast
        if not slips.after_power(desk) and (begun or state.interventions):
            desk.withdraw_interventions("system")
            desk.happened(e.ShopperLeft())
        terminal.close_day_again(desk)
        business_day.turned(desk)


def new_series(epoch: int) -> int:
    """A series that no earlier journal of this workstation can have used: minutes since 2020 at the epoch's birth.

    Under a clock that stands before there was such a kiosk, chance takes the minutes' place: below all of theirs.
    """
    born = epoch >> 20
    return (born - _SERIES_EPOCH) // 60 if born >= _FIRST_RELEASE else 2 + (epoch & _CHANCE)


def numbers_answered(desk: Desk, answer: i.NumbersAnswered) -> None:
    """Go on from the numbers head office knows; without its answer, open a series of our own."""
    if desk.state.lane.series:
        return
    if answer.offline:
        desk.happened(e.SeriesOpened(new_series(desk.state.lane.epoch)))
    else:
        desk.happened(
            e.SeriesContinued(
                max(1, answer.series),
                answer.last_number,
                answer.last_legal,
                answer.business_day,
                answer.last_z,
                answer.grand,
                answer.last_credit,
            )
        )


def close(desk: Desk, by: str, reason: str) -> None:
    """Out of service: at once when nobody is being served, else after this shopper."""
    if not desk.state.lane.closed_reason:
        desk.happened(e.LaneClosed(by, reason))


def reopen(desk: Desk, by: str) -> None:
    """Selling may begin again."""
    if not fiscal.may_reopen(desk):
        desk.refuse(text("closed.fiscal"))
    elif not unsynced.may_reopen(desk):
        desk.refuse(text("closed.unsynced"))
    elif desk.state.lane.closed_reason:
        desk.happened(e.LaneOpened(by))


def device_lost(desk: Desk, lost: i.DeviceLost) -> None:
    """A device went silent: said where it matters, and its last value is gone."""
    desk.happened(e.DeviceShown(lost.device, lost.cause))
    if lost.device == "produce_scale":
        desk.happened(e.WeightShown("produce", None, stable=False, problem="stale", sequence=0, mono_ms=0))
    if lost.device == "bagging_scale":
        desk.happened(e.WeightShown("bagging", None, stable=False, problem="stale", sequence=0, mono_ms=0))
    fiscal.device_lost(desk, lost)
    paper.printer_lost(desk, lost)
    if desk.phase in (Phase.SCANNING, Phase.TENDERING) and lost.device == "scanner":
        desk.say(text("device.scanner_lost"), "warning")


def device_back(desk: Desk, back: i.DeviceBack) -> None:
    """It answers again: what could not be printed is printed now, what could not be asked of it is asked."""
    desk.happened(e.DeviceShown(back.device, ""))
    if back.device == "scanner" and desk.state.live.notice == text("device.scanner_lost"):
        desk.happened(e.NoticeShown(None))
    sale = desk.state.finishing
    if back.device == "printer" and sale is not None and sale.receipt == "failed":
        receipt.print_again(desk)
    fiscal.device_back(desk, back)
    if back.device == cash_machine.DEVICE:
        cash_machine.device_back(desk)
    paper.printer_back(desk, back)
    if back.device == "printer":
        slips.printer_back(desk)
    if back.device == "card_reader":
        payment.ask_doubtful(desk)
        payment.reversals_again(desk, "card", "voucher")
        terminal.close_day_again(desk)
