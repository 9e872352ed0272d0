"""An NFC-e's life over the wire: authorised, refused, unanswered, issued in contingency, cancelled, voided."""

from __future__ import annotations

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bench.far_ends.fiscal.icp_brasil import make_papers
from bench.far_ends.fiscal.sefaz_nfce import CNPJ, Fault, Sefaz
from hal.device import DeviceError, NoHardwareError, StatusChanged
from hal.fiscal.contract import FiscalSettled, FiscalState, FiscalTender
from hal.fiscal.sefaz_nfce import Driver, Settings
from tests.support.nfe import faults_of, sale, sale_line
from tests.support.rigs import Seen, opened
from tests.support.rigs.fiscal.sefaz_nfce import sefaz_and_driver
from tests.support.waiting import wait_until_async

Check = Callable[[Sefaz, Driver, Seen], Awaitable[None]]
QUIET: dict[str, Any] = {"poll_ms": 60_000, "outage_poll_ms": 60_000}
"""For a story in which SEFAZ is looked after only when the story says so."""


def tell(folder: Path, story: Check, *, csc: bool = True, **settings: object) -> None:
    async def run() -> None:
        async with sefaz_and_driver(folder, csc=csc, **settings) as (sefaz, driver):
            await story(sefaz, driver, await opened(driver))

    asyncio.run(run())


def sent(sefaz: Sefaz, service: str = "NFeAutorizacao4") -> list[bytes]:
    return [message for each, message in sefaz.heard if each == service]


def settled(seen: Seen) -> list[tuple[str, str]]:
    return [(e.answer.transaction, e.answer.outcome) for e in seen.events if isinstance(e, FiscalSettled)]


def stands(seen: Seen) -> list[FiscalState]:
    return [each for each in seen.events if isinstance(each, FiscalState)]


def outage(seen: Seen) -> bool:
    return stands(seen)[-1].outage


@pytest.mark.parametrize("csc", [True, False], ids=["qr_v2", "qr_v3"])
def test_a_sale_is_authorised_once_however_often_it_is_asked_for(tmp_path: Path, *, csc: bool) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        first, again, other = [await driver.sign(sale(each)) for each in ("a", "a", "b")]

        assert first == again
        assert (first.outcome, first.series, first.number, other.number) == ("signed", "1", 1, 2)
        assert len(sefaz.documents) == len(sent(sefaz)) == 2
        assert any(each.kind == "qr" for each in first.printed)
        assert [faults_of(each, "enviNFe_v4.00.xsd") for each in sent(sefaz)] == [[], []]

    tell(tmp_path, story, csc=csc)


