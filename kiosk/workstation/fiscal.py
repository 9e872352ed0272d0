"""The fiscal device of the rack: what the checkout wants of it, in its contract's words, and what it says in ours.

Asked one thing after the other, so that what was asked first is answered first. Whatever goes wrong on the way is
silence, never a no: the sale is asked for again under its own id.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from fractions import Fraction
from typing import Final, Literal, TypeVar

from hal.device import DeviceError, NoHardwareError, NotEnabledError, ProtocolError, TimeoutExpiredError
from hal.fiscal.contract import (
    FiscalAnswer,
    FiscalLine,
    FiscalPort,
    FiscalSale,
    FiscalSettled,
    FiscalStart,
    FiscalState,
    FiscalTax,
    FiscalTender,
    Printed,
)
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.events import SettledTender, TransactionCompleted
from kiosk.retail.fiscal import FiscalText
from kiosk.retail.line_taxes import PartTax, line_taxes
from kiosk.retail.money import Money, round_half_up
from kiosk.retail.nfce import attributes_of
from kiosk.retail.policy import Policy
from kiosk.retail.tax import TaxAmount, TaxRate
from kiosk.retail.transaction import LineItem
from kiosk.retail.values import replace
from kiosk.workstation.devices import Rack

__all__ = ["FiscalEffect", "FiscalService", "input_of", "sale_of"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_Told = f.FiscalBegin | f.FiscalVoid | f.FiscalConfirm | f.FiscalCloseDay
FiscalEffect = _Told | f.FiscalSign | f.FiscalCancel
_UNKNOWN: Final = (NoHardwareError, NotEnabledError, ProtocolError, TimeoutExpiredError)
"""After these nobody knows whether it was done."""
_LONGEST_S: Final = 60.0
"""A driver that has not answered by then is taken to be silent: no question waits behind it for ever."""
_MILLI: Final = 1_000


class FiscalService:
    """Belongs to the engine's loop. ``policy`` is asked anew each time: it follows the price book in force."""

    def __init__(
        self, *, rack: Rack, put: Callable[[i.Input], None], policy: Callable[[], Policy], time_zone: str
    ) -> None:
        self._rack, self._put, self._policy, self._time_zone = rack, put, policy, time_zone
        self._turn = asyncio.Lock()
        self._asked: set[str] = set()

    async def perform(self, effect: FiscalEffect) -> None:
        """Carry an effect out. Never raises; ``FiscalSign`` and ``FiscalCancel`` are always answered by an input.

        A sale that is asked for again while it still waits its turn is asked for once: else what is repeated during a
        long silence would stand before the next shopper's.
        """
        match effect:
            case f.FiscalSign():
                await self._once(effect.completed.transaction.uuid, effect)
            case f.FiscalCancel():
                await self._once(f"cancel {effect.transaction}", effect)
            case _:
                await self._in_turn(effect)

    async def _once(self, key: str, effect: f.FiscalSign | f.FiscalCancel) -> None:
        if key in self._asked:
            return
        self._asked.add(key)
        try:
            async with self._turn:
                port: FiscalPort | None = await self._rack.ready("fiscal")
                if isinstance(effect, f.FiscalSign):
                    self._put(await self._sign(port, effect))
                else:
                    self._put(await self._cancel(port, effect))
        finally:
            self._asked.discard(key)

    async def _in_turn(self, effect: _Told) -> None:
        async with self._turn:
            port: FiscalPort | None = await self._rack.ready("fiscal")
            if port is not None:
                try:
                    await _in_time(self._tell(port, effect))
                except DeviceError as error:
                    _log.warning("the fiscal device: %s", error)
                except Exception:  # noqa: BLE001 - a driver's fault must not end the engine
                    _log.exception("the fiscal device's driver failed on %s", type(effect).__name__)

    async def _tell(self, port: FiscalPort, effect: _Told) -> None:
        match effect:
            case f.FiscalBegin():
                who = effect.transaction
                await port.begin(FiscalStart(who.uuid, who.store, who.workstation, effect.utc_ms))
            case f.FiscalVoid():
                await port.void(effect.transaction, "voided")
                self._put(i.FiscalWithdrew(effect.transaction))
            case f.FiscalConfirm():
                await port.confirm(effect.transaction)
            case f.FiscalCloseDay():
                self._put(i.FiscalClosedDay(effect.business_day, await port.close_day(effect.business_day)))

    async def _sign(self, port: FiscalPort | None, ask: f.FiscalSign) -> i.FiscalAnswered | i.FiscalSilent:
        uuid = ask.completed.transaction.uuid
        if port is None:
            return i.FiscalSilent(uuid, "not_configured")
        try:
            sale = sale_of(ask, self._policy(), self._time_zone)
            answer = await _in_time(port.sign(sale))
        except _UNKNOWN as error:
            _log.warning("the fiscal device: nothing is known of %s: %s", uuid, error)
            return i.FiscalSilent(uuid, "no_answer")
        except DeviceError as error:
            return i.FiscalAnswered(uuid, "refused", code="device", reason=str(error)[:_LONGEST_TEXT])
        except Exception:  # noqa: BLE001 - a driver's fault must not end the engine, and is no word on the sale
            _log.exception("the fiscal device's driver failed on %s", uuid)
            return i.FiscalSilent(uuid, "driver")
        if answer.transaction != uuid:
            _log.error("the fiscal device answered for %s, asked for %s", answer.transaction, uuid)
            return i.FiscalSilent(uuid, "driver")
        return _answered(answer, late=False)

    async def _cancel(self, port: FiscalPort | None, ask: f.FiscalCancel) -> i.FiscalCancelAnswered:
        unknown = i.FiscalCancelAnswered(ask.transaction, "unknown")
        if port is None:
            return unknown
        if "cancel" not in port.capabilities:
            return i.FiscalCancelAnswered(ask.transaction, "refused", code="device", reason="no cancellation")
        printed = tuple(Printed(each.key, each.value, each.kind) for each in ask.document.printed)
        try:
            answer = await _in_time(port.cancel(ask.original, ask.reason, printed))
        except _UNKNOWN as error:
            _log.warning("the fiscal device: nothing is known of the cancellation of %s: %s", ask.original, error)
            return unknown
        except DeviceError as error:
            reason = str(error)[:_LONGEST_TEXT]
            return i.FiscalCancelAnswered(ask.transaction, "refused", code="device", reason=reason)
        except Exception:  # noqa: BLE001 - a driver's fault must not end the engine, and is no word on the document
            _log.exception("the fiscal device's driver failed on the cancellation of %s", ask.original)
            return unknown
        if answer.transaction != ask.original or answer.outcome not in ("signed", "refused"):
            return unknown
        outcome: Literal["cancelled", "refused"] = "cancelled" if answer.outcome == "signed" else "refused"
        told = (ask.transaction, outcome, answer.utc_ms, _texts(answer))
        return i.FiscalCancelAnswered(*told, answer.code, answer.reason)


