"""What a kiosk asks head office about a parked basket: to have it, alone. As in ``asks``."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

import msgspec

from messages.envelope import Message, Text
from messages.values import LineItem

__all__ = ["BasketAnswer", "BasketAsk", "BasketState"]

BasketState = Literal["given", "yours", "taken", "gone", "unknown"]


class BasketAsk(Message, frozen=True, kw_only=True):
    """Asks for the parked basket ``sought`` (its uuid); empty: the one parked last at another lane of the ``store``.

    ``own``: the asker parked it itself, and only wants to know that nobody else has it. Asked again by the same kiosk
    it is the same giving, until that kiosk's journal says that it has the basket (BasketTakenOver).
    """

    NAME: ClassVar[str] = "ask.basket"

    correlation: Text
    store: Text
    sought: Text = ""
    own: bool = False


class BasketAnswer(Message, frozen=True, kw_only=True):
    """``given``: the asker has it, and nobody else will; ``lines`` as they stood when ``kiosk`` parked it.

    ``yours``: it is the asker's own, and stays so. ``taken``: it is kept for another kiosk, which has not said yet that
    it has it; ``gone``: another has it; ``unknown``: there is none.
    """

    NAME: ClassVar[str] = "answer.basket"

    correlation: Text
    state: BasketState
    transaction: Text = ""
    kiosk: Text = ""
    lines: Annotated[tuple[LineItem, ...], msgspec.Meta(max_length=1_000)] = ()
