"""Who is asked for money, by the kind of tender: the card terminal, or head office and its acquirer.

Each asks, gives back and is asked what became of it under the tender's own id, so that nothing asked twice is done
twice. What goes wrong on the way is never a no: it is silence, and the outcome is unknown.
"""

from __future__ import annotations

import itertools
import logging
import traceback
from collections.abc import Callable, Coroutine
from typing import Any, Final, Literal, Protocol, cast

import msgspec

from hal.card_reader.contract import CardReader, InParts, Payment, Refunds, hide_card_numbers
from hal.device import DeviceError
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.retail.money import Money
from kiosk.workstation.devices import Rack
from messages.local import AskPayment, AskPoints, PaymentTold, PointsHeld

__all__ = [
    "AskHeadOffice",
    "AskLedger",
    "CodePayments",
    "PaymentService",
    "PointsPayments",
    "TerminalPayments",
    "Word",
    "word_of",
]

_log = logging.getLogger(__name__)

_UNREACHABLE: Final = "no card terminal in the settings"

Word = i.TerminalAnswered | i.TerminalSilent | i.QrReady
"""What is known of a tender."""
AskHeadOffice = Callable[[AskPayment], Coroutine[Any, Any, PaymentTold]]
"""Asks through the sync process; its answer comes within the question's deadline, if need be with ``offline``."""
AskLedger = Callable[[AskPoints], Coroutine[Any, Any, PointsHeld]]
"""As above, of the ledger of points."""


class PaymentService(Protocol):
    """A way to ask for money. None of these raises. ``None``: nothing is known that was not known before."""

    async def charge(self, charge: f.Charge) -> Word:
        """Ask for money."""

    async def status(self, ask: f.AskTerminal) -> Word:
        """What became of a request."""

    async def abort(self, abort: f.AbortTerminal) -> Word | None:
        """Ask for a request to be stopped."""

    async def reverse(self, reverse: f.Reverse) -> i.ReversalAnswered | None:
        """Give an approved payment back."""

    async def refund(self, refund: f.Refund) -> Word:
        """Give part of an earlier sale's payment back, once per request; ``status`` tells what became of it."""


class TerminalPayments:
    """The card terminal of the rack: cards and vouchers."""

    def __init__(self, rack: Rack) -> None:
        self._rack = rack

    async def charge(self, charge: f.Charge) -> Word:
        """See ``PaymentService``."""
        reader: CardReader | None = await self._rack.ready("card_reader")
        if reader is None:
            return i.TerminalAnswered(charge.tender, "not_found", reason=_UNREACHABLE)
        amount = charge.amount
        if charge.instalments > 1:
            return await self._in_parts(charge, reader)
        return await _asked(charge.tender, reader.pay(charge.tender, amount.minor, amount.currency, kind=charge.kind))

    async def _in_parts(self, charge: f.Charge, reader: CardReader) -> Word:
        """A terminal that cannot be asked for parts was asked for nothing: the shopper chooses again."""
        if "instalments" not in reader.capabilities:
            return i.TerminalAnswered(charge.tender, "declined", reason=i.NO_INSTALMENTS)
        able = cast("InParts", reader)
        by: Literal["merchant", "issuer"] = "issuer" if charge.instalments_by == "issuer" else "merchant"
        amount = charge.amount
        return await _asked(
            charge.tender,
            able.pay_in_parts(charge.tender, amount.minor, amount.currency, count=charge.instalments, by=by),
        )

    async def status(self, ask: f.AskTerminal) -> Word:
        """See ``PaymentService``."""
        reader: CardReader | None = await self._rack.ready("card_reader")
        if reader is None:
            return i.TerminalSilent(ask.tender)
        return await _asked(ask.tender, reader.status(ask.tender))

    async def abort(self, abort: f.AbortTerminal) -> Word | None:
        """See ``PaymentService``. The payment's own call tells what became of it."""
        reader: CardReader | None = self._rack.of("card_reader")
        if reader is not None:
            try:
                await reader.abort(abort.tender)
            except DeviceError as error:
                _log.info("%s", _words(error))
        return None

    async def reverse(self, reverse: f.Reverse) -> i.ReversalAnswered | None:
        """See ``PaymentService``."""
        reader: CardReader | None = await self._rack.ready("card_reader")
        if reader is None:
            return i.ReversalAnswered(reverse.tender, done=False, reason=_UNREACHABLE)
        amount = reverse.amount
        try:
            done = await reader.reverse(reverse.tender, amount.minor, amount.currency, reverse.reference)
        except Exception as error:  # noqa: BLE001 - whatever broke on the way, the terminal may have done it
            _log.warning("nothing is known of the reversal of %s: %s", reverse.tender, _words(error))
            return i.ReversalAnswered(reverse.tender, done=False, reason=_words(error), unknown=True)
        return i.ReversalAnswered(reverse.tender, done=done, reason="" if done else "refused")

    async def refund(self, refund: f.Refund) -> Word:
        """See ``PaymentService``. A terminal that cannot do it is no reason to look at it: it says no."""
        reader: Refunds | None = await self._rack.ready("card_reader")
        if reader is None:
            return i.TerminalAnswered(refund.tender, "not_found", reason=_UNREACHABLE)
        if "refund" not in reader.capabilities:
            return i.TerminalAnswered(refund.tender, "declined", reason="no_refunds")
        amount = refund.amount
        asked = reader.refund(
            refund.tender, amount.minor, amount.currency, kind=refund.kind, original=refund.original,
            reference=refund.reference,
        )  # fmt: skip
        return await _asked(refund.tender, asked)


