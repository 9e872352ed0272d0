"""The contactless reader: ids and numbers of tags, bank cards refused unread, all that a card can do to a reader."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.loyalty_card.contactless import ContactlessCard, bank_card, tag
from bench.far_ends.loyalty_card.pcsc import PcscLibrary
from hal.device import ClaimedError, DeviceEvent, NoHardwareError, ProtocolError
from hal.loyalty_card import pcsc
from hal.loyalty_card.contract import CardPresented, CardRefused
from hal.loyalty_card.pcsc import Settings, number_written, read_page, unique_id
from hal.ports.winscard import NoCardError, Winscard
from tests.support.rigs import Seen, opened
from tests.support.waiting import wait_until_async

UID, NUMBER = "04A1B2C3D4E580", "2990000000019"
WRITTEN = Settings(read="type2", prefix="2990", poll_ms=5)


# --- codec -------------------------------------------------------------------------------------------------------


def test_the_published_commands() -> None:
    assert pcsc.GET_UID.hex(" ") == "ff ca 00 00 00"
    assert pcsc.SELECT_PAYMENT.hex(" ") == "00 a4 04 00 0e 32 50 41 59 2e 53 59 53 2e 44 44 46 30 31 00"
    assert read_page(7).hex(" ") == "ff b0 00 07 10"


def test_the_far_end_knows_the_published_commands() -> None:
    card = tag(UID, NUMBER)
    assert card.answer(bytes.fromhex("FFCA000000")) == bytes.fromhex(UID) + b"\x90\x00"
    assert card.answer(bytes.fromhex("FFB0000410")) == NUMBER.encode() + bytes(3) + b"\x90\x00"
    assert bank_card().answer(pcsc.SELECT_PAYMENT).endswith(b"\x90\x00")


@pytest.mark.parametrize("answer", ["", "04", "08AABBCC", "04A1B2C3D4E58000FF"])
def test_what_is_no_id_of_a_card_is_refused_without_its_content(answer: str) -> None:
    with pytest.raises(ProtocolError) as told:
        unique_id(bytes.fromhex(answer))
    assert not answer or answer.lower() not in str(told.value).lower()


@pytest.mark.parametrize(
    "content",
    [b"", b"2990", b"2990000000019x\0\0", b"4111111111111\0\0\0", b"299000000001\xff\0\0\0", b"2990-00000019\0\0\0"],
)
def test_what_is_no_number_of_the_shop_s_is_refused_without_its_content(content: bytes) -> None:
    with pytest.raises(ProtocolError) as told:
        number_written(content, WRITTEN)
    assert content[:4].decode("latin-1") not in str(told.value) or not content


@given(st.binary(max_size=80), st.integers(1, 64))
@settings(max_examples=100, deadline=None)
def test_noise_is_a_number_only_if_it_looks_like_one(content: bytes, length: int) -> None:
    try:
        told = number_written(content, Settings(read="type2", length=length))
    except ProtocolError:
        return
    assert len(told) == length
    assert told.encode() == content[:length]
    assert told.isalnum()


@pytest.mark.parametrize("wrong", [{"page": 3}, {"length": 0}, {"length": 65}, {"page": 253}, {"poll_ms": 0}])
def test_settings_that_are_on_no_card_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="page is 4 or more"):
        Settings(**wrong)  # type: ignore[arg-type]  # wrong on purpose


# --- driver ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def world(given_: Settings | None = None) -> AsyncIterator[tuple[pcsc.Driver, PcscLibrary, Seen]]:
    library = PcscLibrary()
    driver = pcsc.Driver("loyalty_card", given_ or Settings(poll_ms=5), library)
    try:
        yield driver, library, await opened(driver)
    finally:
        await driver.close()
        assert (library.contexts, library.connections) == (0, 0)


def _cards(seen: Seen) -> list[DeviceEvent]:
    return [each for each in seen.events if isinstance(each, CardPresented | CardRefused)]


async def _hold(library: PcscLibrary, seen: Seen, card: ContactlessCard) -> DeviceEvent:
    told = len(_cards(seen))
    library.place(card)
    await wait_until_async(lambda: len(_cards(seen)) > told, what="a card")
    return _cards(seen)[-1]


def _presented(data: str) -> CardPresented:
    return CardPresented("loyalty_card", "contactless", data)


def test_a_card_is_told_once_for_each_time_it_is_held_there() -> None:
    async def run() -> None:
        async with world() as (driver, library, seen):
            assert await _hold(library, seen, tag(UID)) == _presented(UID)
            assert (await driver.check_health()).ok
            assert len(_cards(seen)) == 1
            await library.take_away()
            assert await _hold(library, seen, tag(UID)) == _presented(UID)
            assert await _hold(library, seen, ContactlessCard(bytes.fromhex("04AABBCC"))) == _presented("04AABBCC")

    asyncio.run(run())


@pytest.mark.parametrize("length", [13, 16, 20, 64])
def test_a_number_written_on_a_tag_is_read_however_long_it_is(length: int) -> None:
    async def run() -> None:
        number = NUMBER.ljust(length, "7")
        mine = Settings(read="type2", prefix="2990", length=length, poll_ms=5)
        async with world(mine) as (_driver, library, seen):
            assert await _hold(library, seen, tag(UID, number)) == _presented(number)

    asyncio.run(run())


def test_a_bank_card_is_asked_nothing_but_whether_it_pays() -> None:
    async def run() -> None:
        for mine in (Settings(poll_ms=5), WRITTEN):
            async with world(mine) as (_driver, library, seen):
                card = bank_card("04112233445566")
                assert await _hold(library, seen, card) == CardRefused("loyalty_card", "bank_card")
                assert card.asked == (pcsc.SELECT_PAYMENT,)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("card", "reason"),
    [
        (tag(UID, "4111111111111111"), "foreign"),
        (tag(UID, ""), "foreign"),
        (ContactlessCard(bytes.fromhex(UID)), "unreadable"),
    ],
    ids=["another's number", "empty", "no tag"],
)
def test_a_tag_without_a_number_of_the_shop_s_is_refused(card: ContactlessCard, reason: str) -> None:
    async def run() -> None:
        async with world(WRITTEN) as (_driver, library, seen):
            assert await _hold(library, seen, card) == CardRefused("loyalty_card", reason)  # type: ignore[arg-type]  # its own

    asyncio.run(run())


def test_an_id_made_up_for_this_tap_says_nothing_about_anybody() -> None:
    async def run() -> None:
        async with world() as (_driver, library, seen):
            card = ContactlessCard(bytes.fromhex("08A1B2C3"))
            assert await _hold(library, seen, card) == CardRefused("loyalty_card", "foreign")

    asyncio.run(run())


def test_a_card_taken_away_too_soon_is_unreadable_and_the_reader_stays() -> None:
    async def run() -> None:
        async with world() as (_driver, library, seen):
            library.snatched = True
            assert await _hold(library, seen, tag(UID)) == CardRefused("loyalty_card", "unreadable")
            assert await _hold(library, seen, tag(UID)) == _presented(UID)
            assert seen.statuses == ["ready"]

    asyncio.run(run())


def test_a_card_that_lay_there_before_was_presented_to_nobody() -> None:
    async def run() -> None:
        async with world() as (driver, library, seen):
            await driver.disable()
            library.place(tag(UID))
            await driver.check_health()
            await driver.enable()
            await driver.check_health()
            assert _cards(seen) == []
            await library.unplug()
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            library.place(tag(UID))
            await library.plug()
            await wait_until_async(lambda: seen.statuses[-1] == "ready", what="ready")
            await driver.check_health()
            assert _cards(seen) == []

    asyncio.run(run())


@pytest.mark.parametrize(
    ("harm", "words"),
    [("serving", "start pcscd.socket"), ("plugged", "no smart card reader"), ("held", "another program")],
)
def test_what_is_wrong_is_told_to_staff_in_words(harm: str, words: str) -> None:
    async def run() -> None:
        async with world() as (_driver, library, seen):
            setattr(library, harm, harm == "held")
            library.place(tag(UID))
            await wait_until_async(lambda: seen.statuses[-1] == "lost", what="lost")
            if harm == "plugged":
                return
            causes = [getattr(each, "cause", "") for each in seen.events]
            assert any(words in each for each in causes)

    asyncio.run(run())


def test_of_several_readers_none_is_guessed() -> None:
    async def run() -> None:
        library = PcscLibrary()
        library.readers = ["ACS ACR122U 00 00", "Omnikey 5022 01 00"]
        for wanted, found in (("", "2 readers fit"), ("Identiv", "no reader fits"), ("omnikey", "")):
            driver = pcsc.Driver("loyalty_card", Settings(reader=wanted, poll_ms=5), library)
            seen = await opened(driver)
            causes = [getattr(each, "cause", "") for each in seen.events]
            assert seen.statuses == (["lost"] if found else ["ready"])
            assert all(found in each for each in causes)
            await driver.close()

    asyncio.run(run())


def test_no_id_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    async def run() -> None:
        async with world() as (driver, library, seen):
            for card in (tag(UID), bank_card("04112233445566"), ContactlessCard(bytes.fromhex("04" * 9))):
                await _hold(library, seen, card)
            assert UID not in repr(seen.events) + (await driver.check_health()).text

    with caplog.at_level(logging.DEBUG):
        asyncio.run(run())
    assert UID not in caplog.text
    assert "040404" not in caplog.text


# --- the C library's binding -------------------------------------------------------------------------------------


def test_the_binding_tells_no_card_a_held_card_and_a_closed_service_apart() -> None:
    library = PcscLibrary()
    service = Winscard(library)
    with pytest.raises(NoHardwareError, match="not open"):
        service.readers()
    service.open()
    (reader,) = service.readers()
    assert not service.look(reader).card
    with pytest.raises(NoCardError), service.card(reader):
        pass
    library.place(tag(UID))
    assert service.look(reader).card
    library.held = True
    with pytest.raises(ClaimedError), service.card(reader):
        pass
    library.held = False
    with service.card(reader) as card:
        assert card.ask(b"\xff\xee\x00\x00\x00") is None
        assert card.ask(pcsc.GET_UID) == bytes.fromhex(UID)
    with pytest.raises(NoHardwareError, match="reader is gone"):
        service.look("another")
    service.close()
    service.close()
    assert (library.contexts, library.connections) == (0, 0)


def test_an_answer_without_its_status_is_none() -> None:
    class Mute(ContactlessCard):
        def answer(self, command: bytes) -> bytes:
            return b"\x90"

    library = PcscLibrary()
    library.place(Mute(b""))
    service = Winscard(library)
    service.open()
    with service.card(library.readers[0]) as card, pytest.raises(ProtocolError, match="without its status"):
        card.ask(pcsc.GET_UID)
    service.close()
