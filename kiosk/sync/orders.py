"""Orders of head office to the lane: carried out once each, in order, and then cleared from the broker.

An order is retained by the broker until it is cleared, so it comes again after every restart. It is handed to the
checkout first, then noted as done, then cleared: cut in between, it is handed over once more, and opening an open
lane changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from kiosk.sync.cursor import Cursor
from kiosk.sync.faults import Faults
from kiosk.sync.local import LocalServer
from kiosk.sync.settings import SyncSettings
from messages import commands, envelope, topics
from messages.commands import LaneOrder
from messages.errors import MessageError
from messages.local import LaneCommand
from messages.topics import Topic

__all__ = ["Orders"]

_FAULT = "lane order"
_MOST = 64


class Orders:
    """Used on the asyncio loop."""

    def __init__(
        self,
        settings: SyncSettings,
        cursor: Cursor,
        *,
        publish: Callable[..., bool],
        local: LocalServer,
        faults: Faults,
    ) -> None:
        self._settings = settings
        self._cursor = cursor
        self._publish = publish
        self._local = local
        self._faults = faults
        self._waiting: dict[str, LaneOrder] = {}

    @property
    def waiting(self) -> int:
        """Orders not carried out yet."""
        return len(self._waiting)

    def receive(self, topic: Topic, payload: bytes) -> None:
        """An order came, or (empty) the echo of one that was cleared."""
        if not payload:
            self._waiting.pop(topic.ident, None)
            return
        try:
            order = envelope.decode(payload, LaneOrder).data
        except MessageError as fault:
            self._faults.begin(_FAULT, f"{topic.ident} is unreadable: {fault}")
            return
        if order.order <= self._cursor.command_done(commands.LANE):
            self._clear(topic.ident)
        elif len(self._waiting) < _MOST:
            self._waiting[topic.ident] = order
            if self._local.connected:
                self.checkout_is_here()

    def checkout_is_here(self) -> None:
        """Hand over what waits, oldest first."""
        for ident, order in sorted(self._waiting.items(), key=lambda waiting: waiting[1].order):
            if order.order > self._cursor.command_done(commands.LANE):
                self._local.tell(LaneCommand(order.command, order.reason, order.ident, order.operator_id))
                self._cursor.finish_command(commands.LANE, order.order)
            self._clear(ident)
        self._waiting.clear()
        self._faults.end(_FAULT)

    def _clear(self, ident: str) -> None:
        self._publish(topics.command(self._settings.kiosk, commands.LANE, ident), b"", retain=True)
