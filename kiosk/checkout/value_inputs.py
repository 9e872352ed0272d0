"""Gift cards, store credit and paper vouchers: presented, looked up, chosen. Inputs, as those in ``inputs``."""

from __future__ import annotations

from typing import Literal

from kiosk.retail.values import dataclass

__all__ = [
    "GiftAmountChosen",
    "ValueCardPresented",
    "ValueInput",
    "ValueLooked",
    "ValueNumberRefused",
    "VoucherAgreed",
    "VoucherPresented",
]


@dataclass(frozen=True, slots=True)
class ValueCardPresented:
    """A gift card's or store credit's number, already hashed by intake; ``keyed``: typed, not scanned."""

    keyed_hash: str
    masked: str
    keyed: bool = False


@dataclass(frozen=True, slots=True)
class ValueNumberRefused:
    """What was typed is no number of a card of this shop; intake has let it go."""


@dataclass(frozen=True, slots=True)
class VoucherPresented:
    """A paper voucher of the kind ``tender_id``, its code hashed by intake; ``worth_minor``: what it says."""

    tender_id: str
    keyed_hash: str
    worth_minor: int


@dataclass(frozen=True, slots=True)
class VoucherAgreed:
    """The shopper has read that so many minor units of the voucher on show are lost, and uses it all the same."""

    lost_minor: int


@dataclass(frozen=True, slots=True)
class ValueLooked:
    """What head office knows of a card that was looked at; ``state`` and ``reason`` as in ``messages.value_asks``.

    ``face_minor``: what an ``inactive`` card is sold for (0: the buyer chooses); ``balance`` is in minor units.
    """

    correlation: str
    state: Literal["known", "refused"] = "refused"
    reason: str = ""
    account: str = ""
    kind: str = ""
    masked: str = ""
    balance: int | None = None
    currency: str = ""
    face_minor: int = 0
    expires_day: str = ""
    offline: bool = False


@dataclass(frozen=True, slots=True)
class GiftAmountChosen:
    """So much shall be put on the gift card that is on show, in minor units."""

    minor: int


ValueInput = ValueCardPresented | ValueNumberRefused | VoucherPresented | VoucherAgreed | ValueLooked | GiftAmountChosen
