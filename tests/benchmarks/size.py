"""How much each part measures: the real amount, and a tiny one by which a test sees that every part runs."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["FULL", "TINY", "Size"]


@dataclass(frozen=True, slots=True)
class Size:
    """``rounds``: decisions and screens timed; ``lookups``: keys asked for; ``starts``: processes started of each kind.

    ``shelf``: items in the kiosk's own book; ``million``: items in the big one; ``records``: the journal that is
    replayed; ``deeds``: what is done to each device. ``idle_s``: how long nothing happens.
    """

    lines: int = 200
    rounds: int = 300
    million: int = 1_000_000
    lookups: int = 5_000
    shelf: int = 2_000
    records: int = 10_000
    scans: int = 150
    receipts: int = 30
    weighings: int = 30
    starts: int = 5
    deeds: int = 200
    settle_s: float = 3.0
    idle_s: float = 15.0


FULL = Size()
TINY = Size(5, 3, 50, 20, 30, 40, 4, 2, 2, 1, 2, 0.2, 0.5)