def _words(error: Exception) -> str:
    """What a driver says: a stranger's may quote its terminal, and a card number goes no further than this."""
    return hide_card_numbers(str(error))


async def _asked(tender: str, asked: Coroutine[Any, Any, Payment]) -> Word:
    """The terminal's word; whatever goes wrong on the way leaves the outcome unknown."""
    try:
        payment = await asked
    except DeviceError as error:
        _log.warning("the terminal is silent on %s: %s", tender, _words(error))
        return i.TerminalSilent(tender)
    except Exception:  # noqa: BLE001 - a driver's fault leaves the outcome unknown too
        where = hide_card_numbers(traceback.format_exc())
        _log.error("the terminal's driver failed on %s\n%s", tender, where)
        return i.TerminalSilent(tender)
    amount = Money(payment.approved_minor, payment.currency) if payment.approved_minor else None
    return i.TerminalAnswered(
        tender,
        payment.outcome,
        amount,
        approval_code=payment.approval_code,
        brand=payment.brand,
        masked_pan=payment.masked_pan,
        reference=payment.reference,
        reason=payment.reason,
        acquirer=payment.acquirer,
        terminal_id=payment.terminal_id,
        card_entry=payment.entry,
        signature=payment.signature,
        slip=payment.slip,
    )


class CodePayments:
    """Payments by a code on the screen, through head office's acquirer. ``deadline_ms`` is asked for anew each time."""

    def __init__(self, ask: AskHeadOffice, deadline_ms: Callable[[], int]) -> None:
        self._ask, self._deadline_ms = ask, deadline_ms
        self._numbers = itertools.count(1)

    async def charge(self, charge: f.Charge) -> Word:
        """See ``PaymentService``: a code to show, or why there is none."""
        return word_of(await self._ask(self._question("charge", charge.tender, charge.amount, charge.tender_id)))

    async def status(self, ask: f.AskTerminal) -> Word:
        """See ``PaymentService``."""
        if ask.original:  # asked again it is still one refund
            return _refunded(await self._ask(self._back(ask.tender, ask.amount, ask.tender_id, ask.original)))
        return word_of(await self._ask(self._question("status", ask.tender, ask.amount, ask.tender_id)))

    async def abort(self, abort: f.AbortTerminal) -> Word | None:
        """See ``PaymentService``. Head office goes on trying: what it could not say now is asked later."""
        told = await self._ask(self._question("cancel", abort.tender, abort.amount, abort.tender_id))
        return None if told.offline or told.state in ("waiting", "unknown") else word_of(told)

    async def reverse(self, reverse: f.Reverse) -> i.ReversalAnswered | None:
        """See ``PaymentService``. What is under way, or could not be asked, is asked again later."""
        told = await self._ask(self._question("refund", reverse.tender, reverse.amount, reverse.tender_id))
        if told.offline:
            return None
        match told.state:
            case "refunded":
                return i.ReversalAnswered(reverse.tender, done=True, reason=told.state)
            case "declined" | "not_found":  # nothing ever came: there is nothing to give back
                return i.ReversalAnswered(reverse.tender, done=True, reason=told.state)
            case "refund_failed":
                return i.ReversalAnswered(reverse.tender, done=False, reason=told.state)
            case _:
                return None

    async def refund(self, refund: f.Refund) -> Word:
        """See ``PaymentService``. What head office has taken on is done: it goes on until the acquirer has."""
        asked = self._back(refund.tender, refund.amount, refund.tender_id, refund.original)
        return _refunded(await self._ask(asked))

    def _back(self, tender: str, amount: Money | None, tender_id: str, original: str) -> AskPayment:
        return msgspec.structs.replace(self._question("return", tender, amount, tender_id), original=original)

    def _question(
        self,
        deed: Literal["charge", "status", "cancel", "refund", "return"],
        tender: str,
        amount: Money | None = None,
        tender_id: str = "",
    ) -> AskPayment:
        return AskPayment(
            correlation=f"{deed}-{next(self._numbers)}-{tender}",
            request=tender,
            deed=deed,
            deadline_ms=self._deadline_ms(),
            amount_minor=amount.minor if amount is not None else 0,
            currency=amount.currency if amount is not None else "",
            tender_id=tender_id,
        )


