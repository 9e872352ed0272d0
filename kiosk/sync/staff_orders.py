"""What attendants order from a page: handed to the checkout at once, or not at all.

Such an order is about this moment. It is never kept here: where no checkout listens nobody can act, and the page tells
its reader that no answer came. The broker drops what has outlived its expiry; what it delivers as retained, somebody
left there against the rules, and it is not carried out.
"""

from __future__ import annotations

from kiosk.sync.faults import Faults
from kiosk.sync.local import LocalServer
from messages import envelope
from messages.commands import StaffOrder
from messages.errors import MessageError
from messages.local import StaffCommand

__all__ = ["StaffOrders"]

_FAULT = "staff order"


class StaffOrders:
    """Used on the asyncio loop."""

    def __init__(self, local: LocalServer, faults: Faults) -> None:
        self._local = local
        self._faults = faults

    def receive(self, payload: bytes, *, retained: bool) -> None:
        """An order came."""
        if retained:
            self._faults.begin(_FAULT, "a retained order is not carried out: it may be from any time")
            return
        try:
            order = envelope.decode(payload, StaffOrder).data
        except MessageError as fault:
            self._faults.begin(_FAULT, f"unreadable: {fault}")
            return
        if not self._local.connected:
            self._faults.begin(_FAULT, "no checkout listens")
            return
        self._faults.end(_FAULT)
        self._local.tell(
            StaffCommand(
                order.ident,
                order.deed,
                order.expires_ms,
                order.operator_id,
                order.intervention,
                order.outcome,
                order.reason,
                order.prepared,
                order.words,
            )
        )
