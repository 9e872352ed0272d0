"""What of a return is only on show: the sale that was looked for, and what of it is chosen so far."""

from __future__ import annotations

from typing import Literal

from kiosk.checkout.refund_inputs import Chosen, SoldSale
from kiosk.retail.returns import ReturnRefusal
from kiosk.retail.values import dataclass

__all__ = ["RefundShown", "RefundStage"]

RefundStage = Literal["", "find", "asking", "lines"]


@dataclass(frozen=True, slots=True)
class RefundShown:
    """``find``: a receipt is waited for; ``asking``: head office is asked, as ``correlation``; ``lines``: of ``sale``.

    ``sought`` is what was scanned or typed. ``why``: the lines that may not come back, or are too ``late``; ``days``
    since the sale.
    """

    stage: RefundStage = ""
    correlation: str = ""
    sale: SoldSale | None = None
    chosen: tuple[Chosen, ...] = ()
    sought: str = ""
    why: tuple[tuple[int, ReturnRefusal], ...] = ()
    days: int = 0