def word_of(told: PaymentTold) -> Word:
    """What head office says of a payment, asked or not, as an input."""
    tender = told.request
    if told.offline:
        return i.TerminalSilent(tender)
    amount = Money(told.amount_minor, told.currency) if told.amount_minor else None
    match told.state:
        case "waiting":
            return i.QrReady(tender, told.payload, told.left_ms)
        case "paid":
            return i.TerminalAnswered(tender, "approved", amount, brand=told.scheme, reference=told.reference)
        case "declined":
            return i.TerminalAnswered(
                tender, "cancelled" if told.reason == "cancelled" else "declined", reason=told.reason
            )
        case "not_found":
            return i.TerminalAnswered(tender, "not_found")
        case "refunding" | "refunded" | "refund_failed":
            return i.TerminalAnswered(tender, "given_back", amount, reference=told.reference, reason=told.state)
        case _:
            return i.TerminalSilent(tender)


def _refunded(told: PaymentTold) -> Word:
    """What head office says of a refund, as an input."""
    if told.offline or told.state not in ("refunding", "refunded", "refund_failed", "not_found"):
        return i.TerminalSilent(told.request)
    if told.state in ("refunding", "refunded"):
        amount = Money(told.amount_minor, told.currency)
        return i.TerminalAnswered(told.request, "approved", amount, brand=told.scheme, reference=told.reference)
    return i.TerminalAnswered(told.request, "declined", reason=told.reason or told.state)


class PointsPayments:
    """Points, which head office keeps aside for a sale. ``deadline_ms`` is asked for anew each time."""

    def __init__(self, ask: AskLedger, deadline_ms: Callable[[], int]) -> None:
        self._ask, self._deadline_ms = ask, deadline_ms
        self._numbers = itertools.count(1)

    async def charge(self, charge: f.Charge) -> Word:
        """See ``PaymentService``: points are kept aside, not taken."""
        return _kept(await self._ask(self._question("hold", charge.tender, charge)))

    async def status(self, ask: f.AskTerminal) -> Word:
        """See ``PaymentService``."""
        return _kept(await self._ask(self._question("status", ask.tender)))

    async def abort(self, abort: f.AbortTerminal) -> Word | None:
        """See ``PaymentService``. What could not be said now is said later."""
        told = await self._ask(self._question("release", abort.tender))
        return None if told.offline else _kept(told)

    async def reverse(self, reverse: f.Reverse) -> i.ReversalAnswered | None:
        """See ``PaymentService``. Points of a sale that is booked are given back by a return, not here."""
        told = await self._ask(self._question("release", reverse.tender))
        return None if told.offline else i.ReversalAnswered(reverse.tender, told.state != "settled", told.state)

    async def refund(self, refund: f.Refund) -> Word:
        """See ``PaymentService``. Nobody is asked for these: they are booked from the return's own record."""
        return i.TerminalAnswered(refund.tender, "declined", reason="by_the_journal")

    def _question(
        self, deed: Literal["hold", "status", "release"], tender: str, charge: f.Charge | None = None
    ) -> AskPoints:
        asked = AskPoints(f"{deed}-{next(self._numbers)}-{tender}", tender, deed, self._deadline_ms())
        if charge is None:
            return asked
        return msgspec.structs.replace(
            asked,
            transaction=charge.transaction,
            member_id=charge.member_id,
            points=charge.points,
            amount_minor=charge.amount.minor,
            currency=charge.amount.currency,
        )


def _kept(told: PointsHeld) -> Word:
    """How a hold stands, as an input."""
    if told.offline:
        return i.TerminalSilent(told.request)
    match told.state:
        case "held" | "settled":
            return i.TerminalAnswered(told.request, "approved", Money(told.amount_minor, told.currency))
        case "refused":
            return i.TerminalAnswered(told.request, "declined", reason=told.reason, points=told.balance)
        case "released":
            return i.TerminalAnswered(told.request, "cancelled", reason=told.reason)
        case "not_found":
            return i.TerminalAnswered(told.request, "not_found")
