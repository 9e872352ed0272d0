"""The stripe reader: members' numbers are told, and nothing of a bank card ever is."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bench.far_ends.loyalty_card.hid_msr import HidMsr, swipe_report
from bench.far_ends.usb_hid import HidDevice
from hal.device import DeviceEvent, ProtocolError
from hal.hid import parse
from hal.loyalty_card import hid_msr
from hal.loyalty_card.contract import CardPresented, CardRefused
from hal.loyalty_card.hid_msr import Member, Settings, Track, judge, layout, tracks
from tests.support.rigs import Seen, opened
from tests.support.rigs.loyalty_card.hid_msr import stripe_reader
from tests.support.waiting import wait_until_async

OURS = Settings(0x0801, 0x0002, "2990", retry_ms=5)
NUMBER = "2990000000019"
WHERE = layout(parse(HidMsr.report_descriptor))
PAN = "4111111111111111"
VISA = (b"%B4111111111111111^SHOPPER/ANN^30121010000000000000?", b";4111111111111111=30121010000000000000?", b"")


def _judged(*written: bytes, damaged: tuple[bool, bool, bool] = (False, False, False)) -> object:
    return judge(tracks(WHERE, swipe_report([*written, *[b""] * (3 - len(written))], damaged)), OURS)


# --- codec -------------------------------------------------------------------------------------------------------


def test_the_published_layout_is_found_in_the_descriptor() -> None:
    assert WHERE.size == 337
    assert [each.bit // 8 for each in (*WHERE.status, *WHERE.length, *WHERE.data)] == [0, 1, 2, 3, 4, 5, 7, 117, 227]
    assert [each.count for each in WHERE.data] == [110, 110, 110]


def test_a_swipe_is_three_tracks() -> None:
    read = tracks(WHERE, swipe_report([b"%E?", f";{NUMBER}?".encode(), b""], [True, False, False]))
    assert read == (
        Track(damaged=True, data=b"%E?"),
        Track(damaged=False, data=f";{NUMBER}?".encode()),
        Track(damaged=False, data=b""),
    )


def test_a_member_s_number_is_told() -> None:
    assert _judged(b"", f";{NUMBER}?".encode()) == Member(NUMBER)
    assert _judged(b"%MEMBER?", f";{NUMBER}?".encode(), b";12?") == Member(NUMBER)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (VISA, "bank_card"),
        ((b"", VISA[1]), "bank_card"),
        ((VISA[0],), "bank_card"),
        ((b"%B4111 1111 1111 1111^", b""), "bank_card"),
        ((b"", b";4111111111111=3012?"), "bank_card"),
        ((b"", b";6011111111111111111=3012?"), "bank_card"),
        ((b"", b"", b";5941111111111111111=724?"), "bank_card"),
        ((VISA[0], b";2990000000019?"), "bank_card"),
        ((b"", b";2990000000019=3012?"), "bank_card"),
        ((b"", b";2990000000018?"), "foreign"),
        ((b"", b";299000000001?"), "foreign"),
        ((b"", b";2980000000010?"), "foreign"),
        ((b"", b";29900000000192990000000019?"), "foreign"),
        ((b"%2990000000019?", b""), "foreign"),
        ((b"", b"2990000000019?"), "foreign"),
        ((b"", b";2990000000019"), "foreign"),
        ((b"", b";4111111111111111?"), "foreign"),
        ((b"", b"", b""), None),
    ],
)
def test_every_other_card_is_refused(written: tuple[bytes, ...], reason: str | None) -> None:
    assert _judged(*written) == reason


def test_a_damaged_track_makes_a_card_unreadable_whatever_the_others_say() -> None:
    assert _judged(b"%E?", f";{NUMBER}?".encode(), damaged=(True, False, False)) == "unreadable"
    assert _judged(VISA[0], b";E?", damaged=(False, True, False)) == "bank_card"


def test_a_track_that_says_to_be_longer_than_it_can_is_damaged() -> None:
    report = bytearray(swipe_report([b"", f";{NUMBER}?".encode(), b""]))
    report[4] = 200
    assert tracks(WHERE, bytes(report))[1].damaged


@pytest.mark.parametrize(
    ("track", "check", "written", "number"),
    [
        (1, "none", b"%2990ABC?", "2990ABC"),
        (3, "luhn", b"+29900?", "29900"),
        (3, "luhn", b";29900?", "29900"),
    ],
)
def test_the_number_may_be_on_any_track(track: int, check: str, written: bytes, number: str) -> None:
    mine = Settings(1, 1, "2990", len(number), track, check)  # type: ignore[arg-type]  # the parameters are its choices
    read = [Track(damaged=False, data=b"")] * 3
    read[track - 1] = Track(damaged=False, data=written)
    assert judge(tuple(read), mine) == Member(number)


@pytest.mark.parametrize(
    "prefix",
    ["", "2", "29a", "4", "41", "4111", "52", "34", "6011", "2221", "2720", "22", "81", "86", "8600", "97", "98"],
)
def test_a_prefix_that_a_bank_card_could_have_is_no_setting(prefix: str) -> None:
    with pytest.raises(ValueError, match=r"payment cards|prefix is"):
        Settings(1, 1, prefix)


@pytest.mark.parametrize("prefix", ["2990", "20", "21", "28", "00", "10", "71", "99", "9791"])
def test_a_prefix_of_a_shop_s_own_is_one(prefix: str) -> None:
    assert Settings(1, 1, prefix).prefix == prefix


def test_a_device_that_reads_no_stripes_is_none() -> None:
    with pytest.raises(ProtocolError, match="no MagTek"):
        layout(parse(bytes.fromhex("0600FF 0901 A101 7508 9501 0902 8102 C0")))
    with pytest.raises(ProtocolError, match="lacks"):
        layout(parse(bytes.fromhex("0600FF 0901 A101 7508 956E 0930 8102 C0")))


# --- driver ------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def world() -> AsyncIterator[tuple[hid_msr.Driver, HidMsr, HidDevice, Seen]]:
    async with stripe_reader() as (driver, inside, device):
        yield driver, inside, device, await opened(driver)


def _cards(seen: Seen) -> list[DeviceEvent]:
    return [*(each for each in seen.events if isinstance(each, CardPresented | CardRefused))]


def test_cards_are_told_one_by_one_in_low_speed_packets() -> None:
    async def run() -> None:
        async with world() as (_driver, inside, device, seen):
            assert device.inside.packet == 8
            await inside.present(data=NUMBER)
            await inside.swipe(track1=VISA[0].decode(), track2=VISA[1].decode())
            await inside.scratch()
            await inside.swipe(track2=";1?")
            await wait_until_async(lambda: len(_cards(seen)) == 4, what="four cards")
            assert _cards(seen) == [
                CardPresented("loyalty_card", "magnetic", NUMBER),
                CardRefused("loyalty_card", "bank_card"),
                CardRefused("loyalty_card", "unreadable"),
                CardRefused("loyalty_card", "foreign"),
            ]

    asyncio.run(run())


def test_half_a_swipe_is_told_as_unreadable_and_three_lose_the_reader() -> None:
    async def run() -> None:
        async with world() as (_driver, inside, _device, seen):
            for _ in range(3):
                inside.send(swipe_report(VISA)[:100])
            await wait_until_async(lambda: seen.statuses == ["ready", "lost", "ready"], what="lost and back")
            assert {event.reason for event in _cards(seen) if isinstance(event, CardRefused)} == {"unreadable"}

    asyncio.run(run())


# --- bank cards --------------------------------------------------------------------------------------------------


def _luhn(body: str) -> str:
    digits = [int(each) for each in reversed(body)]
    total = sum(digit if at % 2 else sum(divmod(digit * 2, 10)) for at, digit in enumerate(digits))
    return body + str(-total % 10)


PANS = st.builds(
    lambda head, tail, length: _luhn((head + tail)[: length - 1].ljust(length - 1, "7")),
    st.sampled_from(["4", "51", "55", "2221", "2720", "34", "37", "36", "6011", "62", "65", "3528", "81", "9792"]),
    st.text("0123456789", min_size=18, max_size=18),
    st.sampled_from([13, 15, 16, 19]),
)


@st.composite
def bank_swipes(draw: st.DrawFn) -> tuple[str, list[bytes]]:
    """A bank card's number and its swipes: whole, cut anywhere, split, of any tracks, with wrong bits and flags."""
    pan = draw(PANS)
    written = [
        f"%B{pan}^SHOPPER/ANN^3012101?".encode() if draw(st.booleans()) else b"",
        f";{pan}{draw(st.sampled_from(['=', '', '?', 'D']))}3012101?".encode() if draw(st.integers(0, 3)) else b"",
        f";59{pan}=724?".encode() if draw(st.booleans()) else b"",
    ]
    written = [each[draw(st.integers(0, 4)) :] if draw(st.booleans()) else each for each in written]
    report = bytearray(swipe_report(written, [draw(st.booleans()) for _ in range(3)]))
    for _ in range(draw(st.integers(0, 4))):
        report[draw(st.integers(0, len(report) - 1))] ^= 1 << draw(st.integers(0, 7))
    cut = draw(st.integers(0, len(report)))
    return pan, draw(
        st.sampled_from([[bytes(report)], [bytes(report[:cut])], [bytes(report[:cut]), bytes(report[cut:])]])
    )


