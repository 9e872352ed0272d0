"""The fiscal port's contract, on the simulator: one document a sale whatever happens, and a series without gaps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from hal.device import DeviceError, TimeoutExpiredError
from hal.fiscal.contract import FiscalAnswer, FiscalSettled, FiscalState, FiscalTax, Printed
from hal.fiscal.simulated import Driver, Settings
from tests.support.fiscal import SALE, a_sale
from tests.support.rigs import Seen, opened


def _driver(folder: Path) -> Driver:
    return Driver("fiscal", Settings(str(folder / "fiscal.jsonl")))


def test_a_sale_has_one_number_and_the_series_no_gap_over_restarts(tmp_path: Path) -> None:
    async def sell(transaction: str) -> int:
        driver = _driver(tmp_path)
        await opened(driver)
        sale = a_sale(transaction)
        await driver.begin(sale.start)
        await driver.begin(sale.start)
        first = await driver.sign(sale)
        assert await driver.sign(sale) == first
        await driver.close()
        return first.number

    assert [asyncio.run(sell(each)) for each in ("t-1", "t-2", "t-1", "t-3")] == [1, 2, 1, 3]


def test_a_line_torn_by_a_power_cut_is_forgotten_and_a_damaged_file_is_told(tmp_path: Path) -> None:
    async def sell() -> None:
        driver, file = _driver(tmp_path), tmp_path / "fiscal.jsonl"
        await opened(driver)
        await driver.sign(SALE)
        await driver.close()
        whole = file.read_bytes()
        file.write_bytes(whole + b'{"act":"signed","transa')
        await opened(driver)
        assert file.read_bytes() == whole
        assert (await driver.sign(SALE)).number == 1
        await driver.close()
        file.write_bytes(b"not json\n" + whole)
        with pytest.raises(DeviceError, match="damaged"):
            await driver.open(Seen())

    asyncio.run(sell())


def test_what_breaks_the_series_is_refused(tmp_path: Path) -> None:
    async def sell() -> None:
        driver = _driver(tmp_path)
        await opened(driver)
        await driver.void("never-begun", "shopper left")
        await driver.begin(SALE.start)
        await driver.void(SALE.transaction, "shopper left")
        await driver.void(SALE.transaction, "shopper left")
        with pytest.raises(DeviceError, match="voided"):
            await driver.sign(SALE)
        other = a_sale("t-2")
        await driver.sign(other)
        with pytest.raises(DeviceError, match="other sums"):
            await driver.sign(replace(other, total_minor=1, taxes=(FiscalTax("zero", 0, 1, 0),)))
        with pytest.raises(DeviceError, match="cancelled, not voided"):
            await driver.void("t-2", "shopper left")
        await driver.close()

    asyncio.run(sell())


def test_a_document_can_be_cancelled_and_numbers_skipped_once(tmp_path: Path) -> None:
    async def sell() -> None:
        driver = _driver(tmp_path)
        await opened(driver)
        await driver.sign(SALE)
        cancelled = await driver.cancel(SALE.transaction, "wrong item")
        assert await driver.cancel(SALE.transaction, "wrong item") == cancelled
        assert (cancelled.outcome, cancelled.number) == ("signed", 2)
        assert (await driver.cancel("unknown", "x")).permanent
        assert (await driver.skip("SIM", 9, 9, "lost")).outcome == "refused"
        for _ in range(2):
            assert (await driver.skip("SIM", 3, 4, "lost")).outcome == "signed"
        assert (await driver.sign(a_sale("t-2"))).number == 5
        await driver.close()

    asyncio.run(sell())


def test_a_silent_device_signs_once_and_says_so_when_it_has_found_its_tongue(tmp_path: Path) -> None:
    async def sell() -> FiscalAnswer:
        driver = Driver("fiscal", Settings(str(tmp_path / "fiscal.jsonl"), answer_timeout_ms=10))
        await opened(driver)
        for kind in ("before", "after", "after"):
            await driver.silence(kind=kind)
            with pytest.raises(TimeoutExpiredError):
                await driver.sign(SALE)
        await driver.silence(kind="none")
        answer = await driver.sign(SALE)
        await driver.close()
        return answer

    assert asyncio.run(sell()).number == 1


def test_a_refusal_has_the_authority_s_code_and_leaves_no_gap(tmp_path: Path) -> None:
    async def sell() -> None:
        driver = _driver(tmp_path)
        await opened(driver)
        await driver.refuse(on=True, permanent=True)
        refused = await driver.sign(SALE)
        assert (refused.outcome, refused.code, refused.permanent) == ("refused", "999", True)
        await driver.refuse(on=False, permanent=False)
        assert (await driver.sign(SALE)).number == 1
        await driver.close()

    asyncio.run(sell())


def test_a_contingency_is_told_of_until_its_late_word_is_confirmed(tmp_path: Path) -> None:
    async def sell() -> None:
        driver = _driver(tmp_path)
        seen = await opened(driver)
        await driver.outage(on=True)
        answer = await driver.sign(SALE)
        assert answer.outcome == "contingency"
        assert answer.printed[0].kind == "note"
        assert [event.pending for event in seen.events if isinstance(event, FiscalState)] == [0, 0, 1]
        await driver.outage(on=False)
        late = replace(answer, outcome="signed")
        assert seen.of(FiscalSettled) == [FiscalSettled("fiscal", late)]
        await driver.close()
        seen = await opened(driver)
        assert seen.of(FiscalSettled) == [FiscalSettled("fiscal", late)]
        await driver.confirm(SALE.transaction)
        await driver.close()
        assert (await opened(driver)).of(FiscalSettled) == []
        await driver.close()

    asyncio.run(sell())


def test_an_export_begins_after_the_close_of_the_day_before(tmp_path: Path) -> None:
    async def sell() -> bytes:
        driver = _driver(tmp_path)
        await opened(driver)
        for number, day in enumerate(("2026-11-20", "2026-11-21", "2026-11-22")):
            await driver.sign(a_sale(f"t-{number}"))
            reference = await driver.close_day(day)
            assert await driver.close_day(day) == reference
        exported = await driver.export("2026-11-21")
        await driver.close()
        return exported

    exported = asyncio.run(sell())
    assert b"t-0" not in exported
    assert exported.count(b"\n") == 4


def test_a_document_without_its_number_is_none() -> None:
    with pytest.raises(ValueError, match="without its legal number"):
        FiscalAnswer("t-1", "signed", "SIM")
    with pytest.raises(ValueError, match="without its legal number"):
        FiscalAnswer("t-1", "contingency", "", 4)


def test_what_an_authority_says_is_cut_to_what_a_receipt_can_hold() -> None:
    answer = FiscalAnswer("t-1", "refused", reason="no\x1b[2J" + "x" * 900, printed=(Printed("a\n", "b" * 9_000),) * 90)
    assert len(answer.reason) == 400
    assert "\x1b" not in answer.reason
    assert len(answer.printed) == 40
    assert (answer.printed[0].key, len(answer.printed[0].value)) == ("a", 4_096)
