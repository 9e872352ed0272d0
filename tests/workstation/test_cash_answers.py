"""What the recycler's answers come in as: after a power cut what is left to give is judged by what lies there."""

from __future__ import annotations

import asyncio
from typing import Any

from hal.cash_recycler.contract import Cash, CashStore, Dispensed
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.workstation.cash import CashService


class _Machine:
    standing = "ok"

    async def dispensed(self, request: str) -> Dispensed:
        return Dispensed(request, "short", (Cash(500, "coin", 1),))

    async def read_cash_counts(self) -> tuple[CashStore, ...]:
        return (CashStore(100, "coin", 90, 0, dispensable=True),)


class _Rack:
    async def ready(self, _category: str) -> _Machine:
        return _Machine()


def test_who_asks_about_a_payout_hears_first_what_lies_in_the_machine() -> None:
    """A program that has just started knows nothing of it, and would leave the rest of the change to staff."""
    heard: list[i.Input] = []
    rack: Any = _Rack()
    asyncio.run(CashService(rack=rack, put=heard.append).perform(f.AskPayout("p-1")))
    assert [type(each) for each in heard] == [i.CashStands, i.PayoutTold]
    assert isinstance(heard[0], i.CashStands)
    assert heard[0].held[0].pieces == 90