def _leaks(pan: str, said: str) -> bool:
    """Whether seven digits of the number in a row are in what was said: more than nobody could guess."""
    return any(pan[at : at + 7] in said for at in range(len(pan) - 6))


async def _one_more(inside: HidMsr, seen: Seen) -> None:
    told = len(seen.events)
    await inside.present(data=NUMBER)
    await wait_until_async(lambda: len(seen.events) > told, what="a card")


async def _swiped(reports: list[bytes]) -> list[str]:
    """All that a driver says of these reports, in every form in which it could be written down."""
    async with world() as (driver, inside, device, seen):
        for report in reports:
            inside.send(report)
        await wait_until_async(lambda: not device.packets, what="all read")
        while not seen.of(CardPresented):  # the first may be taken for the end of half a swipe
            await _one_more(inside, seen)
        told = [repr(event) + str(getattr(event, "data", "")) for event in seen.events]
        health = await driver.check_health()
        return [*told, health.text, repr(driver)]


@given(bank_swipes())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_no_digit_of_a_bank_card_is_ever_said(
    caplog: pytest.LogCaptureFixture, swipes: tuple[str, list[bytes]]
) -> None:
    pan, reports = swipes
    caplog.clear()
    with caplog.at_level(logging.DEBUG):
        said = [*asyncio.run(_swiped(reports)), caplog.text]
    assert not [each for each in said if _leaks(pan, each.replace(NUMBER, ""))]