_LONGEST_TEXT: Final = 200


async def _in_time(asked: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await asked
    except TimeoutError as error:
        text = f"no word in {_LONGEST_S:.0f} s"
        raise TimeoutExpiredError(text) from error


def input_of(event: FiscalSettled | FiscalState) -> i.FiscalInput | None:
    """What the device tells by itself, as an input."""
    match event:
        case FiscalState():
            return i.FiscalStands(event.outage, event.pending, event.certificate_expires, event.cause, event.since_ms)
        case FiscalSettled():
            told = _answered(event.answer, late=True)
            return told if isinstance(told, i.FiscalAnswered) else None


def _answered(answer: FiscalAnswer, *, late: bool) -> i.FiscalAnswered | i.FiscalSilent:
    if answer.outcome == "unknown":
        return i.FiscalSilent(answer.transaction, "no_answer")
    return i.FiscalAnswered(
        answer.transaction,
        answer.outcome,
        answer.series,
        answer.number,
        answer.utc_ms,
        _texts(answer),
        answer.code,
        answer.reason,
        answer.permanent,
        late,
    )


def _texts(answer: FiscalAnswer) -> tuple[FiscalText, ...]:
    return tuple(FiscalText(each.key, each.value, each.kind) for each in answer.printed)


# --- the sale in the contract's words ------------------------------------------------------------------------------


def sale_of(ask: f.FiscalSign, policy: Policy, time_zone: str) -> FiscalSale:
    """A completed transaction as a fiscal device is given it. Nothing is priced or taxed anew: shares are exact."""
    sold = ask.completed
    who = sold.transaction
    return FiscalSale(
        transaction=who.uuid,
        reference=who.reference,
        store=who.store,
        workstation=who.workstation,
        business_day=who.business_day,
        begun_ms=ask.begun_ms,
        completed_ms=sold.utc_ms,
        time_zone=time_zone,
        currency=sold.currency,
        included=sold.prices_include_tax,
        lines=tuple(_lines(sold, policy)),
        taxes=tuple(_tax(row) for row in sold.tax),
        tenders=tuple(_tender(each) for each in sold.tenders),
        subtotal_minor=sold.subtotal.minor,
        discount_minor=sold.discount.minor,
        total_minor=sold.total.minor,
        tax_number=policy.tax_number,
        customer_tax_id=sold.buyer.number if sold.buyer is not None else "",
        language=sold.language,
        clock_trusted=sold.clock_trusted,
        own_series=ask.series,
        own_number=ask.number,
        original=sold.original.transaction.uuid if sold.original is not None else "",
        original_number=sold.original.legal_number if sold.original is not None else "",
    )


def _tax(row: TaxAmount) -> FiscalTax:
    duty = row.duty.minor if row.duty is not None else 0
    return _tax_of(row.rate, row.net.minor, row.tax.minor, duty)


def _tax_of(rate: TaxRate, base: int, tax: int, duty: int) -> FiscalTax:
    return FiscalTax(rate.tax_class, rate.basis_points, base, tax, rate.duty_points, duty, rate.of_gross)


def _tender(tender: SettledTender) -> FiscalTender:
    def minor(amount: Money | None) -> int:
        return amount.minor if amount is not None else 0

    return FiscalTender(
        kind=tender.kind,
        tender_id=tender.tender_id,
        amount_minor=tender.amount.minor,
        received_minor=minor(tender.received),
        change_minor=minor(tender.change),
        rounding_minor=minor(tender.rounding),
        approval_code=tender.approval_code,
        brand=tender.brand,
        masked_pan=tender.masked_pan,
        acquirer=tender.acquirer,
        terminal_id=tender.terminal_id,
        reference=tender.reference,
    )


def _lines(sold: TransactionCompleted, policy: Policy) -> list[FiscalLine]:
    """A line for each line item and each deposit, with its share of the document's taxes."""
    parts = line_taxes(sold.lines, sold.tax, currency=sold.currency, included=sold.prices_include_tax)
    language = next((tag for tag in (sold.language, *policy.languages) if tag), "en")
    return [
        replace(_line(number, part, language), attributes=() if part.deposit else _attributes(part.line, policy))
        for number, part in enumerate(parts, start=1)
    ]


def _attributes(line: LineItem, policy: Policy) -> tuple[tuple[str, str], ...]:
    """What the country's document wants of the item: its own codes, and how its tax class is stated."""
    stated = (policy.nfce or {}).get(line.tax_rate.tax_class)
    return line.attributes if stated is None else attributes_of(line, stated)


def _line(number: int, part: PartTax, language: str) -> FiscalLine:
    line, deposit, paid = part.line, part.deposit, part.paid
    tax = _tax_of(part.rate, part.value, part.tax, part.duty)
    names = line.deposit.names if deposit and line.deposit is not None else line.names
    if line.weight is not None and not deposit and line.unit != "each":
        milli = round_half_up(line.weight.in_unit(line.unit) * _MILLI) * (-1 if line.quantity < 0 else 1)
    else:
        milli = round_half_up(Fraction(line.quantity) * _MILLI)
    unit_price = line.deposit.amount if deposit and line.deposit is not None else line.unit_price
    return FiscalLine(
        number=number,
        item_id=line.deposit.item_id if deposit and line.deposit is not None else line.item_id,
        name=names.get(language) or next(iter(names.values()), line.item_id),
        quantity_milli=milli,
        unit="each" if deposit else line.unit,
        unit_price_minor=unit_price.minor,
        extended_minor=paid if deposit else line.extended.minor,
        discount_minor=0 if deposit else line.discount.minor,
        tax=tax,
        gtin="" if deposit else line.gtin or "",
        deposit=deposit,
    )
