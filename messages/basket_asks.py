"""What a kiosk asks head office about a parked basket: to have it, alone. As in ``asks``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from messages.envelope import Message, Text
from messages.values import LineItem, Money

__all__ = ["BasketAnswer", "BasketAsk", "BasketRow", "BasketState", "BasketsAnswer", "BasketsAsk"]

BasketState = Literal["given", "yours", "taken", "gone", "expired", "unknown"]


class BasketAsk(Message, frozen=True, kw_only=True):
    """Asks for the parked basket ``sought`` (its uuid); empty: the one parked last at another lane of the ``store``.

    ``own``: the asker parked it itself, and only wants to know that nobody else has it. Asked again by the same kiosk
    it is the same giving, until that kiosk's journal says that it has the basket (BasketTakenOver). ``again``: staff
    say that the lane it was given to will not go on with it; it is taken from that one.
    """

    NAME: ClassVar[str] = "ask.basket"

    correlation: Text
    store: Text
    sought: Text = ""
    own: bool = False
    again: bool = False


class BasketAnswer(Message, frozen=True, kw_only=True):
    """``given``: the asker has it, and nobody else will; ``lines`` as they stood when ``kiosk`` parked it, and
    ``local`` when it was opened there by the shop's clock.

    ``yours``: it is the asker's own, and stays so. ``taken``: it is kept for another kiosk, which has not said yet that
    it has it; ``gone``: another has it; ``expired``: it is kept no longer; ``unknown``: there is none.
    """

    NAME: ClassVar[str] = "answer.basket"

    correlation: Text
    state: BasketState
    transaction: Text = ""
    kiosk: Text = ""
    lines: Annotated[tuple[LineItem, ...], msgspec.Meta(max_length=1_000)] = ()
    local: Text = ""


class BasketsAsk(Message, frozen=True, kw_only=True):
    """Asks for a list of the parked baskets of the ``store``, for staff to choose one from."""

    NAME: ClassVar[str] = "ask.baskets"

    correlation: Text
    store: Text


class BasketRow(msgspec.Struct, frozen=True):
    """A parked basket as staff choose one.

    ``state``: ``free``, or ``given`` to the lane ``to`` since ``since_ms`` without a word from it; ``own``: the
    asker's, and nobody else has it; ``elsewhere``: another lane's, and goes to no other.
    """

    uuid: Text
    workstation: Text
    reference: Text
    utc_ms: int
    lines: int
    total: Money
    reason: Text = ""
    expires_ms: int = 0
    state: Literal["free", "given", "own", "elsewhere"] = "free"
    to: Text = ""
    since_ms: int = 0


class BasketsAnswer(Message, frozen=True, kw_only=True):
    """The newest parked baskets of the shop. ``gone``: those of the asker that another goes on with."""

    NAME: ClassVar[str] = "answer.baskets"

    correlation: Text
    baskets: Annotated[tuple[BasketRow, ...], msgspec.Meta(max_length=200)] = ()
    gone: Annotated[tuple[Text, ...], msgspec.Meta(max_length=200)] = ()