@given(bank_swipes())
@settings(max_examples=200, deadline=None)
def test_no_bank_card_is_a_member_and_nothing_made_of_it_shows_it(swipes: tuple[str, list[bytes]]) -> None:
    pan, reports = swipes
    for report in reports:
        read: object = None
        judged: object = None
        try:
            read = tracks(WHERE, report)
            judged = judge(tracks(WHERE, report), OURS)
        except ProtocolError as error:
            judged = f"{error!r} {error.args} {error.__cause__!r}"
        assert not isinstance(judged, Member)
        assert not _leaks(pan, f"{read!r} {judged!r}")


def test_the_test_would_see_a_leak() -> None:
    assert _leaks(PAN, f"said {PAN[3:12]}")
    assert not _leaks(PAN, "said 41111")
    assert NUMBER not in repr(CardPresented("loyalty_card", "magnetic", NUMBER))
    assert NUMBER not in repr(Member(NUMBER)) + repr(Track(damaged=False, data=NUMBER.encode()))


@given(st.binary(max_size=400), st.booleans())
@settings(max_examples=100, deadline=None)
def test_noise_is_no_member(noise: bytes, padded: bool) -> None:  # noqa: FBT001  hypothesis gives it
    try:
        read = tracks(WHERE, noise[:337].ljust(337, b"\0") if padded else noise)
    except ProtocolError:
        return
    assert not isinstance(judge(read, OURS), Member)
