"""What a card terminal does: it takes an amount, and can always be asked what became of a request.

No card number passes this contract: a card is a brand and a masked number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from hal.device import Device

__all__ = ["CardReader", "Payment", "PaymentOutcome", "Prompt"]

PaymentOutcome = Literal["approved", "partial", "declined", "cancelled", "not_found", "in_progress"]


@dataclass(frozen=True, slots=True)
class Payment:
    """The terminal's word on one request. ``approved_minor`` is what was really approved (partial approval!).

    ``not_found``: the terminal never got the request, so asking again under a new id is safe. ``reference`` is the
    terminal's own transaction id, needed to reverse.
    """

    request: str
    outcome: PaymentOutcome
    approved_minor: int = 0
    currency: str = ""
    approval_code: str = ""
    brand: str = ""
    masked_pan: str = ""
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Prompt:
    """Data event: what the terminal asks of the shopper now."""

    device: str
    request: str
    prompt: Literal["present_card", "enter_pin", "remove_card", "wait"]


class CardReader(Device, Protocol):
    """Data events: ``Prompt``. Every method raises ``NoHardwareError`` or ``TimeoutExpiredError`` when the terminal
    is away or silent: the outcome is then unknown, and only ``status`` may be asked.
    """

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:
        """Ask for money once, under the caller's unique ``request`` id. ``kind`` is ``card``, ``qr`` or ``voucher``."""

    async def status(self, request: str) -> Payment:
        """What became of ``request``; never moves money."""

    async def abort(self, request: str) -> None:
        """Ask the terminal to stop; the pending ``pay`` tells the outcome."""

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:
        """Give an approved payment back, whole; true once the terminal says it is done (again and again)."""
