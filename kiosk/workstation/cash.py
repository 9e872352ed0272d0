"""Carries out what the checkout wants of the rack's cash recycler; answers come back as inputs. Never raises."""

from __future__ import annotations

import logging
from collections.abc import Callable

from hal.cash_recycler.contract import Cash, CashierTold, CashRecycler, Deposit, DepositTold, Dispensed
from hal.device import DeviceError, NoHardwareError, ProtocolError, TimeoutExpiredError
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.retail.cash import CashHeld, CashPieces
from kiosk.workstation.devices import Rack

__all__ = ["CashService", "cash_input"]

_log = logging.getLogger(__name__)

_AWAY = (NoHardwareError, TimeoutExpiredError, ProtocolError)
"""What may have been done all the same: it is asked."""


def cash_input(event: DepositTold | CashierTold) -> i.CashTold | None:
    """What the machine tells by itself; how it stands is asked for whole."""
    return _told(event.deposit) if isinstance(event, DepositTold) else None


class CashService:
    """Belongs to the engine's loop."""

    def __init__(self, *, rack: Rack, put: Callable[[i.Input], None]) -> None:
        self._rack, self._put = rack, put

    async def perform(self, effect: f.CashEffect) -> None:
        """Carry one effect out."""
        machine: CashRecycler | None = await self._rack.ready("cash_recycler")
        try:
            await self._do(effect, machine)
        except Exception as error:  # noqa: BLE001 - a driver's fault leaves the outcome unknown, as its silence does
            if not isinstance(error, DeviceError):
                _log.exception("the cash recycler's driver failed")
            _log.warning("cash recycler: %s", error)
            self._failed(effect, told=isinstance(error, DeviceError) and not isinstance(error, _AWAY))

    async def look(self) -> None:
        """Tell how it stands, if there is one and it answers."""
        await self.perform(f.LookAtCash())

    async def _do(self, effect: f.CashEffect, machine: CashRecycler | None) -> None:
        if machine is None:
            text = "there is no cash recycler in the settings"
            raise NoHardwareError(text)
        match effect:
            case f.TakeCash():
                self._put(_told(await machine.begin_deposit(effect.tender, frozenset(effect.accepts))))
            case f.AskCash():
                await self._asked(machine, effect.tender)
            case f.EndCash():
                self._put(_told(await machine.end_deposit(effect.tender)))
            case f.JudgeNote():
                await machine.judge_escrow(effect.tender, keep=effect.keep)
            case f.PayOut():
                cash = tuple(Cash(each.value, each.form, each.pieces) for each in effect.cash)
                self._put(_paid(await machine.dispense_cash(effect.payout, cash)))
                self._put(await _standing(machine))
            case f.AskPayout():
                paid = await machine.dispensed(effect.payout)
                self._put(await _standing(machine))  # first: what is left to give is judged by it
                self._put(_paid(paid))
            case f.LookAtCash():
                self._put(await _standing(machine))
            case f.CountCash():
                self._put(await _counted(machine, effect))

    async def _asked(self, machine: CashRecycler, tender: str) -> None:
        """What was taken; where that is final, what lies there comes first: change is judged by it."""
        deposit = await machine.deposit(tender)
        if deposit.taken and not deposit.open:
            self._put(await _standing(machine))
        self._put(_told(deposit))

    def _failed(self, effect: f.CashEffect, *, told: bool) -> None:
        """``told``: the machine itself said no, before anything was done."""
        match effect:
            case f.PayOut():
                self._put(i.PayoutTold(effect.payout, "short" if told else "silent"))
            case f.AskPayout():
                self._put(i.PayoutTold(effect.payout, "silent"))
            case f.TakeCash() | f.AskCash() | f.EndCash() if not told:
                self._put(i.CashSilent(effect.tender))
            case _:
                return


def _pieces(cash: tuple[Cash, ...]) -> tuple[CashPieces, ...]:
    return tuple(CashPieces(each.value_minor, each.form, each.pieces) for each in cash)


def _told(deposit: Deposit) -> i.CashTold:
    return i.CashTold(deposit.request, _pieces(deposit.taken), deposit.escrow_minor, deposit.open, deposit.doubt)


def _paid(paid: Dispensed) -> i.PayoutTold:
    return i.PayoutTold(paid.request, paid.outcome, _pieces(paid.paid), paid.reason)


async def _standing(machine: CashRecycler) -> i.CashStands:
    held = tuple(
        CashHeld(store.value_minor, store.form, store.pieces, store.boxed, store.dispensable, store.level)
        for store in await machine.read_cash_counts()
    )
    return i.CashStands(machine.standing, held)


async def _counted(machine: CashRecycler, effect: f.CountCash) -> i.CashStands:
    boxed: tuple[CashPieces, ...] = ()
    if effect.what == "store":
        await machine.adjust_cash_counts(tuple(Cash(each.value, each.form, each.pieces) for each in effect.cash))
    else:
        boxed = _pieces(await machine.cashbox_emptied())
    stands = await _standing(machine)
    return i.CashStands(stands.state, stands.held, effect.what, effect.by, boxed)
