"""What head office asks of an acquirer, whoever it is.

To join another one, write ``headoffice/acquirers/<model>.py`` with a class that is an ``Acquirer``, and name it in
``headoffice/acquirers/settings.py``. Everything that makes a payment safe (once per request, what counts, what is given
back, what is asked again) is done in ``headoffice.payments`` and is none of its business.

Money is minor units of a currency (ISO 4217 letters). ``request`` is the tender's own id: a UUID with hyphens, unique
for ever. Each deed under one request may come again, after a time-out say, and must then not be done twice: hand the
request to the acquirer as its idempotency key or as your reference. Calls block, for no longer than the settings say,
and come from several threads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

__all__ = ["Acquirer", "AcquirerRefusedError", "AcquirerSilentError", "Charge", "NoticeRefusedError", "RefundStage"]

RefundStage = Literal["done", "pending", "refused"]


class AcquirerSilentError(Exception):
    """No answer, or none that can be understood: nobody knows whether it was done. The text is for the log."""


class AcquirerRefusedError(Exception):
    """The acquirer says no, for good. The text is for the log."""


class NoticeRefusedError(Exception):
    """This is no notice of the acquirer's: its signature is wrong, too old or missing. The text is for the log."""


@dataclass(frozen=True, slots=True)
class Charge:
    """How a charge stands at the acquirer.

    ``payload`` is what the code says (empty where the acquirer leaves it to us to make one), ``left_ms`` how long it
    may still be paid. ``paid_minor`` came in, under the bank's ``reference`` (Pix: the end-to-end id), of which
    ``refunded_minor`` has gone back. A charge may be ``paid`` after it was ``cancelled`` or ``expired``: a bank's word
    can be late. Who paid is not asked for and not kept.
    """

    status: Literal["waiting", "paid", "declined", "expired", "cancelled"]
    payload: str = ""
    left_ms: int = 0
    paid_minor: int = 0
    currency: str = ""
    refunded_minor: int = 0
    reference: str = ""
    scheme: str = ""


class Acquirer(Protocol):
    """All raise ``AcquirerSilentError`` when nobody knows, and ``AcquirerRefusedError`` where that is said."""

    def create(self, request: str, amount_minor: int, currency: str, *, seconds: int) -> Charge:
        """Begin a charge that may be paid for so many seconds; the one that is there if it was begun before."""

    def look(self, request: str) -> Charge | None:
        """How it stands; ``None`` if there is no such charge."""

    def cancel(self, request: str) -> Charge | None:
        """Stop it, unless it is too late; how it stands then. ``None`` if there is no such charge."""

    def refund(self, request: str, amount_minor: int, currency: str, *, refund: str = "") -> RefundStage:
        """Give back what came; asked again it is still one refund. ``refund`` names one of several, each of a part."""

    def noticed(self, headers: Mapping[str, str], body: bytes, now_s: int) -> str:
        """The request that a notice (webhook) is about. Header names are in lower case; ``now_s`` is UTC in seconds.

        Only whose it is must be believed: how the charge stands is asked, never read from a notice. Raises
        ``NoticeRefusedError``.
        """
