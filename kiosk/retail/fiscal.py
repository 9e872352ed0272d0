"""What a country's law asks of a sale where a fiscal device or service signs it: the rule, as data of its pack."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["FiscalDocument", "FiscalRule", "FiscalText", "FiscalWord", "OutageRule"]

OutageRule = Literal["notice", "own_series", "contingency", "wait"]
"""What becomes of a sale whose device does not answer.

``notice``: it goes on unsigned, its receipt says so, and begin and end of the outage are on record (Germany).
``own_series``: it gets a number of the checkout's own series and a notice, within limits (Bangladesh). ``contingency``:
the driver itself issues it without the authority and sends it later (Brazil); a driver that is away sells nothing.
``wait``: nothing is sold.
"""


FiscalWord = Literal["", "given", "unsigned", "cancelled", "cancel_open"]
"""What a paper says of the fiscal device: nothing, what it gave, that it did not sign; on a return's, that the sale's
document is cancelled, or that nobody can say yet."""


@dataclass(frozen=True, slots=True)
class FiscalText:
    """Something the authority wants on the receipt: beside its name, as a QR code, or a sentence by itself."""

    key: str
    value: str
    kind: Literal["text", "qr", "note"] = "text"


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """The document of an earlier sale as a fiscal device issued it.

    ``outcome``: ``contingency`` until the authority has it; ``utc_ms``: since when it stands (its authorisation, where
    that is known); ``printed``: what its paper bears.
    """

    series: str
    number: int
    utc_ms: int
    outcome: Literal["signed", "contingency"] = "signed"
    printed: tuple[FiscalText, ...] = ()


@dataclass(frozen=True, slots=True)
class FiscalRule:
    """In force where the settings name a fiscal device.

    ``begin``: when the device hears of a sale. ``wait_ms``: how long a shopper waits for its word; ``again_ms``: when
    it is asked again. An outage may last ``outage_hours`` and see ``outage_documents`` sales (0: no limit); then the
    lane stops. ``submit_later``: what was sold meanwhile is registered with the device when it is back. ``series``
    begins the numbers given meanwhile, where the shop has no ``legal_series``; ``notice`` is the message id that such
    a receipt bears. ``certificate_days``: staff are warned so long before a certificate runs out. ``returns``: the
    device signs a return as it does a sale, or it hears nothing of it, for its document is made ``elsewhere`` (Brazil:
    a return is an NF-e, never an NFC-e). ``cancel_minutes``: where a whole sale comes back within them of its
    authorisation, its document is cancelled instead, for ``cancel_reason``, which the authority is told (0: never);
    ``cancelled`` and ``cancelling`` are the message ids that the return's paper bears then, or while nobody can say.
    """

    begin: Literal["completion", "first_line"] = "completion"
    outage: OutageRule = "wait"
    outage_hours: int = 0
    outage_documents: int = 0
    submit_later: bool = False
    series: str = "OUT"
    notice: str = "receipt.fiscal_outage"
    wait_ms: int = 8_000
    again_ms: int = 30_000
    certificate_days: int = 30
    returns: Literal["signed", "elsewhere"] = "signed"
    cancel_minutes: int = 0
    cancel_reason: str = ""
    cancelled: tuple[str, ...] = ("receipt.fiscal_cancelled",)
    cancelling: tuple[str, ...] = ("receipt.fiscal_cancelling",)

    def may_cancel(self, document: FiscalDocument, utc_ms: int) -> bool:
        """Whether a document can still be cancelled; one that the authority has yet to hear of has all its time left.

        >>> rule = FiscalRule(cancel_minutes=30)
        >>> [rule.may_cancel(FiscalDocument("1", 7, 0), minutes * 60_000) for minutes in (29, 30)]
        [True, False]
        """
        within = 0 <= utc_ms - document.utc_ms < self.cancel_minutes * 60_000
        return self.cancel_minutes > 0 and (within or document.outcome == "contingency")