def test_the_slip_s_code_is_on_the_document_and_cash_rounding_is_not(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        cash = FiscalTender("cash", "cash", 1002, received_minor=2000, change_minor=1000, rounding_minor=-2)
        odd = sale_line(unit_price_minor=1002, extended_minor=1002)
        await driver.sign(sale("card"))
        assert (await driver.sign(sale("cash", odd, tenders=(cash,)))).outcome == "signed"

        by_card, by_cash = sent(sefaz)
        assert b"<tPag>03</tPag><vPag>10.00</vPag><card><tpIntegra>1</tpIntegra><CNPJ>01425787000104</CNPJ>" in by_card
        assert b"<tBand>02</tBand><cAut>A1B2C3</cAut>" in by_card
        assert b"<tPag>01</tPag><vPag>20.00</vPag></detPag><vTroco>9.98</vTroco>" in by_cash

    tell(tmp_path, story)


def test_a_sale_that_costs_nothing_says_that_nothing_was_paid(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        gift = [(name, "0" if name.startswith("v") else told) for name, told in sale_line().attributes]
        free = sale_line(discount_minor=1000, attributes=tuple(gift))
        assert (await driver.sign(sale("a", free, tenders=()))).outcome == "signed"
        assert b"<detPag><tPag>90</tPag><vPag>0.00</vPag></detPag></pag>" in sent(sefaz)[0]
        assert faults_of(sent(sefaz)[0], "enviNFe_v4.00.xsd") == []

    tell(tmp_path, story, **QUIET)


def test_what_sefaz_will_not_have_cleared_up_is_told_and_stands_in_the_health(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind="silent")
        await driver.sign(sale("a"))
        await sefaz.hurry(minutes=169 * 60)  # past the time of every cancellation
        await sefaz.fault(kind="none")
        await wait_until_async(
            lambda: any(isinstance(each, StatusChanged) and each.status == "warning" for each in seen.events),
            what="a warning",
        )
        assert "to be seen to by hand: 1" in (await driver.check_health()).text

    tell(tmp_path, story, authorise_timeout_ms=200, answer_timeout_ms=200, outage_poll_ms=30, poll_ms=30)


@pytest.mark.parametrize("kind", ["silent", "hang_up", "cut", "garbage", "http_500", "soap_fault", "other_key"])
def test_an_answer_that_got_lost_is_found_by_the_key_and_never_a_second_document(tmp_path: Path, kind: Fault) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind=kind, once=True)
        answer = await driver.sign(sale("a"))

        assert sent(sefaz)
        assert (answer.outcome, answer.number) == ("signed", 1)
        assert len(sefaz.documents) == 1

    tell(tmp_path, story, authorise_timeout_ms=300, answer_timeout_ms=5_000, **QUIET)


def test_a_receipt_is_asked_for_again(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind="receipt")

        assert (await driver.sign(sale("a"))).outcome == "signed"
        assert len(sent(sefaz, "NFeRetAutorizacao4")) == 1

    tell(tmp_path, story, **QUIET)


def test_a_refusal_is_told_in_sefaz_s_words_and_its_number_serves_the_mended_sale(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        wrong = sale_line(attributes=(*sale_line().attributes, ("vicms", "999")))
        refused = await driver.sign(sale("a", wrong))
        assert (refused.outcome, refused.code, refused.number, refused.permanent) == ("refused", "528", 1, True)
        assert "ICMS" in refused.reason

        mended = await driver.sign(sale("a"))
        assert (mended.outcome, mended.number) == ("signed", 1)
        assert (await driver.sign(sale("b"))).number == 2

    tell(tmp_path, story, **QUIET)


def test_an_item_without_its_codes_is_told_by_name_and_takes_no_number(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        answer = await driver.sign(sale("a", sale_line(attributes=())))

        assert (answer.outcome, answer.permanent) == ("refused", True)
        assert "Leite integral 1 L (1001) has no ncm" in answer.reason
        assert (await driver.sign(sale("b"))).number == 1

    tell(tmp_path, story, **QUIET)


def test_without_a_line_to_sefaz_sales_are_issued_in_contingency_and_sent_later_oldest_first(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.unplug()
        answers = [await driver.sign(sale(each)) for each in "abc"]
        assert [(each.outcome, each.number) for each in answers] == [("contingency", n) for n in (1, 2, 3)]
        assert answers[0].printed[1].value == "EMITIDA EM CONTINGÊNCIA"
        assert outage(seen)

        await sefaz.plug()
        await wait_until_async(lambda: len(settled(seen)) == 3, what="all three are settled")
        await wait_until_async(lambda: not outage(seen), what="the outage is over")
        assert settled(seen) == [("a", "signed"), ("b", "signed"), ("c", "signed")]
        assert [int(key[25:34]) for key in sefaz.documents] == [1, 2, 3]
        assert {key[34] for key in sefaz.documents} == {"9"}
        assert not sefaz.void
        assert seen.statuses == ["ready"]  # it could issue all the time

    tell(tmp_path, story)


def test_an_outage_with_documents_to_send_goes_on_over_a_cut_from_when_they_were_made(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.unplug()
        await driver.sign(sale("a"))
        began = max(each.since_ms for each in stands(seen))
        await driver.close()
        again = await opened(driver)
        await wait_until_async(lambda: stands(again), what="how it stands")
        first = stands(again)[0]
        assert (first.outage, first.pending, 0 <= first.since_ms - began < 60_000) == (True, 1, True)
        await sefaz.plug()
        await wait_until_async(lambda: not outage(again), what="the outage is over")

    tell(tmp_path, story)


def test_a_document_nobody_can_say_anything_about_gives_way_and_is_cancelled_when_it_turns_up(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind="silent")
        answer = await driver.sign(sale("a"))
        assert (answer.outcome, answer.number) == ("contingency", 2)

        await sefaz.fault(kind="none")
        await driver.close_day("2026-11-22")
        await wait_until_async(lambda: any("event" in each for each in sefaz.documents.values()), what="a cancellation")
        by_number = {int(key[25:34]): each for key, each in sefaz.documents.items()}
        assert by_number[1]["event"] == "110111"
        assert "event" not in by_number[2]

    tell(tmp_path, story, authorise_timeout_ms=200, answer_timeout_ms=200, outage_poll_ms=30, poll_ms=30)


def test_past_half_an_hour_it_is_cancelled_by_substitution(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind="silent")
        await driver.sign(sale("a"))
        await sefaz.hurry(minutes=40)
        await sefaz.fault(kind="none")
        await wait_until_async(lambda: any("event" in each for each in sefaz.documents.values()), what="a cancellation")
        assert [each.get("event") for each in sefaz.documents.values()] == ["110112", None]

    tell(tmp_path, story, authorise_timeout_ms=200, answer_timeout_ms=200, outage_poll_ms=30, poll_ms=30)


def test_a_number_that_sefaz_never_saw_is_declared_void(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind="deaf")
        assert (await driver.sign(sale("a"))).number == 2

        await sefaz.fault(kind="none")
        await wait_until_async(lambda: sefaz.void, what="the number is void")
        assert sefaz.void == {(1, 1)}
        (request,) = sent(sefaz, "NFeInutilizacao4")
        assert faults_of(request, "inutNFe_v4.00.xsd") == []
        assert (await driver.sign(sale("b"))).number == 3

    tell(tmp_path, story, authorise_timeout_ms=200, answer_timeout_ms=200, outage_poll_ms=30, poll_ms=30)


def test_a_service_that_pauses_is_no_reason_to_burn_numbers(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.pause(on=True)
        answer = await driver.sign(sale("a"))

        assert (answer.outcome, answer.number) == ("contingency", 1)
        assert outage(seen)

    tell(tmp_path, story, **QUIET)


def test_a_contingency_document_that_is_refused_is_told_until_the_checkout_has_it(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.unplug()
        await driver.sign(sale("a"))
        await sefaz.refuse(code=714)
        await sefaz.plug()
        await wait_until_async(lambda: settled(seen), what="SEFAZ's word")
        assert settled(seen) == [("a", "refused")]

        await driver.close()
        again = await opened(driver)
        await wait_until_async(lambda: settled(again), what="the same word, told again")
        await driver.confirm("a")
        await driver.close()
        last = await opened(driver)
        await wait_until_async(lambda: last.of(FiscalState), what="how it stands")
        assert settled(last) == []

        await sefaz.refuse(code=0)
        mended = await driver.sign(sale("a"))
        assert (mended.outcome, mended.number) in {("contingency", 1), ("signed", 1)}

    tell(tmp_path, story)


def test_what_was_asked_before_a_power_cut_is_asked_about_after_it(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.fault(kind="silent")
        asked = asyncio.create_task(driver.sign(sale("a")))
        await wait_until_async(lambda: sefaz.documents, what="the document at SEFAZ")
        asked.cancel()  # the power is cut: nothing after this is written
        await asyncio.gather(asked, return_exceptions=True)
        await driver.close()
        await sefaz.fault(kind="none")
        await opened(driver)

        answer = await driver.sign(sale("a"))
        assert (answer.outcome, answer.number) == ("signed", 1)
        assert len(sent(sefaz)) == len(sefaz.documents) == 1

    tell(tmp_path, story, authorise_timeout_ms=30_000, **QUIET)


def test_a_document_is_cancelled_within_its_time_and_not_after(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        for each in "ab":
            await driver.sign(sale(each))
        done, again = await driver.cancel("a", "desistiu"), await driver.cancel("a", "desistiu")
        await sefaz.hurry(minutes=31)
        late = await driver.cancel("b", "o cliente desistiu da compra")

        assert done == again
        assert (done.outcome, done.number) == ("signed", 1)
        assert (late.outcome, late.code, late.permanent) == ("refused", "501", True)
        assert (await driver.cancel("nobody's", "x")).outcome == "refused"
        event = sent(sefaz, "NFeRecepcaoEvento4")[0]
        assert faults_of(event, "envEventoCancNFe_v1.00.xsd", service="nfe_evento_cancel") == []

    tell(tmp_path, story, **QUIET)


def test_a_cancellation_s_paper_bears_its_protocol_however_often_it_is_asked_for(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await driver.sign(sale("a"))
        done = await driver.cancel("a", "o cliente desistiu")
        assert done.printed[0].value == "NFC-e nº 000000001 Série 001 CANCELADA"
        assert [each.key for each in done.printed] == ["cancelled", "cancel_protocol", "cancel_moment"]
        assert done.utc_ms > 0
        await driver.close()
        await opened(driver)
        assert await driver.cancel("a", "o cliente desistiu") == done

    tell(tmp_path, story, **QUIET)


def _another(sefaz: Sefaz, folder: Path) -> Driver:
    """The driver of the next lane, with a series and a memory of its own."""
    often: dict[str, Any] = {**QUIET, "retry_ms": 10, "connect_timeout_ms": 2_000}
    own = {"series": 2, "memory_file": str(folder / "desk.db")}
    return Driver("desk", Settings(**{**sefaz.settings(csc=True), **often, **own}))


def test_one_of_another_lane_is_cancelled_by_what_its_paper_bears(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        sold = await driver.sign(sale("a"))
        await driver.sign(sale("b"))
        desk = _another(sefaz, tmp_path)
        try:
            await opened(desk)
            done = await desk.cancel("a", "o cliente desistiu", sold.printed)
            assert (done.outcome, done.series, done.number) == ("signed", "1", 1)
            assert await desk.cancel("a", "o cliente desistiu", sold.printed) == done
            (event,) = sent(sefaz, "NFeRecepcaoEvento4")
            assert faults_of(event, "envEventoCancNFe_v1.00.xsd", service="nfe_evento_cancel") == []
            with zipfile.ZipFile(io.BytesIO(await desk.export("2020-01-01"))) as kept:
                assert [name[-17:] for name in kept.namelist()] == ["procEventoNFe.xml"]
            assert (await desk.sign(sale("c"))).number == 1
            strange = replace(sold.printed[0], key="access_key", value="1234")
            assert (await desk.cancel("x", "o cliente desistiu", (strange,))).reason == "no such document"
        finally:
            await desk.close()
        assert ["event" in each for each in sefaz.documents.values()] == [True, False, False]

    tell(tmp_path, story, **QUIET)


def test_another_lane_s_contingency_document_is_asked_about_before_it_is_cancelled(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.unplug()
        sold = await driver.sign(sale("a"))
        desk = _another(sefaz, tmp_path)
        try:
            await opened(desk)
            with pytest.raises(NoHardwareError):
                await desk.cancel("a", "o cliente desistiu", sold.printed)
            assert (await driver.cancel("a", "o cliente desistiu")).outcome == "unknown"
            await sefaz.plug()
            await wait_until_async(lambda: sefaz.documents, what="the document at SEFAZ")
            assert (await desk.cancel("a", "o cliente desistiu", sold.printed)).outcome == "signed"
        finally:
            await desk.close()
        assert [each.get("event") for each in sefaz.documents.values()] == ["110111"]

    tell(tmp_path, story)


def test_a_service_that_pauses_refuses_no_cancellation(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await driver.sign(sale("a"))
        await sefaz.pause(on=True)
        assert (await driver.cancel("a", "o cliente desistiu")).outcome == "unknown"
        await sefaz.pause(on=False)
        assert (await driver.cancel("a", "o cliente desistiu")).outcome == "signed"

    tell(tmp_path, story, **QUIET)


def test_a_cancellation_whose_answer_got_lost_is_found_on_record(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await driver.sign(sale("a"))
        await sefaz.fault(kind="hang_up")
        with pytest.raises(NoHardwareError):
            await driver.cancel("a", "o cliente desistiu")
        await sefaz.fault(kind="none")

        assert (await driver.cancel("a", "o cliente desistiu")).outcome == "signed"

    tell(tmp_path, story, **QUIET)


def test_numbers_are_skipped_once_and_never_under_a_document(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await driver.sign(sale("a"))
        assert (await driver.skip("1", 2, 4, "Numeros pulados pelo caixa")).outcome == "signed"
        assert (await driver.skip("1", 2, 4, "Numeros pulados pelo caixa")).outcome == "signed"
        assert sefaz.void == {(1, 2), (1, 3), (1, 4)}
        assert (await driver.sign(sale("b"))).number == 5
        with pytest.raises(DeviceError, match="bears one of the numbers"):
            await driver.skip("1", 4, 5, "x")
        with pytest.raises(DeviceError, match="no numbers of series 1"):
            await driver.skip("2", 6, 6, "x")

    tell(tmp_path, story, **QUIET)


def test_a_refused_sale_that_is_given_up_has_its_number_declared_void(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await sefaz.refuse(code=777)
        await driver.sign(sale("a"))
        await driver.void("a", "desistiu")
        await driver.void("never begun", "x")
        await wait_until_async(lambda: sefaz.void == {(1, 1)}, what="the number is void")
        await sefaz.refuse(code=0)
        await driver.sign(sale("b"))
        with pytest.raises(DeviceError, match="can be cancelled"):
            await driver.void("b", "x")

    tell(tmp_path, story)


def test_the_archive_holds_every_document_with_its_protocol(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        for each in "ab":
            await driver.sign(sale(each))
        await driver.cancel("b", "o cliente desistiu")
        await driver.skip("1", 3, 3, "Numeros pulados pelo caixa")
        archive = zipfile.ZipFile(io.BytesIO(await driver.export("2026-11-22")))
        names = archive.namelist()

        assert [name.partition("-")[2] for name in names[:3]] == ["procNFe.xml", "procNFe.xml", "procEventoNFe.xml"]
        assert names[3] == "001-000000003-inutNFe.xml"
        assert faults_of(archive.read(names[0]), "procNFe_v4.00.xsd") == []
        assert await driver.export("2026-11-23")

    tell(tmp_path, story, **QUIET)


def test_another_sale_under_a_known_uuid_and_a_sale_in_training_are_refused(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        await driver.sign(sale("a"))
        with pytest.raises(DeviceError, match="other sums"):
            await driver.sign(sale("a", sale_line(extended_minor=999, unit_price_minor=999)))
        with pytest.raises(DeviceError, match="training"):
            await driver.sign(sale("b", mode="training"))
        assert len(sefaz.documents) == 1

    tell(tmp_path, story, **QUIET)


def test_a_certificate_that_ran_out_or_is_another_s_makes_the_driver_lost_in_words(tmp_path: Path) -> None:
    async def story(sefaz: Sefaz, driver: Driver, seen: Seen) -> None:
        assert isinstance(seen.events[0], StatusChanged)
        assert (seen.events[0].status, "ran out on" in seen.events[0].cause) == ("lost", True)
        with pytest.raises(NoHardwareError, match="ran out"):
            await driver.sign(sale("a"))

    ended = make_papers(tmp_path / "ended", CNPJ, days=-1)
    tell(tmp_path, story, certificate_file=str(ended.pkcs12), password_file=str(ended.password_file))


def test_settings_that_make_no_document_are_refused_in_words() -> None:
    good = dict.fromkeys(("host", "ca_file", "certificate_file", "password_file", "memory_file", "name"), "x")
    shop = dict.fromkeys(("street", "house", "district", "city_code", "city", "postcode", "state_registration"), "x")
    more = {"cnpj": CNPJ, "state": "SP", "qr_address": "x", "key_address": "x"}
    for wrong in ({"state": "XX"}, {"csc_file": "x"}, {"cnpj": "1"}, {"tenders": "pix"}, {"responsible": "a;b"}):
        with pytest.raises(ValueError, match=r"."):
            Settings(**{**good, **shop, **more, **wrong})  # type: ignore[arg-type]  # a test's own words
