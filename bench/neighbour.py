"""Another lane of the same shop: for drills in which what begins at one lane goes on at the next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from bench.world import World

__all__ = ["NEIGHBOUR", "Neighbour"]

NEIGHBOUR: Final = "kiosk-2"
_WORKSTATION: Final = "4"


class Neighbour(World):
    """A kiosk with devices and a journal of its own; broker and head office are ``first``'s, which runs already.

    ``first`` names it among its ``neighbours``. ``stop`` it before ``first``.
    """

    def __init__(self, first: World) -> None:
        own = replace(first.options, kiosk=NEIGHBOUR, workstation=_WORKSTATION, neighbours=(), cash=False, wrapper={})
        super().__init__(first.folder / "next", own)
        self._first = first

    def credentials(self, name: str) -> dict[str, Path]:
        """See ``World.credentials``: one authority signs for both."""
        return self._first.credentials(name)

    def start(self) -> None:
        """Its far ends, its cable to the broker, its programs. Raises ``NotReadyError``."""
        self._check()
        self.run.mkdir(parents=True, exist_ok=True)
        self.receipts.mkdir(parents=True, exist_ok=True)
        self.broker_port, self.shop_key = self._first.broker_port, self._first.shop_key
        self._start_far_ends()
        self._write_settings()
        self.restore_power()
