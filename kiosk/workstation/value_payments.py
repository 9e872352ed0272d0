"""Gift cards, store credit and paper vouchers, which head office keeps aside for a sale."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Coroutine
from typing import Any, Literal

import msgspec

from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.retail.money import Money
from kiosk.workstation.payments import Word
from messages.local import AskValue, ValueTold

__all__ = ["AskAccounts", "ValuePayments", "looked"]

AskAccounts = Callable[[AskValue], Coroutine[Any, Any, ValueTold]]
"""Asks through the sync process; its answer comes within the question's deadline, if need be with ``offline``."""


class ValuePayments:
    """See ``PaymentService``. ``deadline_ms`` is asked for anew each time."""

    def __init__(self, ask: AskAccounts, deadline_ms: Callable[[], int]) -> None:
        self._ask, self._deadline_ms = ask, deadline_ms
        self._numbers = itertools.count(1)

    async def charge(self, charge: f.Charge) -> Word:
        """See ``PaymentService``: an amount is kept aside, not taken."""
        return _kept(
            await self._ask(
                msgspec.structs.replace(
                    self._question("hold", charge.tender),
                    instrument="voucher" if charge.kind == "paper_voucher" else "account",
                    keyed_hash=charge.keyed_hash,
                    tender_id=charge.tender_id,
                    transaction=charge.transaction,
                    amount_minor=charge.amount.minor,
                    currency=charge.amount.currency,
                )
            )
        )

    async def status(self, ask: f.AskTerminal) -> Word:
        """See ``PaymentService``."""
        return _kept(await self._ask(self._question("status", ask.tender)))

    async def abort(self, abort: f.AbortTerminal) -> Word | None:
        """See ``PaymentService``. What could not be said now is said later."""
        told = await self._ask(self._question("release", abort.tender))
        return None if told.offline else _kept(told)

    async def reverse(self, reverse: f.Reverse) -> i.ReversalAnswered | None:
        """See ``PaymentService``. What a sale has booked is given back by a return, not here."""
        told = await self._ask(self._question("release", reverse.tender))
        return None if told.offline else i.ReversalAnswered(reverse.tender, told.state != "settled", told.state)

    async def refund(self, refund: f.Refund) -> Word:
        """See ``PaymentService``. Nobody is asked: what goes back here is store credit, of the return's own record."""
        return i.TerminalAnswered(refund.tender, "declined", reason="by_the_journal")

    def _question(self, deed: Literal["hold", "status", "release"], tender: str) -> AskValue:
        return AskValue(f"{deed}-{next(self._numbers)}-{tender}", tender, deed, self._deadline_ms())


def _kept(told: ValueTold) -> Word:
    """How a request stands, as an input."""
    if told.offline:
        return i.TerminalSilent(told.request)
    match told.state:
        case "held" | "settled":
            balance = Money(told.balance, told.currency) if told.balance is not None else None
            return i.TerminalAnswered(
                told.request,
                "approved",
                Money(told.amount_minor, told.currency),
                brand=told.kind,
                masked_pan=told.masked,
                reference=told.account,
                balance=balance,
            )
        case "refused":
            return i.TerminalAnswered(told.request, "declined", reason=told.reason)
        case "released":
            return i.TerminalAnswered(told.request, "cancelled", reason=told.reason)
        case _:
            return i.TerminalAnswered(told.request, "not_found")


def looked(told: ValueTold) -> i.ValueLooked:
    """What is on a card, as an input."""
    return i.ValueLooked(
        told.correlation,
        "known" if told.state == "known" else "refused",
        told.reason,
        told.account,
        told.kind,
        told.masked,
        told.balance,
        told.currency,
        told.face_minor,
        told.expires_day,
        told.offline,
    )
