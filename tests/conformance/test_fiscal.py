"""What every fiscal driver owes: one document a sale, over calls, processes and pulled cables; who breaks it is found.

A rig's module may hold ``SALE``, a sale that its country's device takes; else it is that of ``tests.support.fiscal``.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hal.device import DeviceError, NoHardwareError, NotEnabledError, ProtocolError, TimeoutExpiredError
from hal.fiscal.contract import FiscalAnswer, FiscalSale
from tests.support.fiscal import SALE
from tests.support.rigs import Make, Rig, every, opened

_SILENCE = (NoHardwareError, NotEnabledError, ProtocolError, TimeoutExpiredError)
_OTHER = "0190d3a1-5f00-7abc-8def-0000000000aa"
FISCAL = {model: make for (category, model), make in every().items() if category == "fiscal"}
Discipline = Callable[[Rig, FiscalSale], Awaitable[None]]


def _sale(model: str) -> FiscalSale:
    module = importlib.import_module(f"tests.support.rigs.fiscal.{model.partition(':')[0]}")
    sale: FiscalSale = getattr(module, "SALE", SALE)
    return sale


async def _at_last(ask: Callable[[], Awaitable[FiscalAnswer]]) -> FiscalAnswer:
    """The device's word, once it is up."""
    async with asyncio.timeout(15):
        while True:
            try:
                answer = await ask()
            except _SILENCE:
                await asyncio.sleep(0.02)
                continue
            if answer.outcome != "unknown":
                return answer
            await asyncio.sleep(0.02)


async def one_sale_is_one_document(rig: Rig, sale: FiscalSale) -> None:
    """Asked again, and at once from two sides, it gives the document that is there; another has the next number."""
    await opened(rig.driver)
    first = await _at_last(lambda: rig.driver.sign(sale))
    both = await asyncio.gather(*(_at_last(lambda: rig.driver.sign(sale)) for _ in range(2)))
    assert first.outcome == "signed"
    assert [(answer.series, answer.number, answer.printed) for answer in both] == [
        (first.series, first.number, first.printed)
    ] * 2
    other = await _at_last(lambda: rig.driver.sign(replace(sale, transaction=_OTHER)))
    assert (other.series, other.number) == (first.series, first.number + 1)


async def a_document_is_found_again_by_another_process(rig: Rig, sale: FiscalSale) -> None:
    """What the kiosk forgot with its power is not forgotten."""
    await opened(rig.driver)
    first = await _at_last(lambda: rig.driver.sign(sale))
    await rig.driver.close()
    await opened(rig.driver)
    again = await _at_last(lambda: rig.driver.sign(sale))
    assert (again.series, again.number, again.printed) == (first.series, first.number, first.printed)


async def a_device_that_is_away_says_nothing(rig: Rig, sale: FiscalSale) -> None:
    """No cable is no refusal and no number; once it is back, the sale is signed, and no number is missing."""
    if rig.unplug is None:
        pytest.skip("there is no cable to pull: the driver is the device, and issues without its authority")
    await opened(rig.driver)
    first = await _at_last(lambda: rig.driver.sign(sale))
    await rig.unplug()
    other = replace(sale, transaction=_OTHER)
    if "contingency" not in rig.driver.capabilities:
        with pytest.raises(_SILENCE):
            await rig.driver.sign(other)
    await rig.plug()
    second = await _at_last(lambda: rig.driver.sign(other))
    assert second.number == first.number + 1


async def what_is_signed_is_not_withdrawn(rig: Rig, sale: FiscalSale) -> None:
    """A void may come for what was never begun; for what is signed it is refused, or nothing."""
    await opened(rig.driver)
    first = await _at_last(lambda: rig.driver.sign(sale))
    await rig.driver.void("never-begun", "left")
    try:
        await rig.driver.void(sale.transaction, "left")
    except _SILENCE:
        raise
    except DeviceError:
        pass
    again = await _at_last(lambda: rig.driver.sign(sale))
    assert (again.series, again.number) == (first.series, first.number)


DISCIPLINES: tuple[Discipline, ...] = (
    one_sale_is_one_document,
    a_document_is_found_again_by_another_process,
    a_device_that_is_away_says_nothing,
    what_is_signed_is_not_withdrawn,
)


async def _held(
    make: Make, folder: Path, sale: FiscalSale, discipline: Discipline, spoil: Callable[[Any], Any] | None = None
) -> None:
    async with make(folder) as rig:
        if spoil is not None:
            rig.driver = spoil(rig.driver)
        try:
            await discipline(rig, sale)
        finally:
            await rig.driver.close()


@pytest.mark.parametrize("discipline", DISCIPLINES, ids=lambda discipline: discipline.__name__)
@pytest.mark.parametrize("model", sorted(FISCAL))
def test_a_fiscal_driver_keeps_its_disciplines(model: str, discipline: Discipline, tmp_path: Path) -> None:
    asyncio.run(_held(FISCAL[model], tmp_path, _sale(model), discipline))


class _Spoilt:
    """A good driver with one thing wrong."""

    def __init__(self, good: Any) -> None:  # noqa: ANN401  a driver
        self.good = good
        self.asked = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the good one has
        return getattr(self.good, name)


class _SignsAgain(_Spoilt):
    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        self.asked += 1
        answer: FiscalAnswer = await self.good.sign(
            replace(sale, transaction=f"{sale.transaction[:-2]}{self.asked:02}")
        )
        return replace(answer, transaction=sale.transaction)


class _TakesSilenceForNo(_Spoilt):
    async def sign(self, sale: FiscalSale) -> FiscalAnswer:
        try:
            answer: FiscalAnswer = await self.good.sign(sale)
        except DeviceError:
            return FiscalAnswer(sale.transaction, "refused", code="0", reason="no answer")
        return answer


@pytest.mark.parametrize(
    ("bad", "discipline"),
    [
        (_SignsAgain, one_sale_is_one_document),
        (_SignsAgain, a_document_is_found_again_by_another_process),
        (_TakesSilenceForNo, a_device_that_is_away_says_nothing),
    ],
)
def test_a_driver_that_breaks_a_discipline_is_found_out(
    bad: Callable[[Any], Any], discipline: Discipline, tmp_path: Path
) -> None:
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        asyncio.run(_held(FISCAL["efd_sdc:tcp"], tmp_path, SALE, discipline, bad))
