"""What the recycler's answers come in as: after a power cut what is left to give is judged by what lies there."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hal.cash_recycler.contract import Cash, CashStore, Deposit, Dispensed
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.workstation.cash import CashService


class _Machine:
    standing = "ok"

    async def deposit(self, request: str) -> Deposit:
        return Deposit(request, (Cash(10_000, "note", 1),) if request == "t-1" else ())

    async def dispensed(self, request: str) -> Dispensed:
        return Dispensed(request, "short", (Cash(500, "coin", 1),))

    async def read_cash_counts(self) -> tuple[CashStore, ...]:
        return (CashStore(100, "coin", 90, 0, dispensable=True),)


class _Rack:
    async def ready(self, _category: str) -> _Machine:
        return _Machine()


@pytest.mark.parametrize(("asked", "told"), [(f.AskPayout("p-1"), i.PayoutTold), (f.AskCash("t-1"), i.CashTold)])
def test_who_asks_what_became_of_cash_hears_first_what_lies_in_the_machine(
    asked: f.AskPayout | f.AskCash, told: type[i.Input]
) -> None:
    """A program that has just started knows nothing of it, and would leave the change to staff."""
    heard: list[i.Input] = []
    rack: Any = _Rack()
    asyncio.run(CashService(rack=rack, put=heard.append).perform(asked))
    assert [type(each) for each in heard] == [i.CashStands, told]
    assert isinstance(heard[0], i.CashStands)
    assert heard[0].held[0].pieces == 90


def test_of_a_deposit_that_never_began_nothing_is_told_that_would_begin_it_now() -> None:
    heard: list[i.Input] = []
    rack: Any = _Rack()
    asyncio.run(CashService(rack=rack, put=heard.append).perform(f.AskCash("t-2")))
    assert heard == [i.CashTold("t-2")]
