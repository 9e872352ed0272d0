"""What a country's law asks of a sale where a fiscal device or service signs it: the rule, as data of its pack."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = ["FiscalRule", "FiscalText", "OutageRule"]

OutageRule = Literal["notice", "own_series", "contingency", "wait"]
"""What becomes of a sale whose device does not answer.

``notice``: it goes on unsigned, its receipt says so, and begin and end of the outage are on record (Germany).
``own_series``: it gets a number of the checkout's own series and a notice, within limits (Bangladesh). ``contingency``:
the driver itself issues it without the authority and sends it later (Brazil); a driver that is away sells nothing.
``wait``: nothing is sold.
"""


@dataclass(frozen=True, slots=True)
class FiscalText:
    """Something the authority wants on the receipt: beside its name, as a QR code, or a sentence by itself."""

    key: str
    value: str
    kind: Literal["text", "qr", "note"] = "text"


@dataclass(frozen=True, slots=True)
class FiscalRule:
    """In force where the settings name a fiscal device.

    ``begin``: when the device hears of a sale. ``wait_ms``: how long a shopper waits for its word; ``again_ms``: when
    it is asked again. An outage may last ``outage_hours`` and see ``outage_documents`` sales (0: no limit); then the
    lane stops. ``submit_later``: what was sold meanwhile is registered with the device when it is back. ``series``
    begins the numbers given meanwhile, where the shop has no ``legal_series``; ``notice`` is the message id that such
    a receipt bears. ``certificate_days``: staff are warned so long before a certificate runs out. ``returns``: the
    device signs a return as it does a sale, or it hears nothing of it, for its document is made ``elsewhere`` (Brazil:
    a return is an NF-e, never an NFC-e).
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
