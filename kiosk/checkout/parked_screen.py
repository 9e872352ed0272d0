"""Baskets that are put aside, on the screen: the slip before its shopper, and the list that staff choose from."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.parked import ParkedRow
from kiosk.retail.money import Money
from kiosk.retail.values import dataclass

__all__ = ["ParkedBody", "SlipBody"]


@dataclass(frozen=True, slots=True)
class SlipBody:
    """A basket was put aside. ``stage``: what becomes of its slip; ``code`` is shown where there is no paper.

    ``counter``: it is to be paid there. ``minutes``: how long it is kept (0: until it is taken up).
    """

    reference: str
    total: Money
    count: int
    counter: bool
    stage: Literal["printing", "printed", "failed"]
    code: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class ParkedBody:
    """Staff choose a parked basket. ``stage``: whether head office has told those of other lanes.

    ``utc_ms``: when it was looked at. ``busy``: one was chosen, and head office is asked whose it is.
    """

    rows: tuple[ParkedRow, ...]
    stage: Literal["asking", "told", "offline"]
    utc_ms: int
    busy: bool = False
