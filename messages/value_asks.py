"""What a kiosk asks head office about gift cards, store credit and paper vouchers, and the answers.

As with points, asking takes nothing: an amount is kept aside under the tender's own id, and what a completed sale used
is booked from its journal. So whatever is asked again under one ``request`` is never a second payment.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from messages.envelope import Count, Message, Text

__all__ = ["Instrument", "ValueAnswer", "ValueAsk", "ValueDeed", "ValueState"]

ValueDeed = Literal["look", "hold", "status", "release"]
ValueState = Literal["known", "held", "refused", "released", "settled", "not_found"]
Instrument = Literal["account", "voucher"]


class ValueAsk(Message, frozen=True, kw_only=True):
    """Asks what is on a gift card or store credit (``look``), or for an amount of it to be kept aside for a sale.

    ``keyed_hash`` is that of the number (or of a paper voucher's code, with ``instrument`` ``voucher`` and its kind in
    ``tender_id``). ``hold`` keeps up to ``amount_minor`` for the sale ``transaction``; ``status`` only looks how a
    request stands; ``release`` lets it go.
    """

    NAME: ClassVar[str] = "ask.value"

    correlation: Text
    request: Annotated[str, msgspec.Meta(pattern=r"\A[A-Za-z0-9][A-Za-z0-9-]{7,63}\Z")]
    deed: ValueDeed
    instrument: Instrument = "account"
    keyed_hash: Annotated[str, msgspec.Meta(max_length=128)] = ""
    tender_id: Text = ""
    transaction: Text = ""
    store: Text = ""
    amount_minor: Count = 0
    currency: Text = ""


class ValueAnswer(Message, frozen=True, kw_only=True):
    """How a request stands, or what is on a card.

    ``held``: ``amount_minor`` may be counted as paid, which may be less than was asked for. ``refused``: nothing is,
    ``reason`` says why (``unknown``, ``blocked``, ``expired``, ``inactive``: not sold yet, ``balance``: nothing is
    left, ``currency``, ``terms``: not taken here, ``throttled``: too many unknown numbers came from this lane; a
    voucher's: ``used``, ``taken`` by another basket now). ``released`` and ``settled``: it is let go, it is booked.
    ``not_found``: nobody asked for it, and nobody can any more. ``known``: what ``look`` found. ``account`` is opaque,
    ``masked`` what may be shown of its number, ``kind`` ``gift_card`` or ``store_credit``; ``balance`` what is left,
    with what is kept aside taken off; ``face_minor`` what an ``inactive`` card is sold for (0: the buyer chooses);
    ``expires_day`` the last ISO day it serves.
    """

    NAME: ClassVar[str] = "answer.value"

    correlation: Text
    request: Text
    state: ValueState
    amount_minor: Count = 0
    currency: Text = ""
    reason: Text = ""
    account: Text = ""
    kind: Text = ""
    masked: Text = ""
    balance: int | None = None
    face_minor: Count = 0
    expires_day: Text = ""
