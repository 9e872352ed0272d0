"""The scanner that types: keys of three countries, and nothing told that was not typed whole."""

from __future__ import annotations

import asyncio
import errno
import os
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.far_ends.line import Line
from bench.far_ends.scanner.keyboard_wedge import KeyboardWedge
from bench.far_ends.uinput import UINPUT
from bench.knobs import KnobRefusedError
from hal.device import StatusChanged
from hal.scanner import keyboard_wedge
from hal.scanner.common.keyboards import LAYOUTS
from hal.scanner.contract import CodeRead
from hal.scanner.keyboard_wedge import Code, Event, Events, Refused, Settings, Typist
from tests.support.pieces import pieces
from tests.support.rigs import Seen, every, opened
from tests.support.waiting import wait_until_async

COUNTRIES: tuple[Literal["us", "de", "br"], ...] = ("us", "de", "br")
ENTER, TAB, SHIFT, CTRL, ALT, ALTGR, CAPS = 28, 15, 42, 29, 56, 100, 58
Told = list[Code | Refused]


class Keys:
    """A keyboard with a clock: one key every millisecond."""

    def __init__(self, typist: Typist) -> None:
        self.typist = typist
        self.now_us = 1_000_000
        self.told: Told = []

    def event(self, kind: int, code: int, value: int) -> None:
        self.now_us += 1_000
        told = self.typist.take(Event(self.now_us, kind, code, value))
        if told is not None:
            self.told.append(told)

    def press(self, *keys: int, held: tuple[int, ...] = ()) -> Keys:
        for key in held:
            self.event(1, key, 1)
        for key in keys:
            self.event(1, key, 1)
            self.event(0, 0, 0)
            self.event(1, key, 0)
        for key in held:
            self.event(1, key, 0)
        return self

    def wait(self, milliseconds: int) -> Keys:
        self.now_us += milliseconds * 1_000
        return self


def _keys(layout: Literal["us", "de", "br"] = "us", *, aim: bool = False) -> Keys:
    return Keys(Typist(Settings(device="/dev/input/event0", layout=layout, aim=aim)))


def test_a_captured_scan_is_a_code() -> None:
    assert _keys().press(6, 10, 11, 2, ENTER).told == [Code("5901", "")]
    assert _keys().press(6, 10, 11, 2, TAB).told == [Code("5901", "")]
    assert _keys().press(76, 73, 82, 79, 96).told == [Code("5901", "")]


def test_an_identifier_goes_before_the_data_where_the_scanner_sends_it() -> None:
    typed = _keys(aim=True).press(27).press(18, held=(SHIFT,)).press(11, 6, 10, 11, ENTER)
    assert typed.told == [Code("590", "]E0")]
    (refused,) = _keys(aim=True).press(6, 10, 11, ENTER).told
    assert isinstance(refused, Refused)


@pytest.mark.parametrize(
    ("layout", "keys", "typed"),
    [
        ("us", lambda keys: keys.press(44, 21, 12), "zy-"),
        ("de", lambda keys: keys.press(21, 44, 53), "zy-"),
        ("de", lambda keys: keys.press(16, 8, held=(ALTGR,)), "@{"),
        ("de", lambda keys: keys.press(13).press(18), "é"),
        ("de", lambda keys: keys.press(13).press(57), "´"),
        ("de", lambda keys: keys.press(41).press(16), "^q"),
        ("br", lambda keys: keys.press(39, 53, 89), "ç;/"),
        ("br", lambda keys: keys.press(26).press(30), "á"),
        ("br", lambda keys: keys.press(43), "]"),
        ("us", lambda keys: keys.press(CAPS).press(30).press(30, held=(SHIFT,)).press(2, CAPS), "Aa1"),
        ("us", lambda keys: keys.press(27, held=(CTRL,)), "\x1d"),
        ("br", lambda keys: keys.press(43, held=(CTRL,)), "\x1d"),
        ("us", lambda keys: keys.press(82, 79, 77, 71, held=(ALT,)), "§"),
        ("us", lambda keys: keys.press(79, 80, 72, held=(ALT,)), "Ç"),
    ],
)
def test_keys_type_what_the_country_prints_on_them(layout: Literal["us", "de", "br"], keys: Any, typed: str) -> None:  # noqa: ANN401  a lambda
    assert keys(_keys(layout)).press(ENTER).told == [Code(typed, "")]


def test_a_key_held_down_is_one_key() -> None:
    keys = _keys()
    keys.event(1, 6, 1)
    for _ in range(5):
        keys.event(1, 6, 2)
    keys.event(1, 6, 0)
    assert keys.press(ENTER).told == [Code("5", "")]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda keys: keys.press(59),
        lambda keys: keys.press(30, held=(CTRL,)),
        lambda keys: keys.press(30, held=(ALT,)),
        lambda keys: keys.press(86, held=(ALTGR,)),
        lambda keys: keys.press(79, 79, 79, 79, 79, held=(ALT,)),
        lambda keys: keys.press(82, 79, 80, 73, held=(ALT,)),
        lambda keys: keys.press(*[30] * 5000),
    ],
)
def test_a_key_that_types_nothing_spoils_its_code_and_no_other(spoil: Any) -> None:  # noqa: ANN401  a lambda
    keys = spoil(_keys().press(6, 10)).press(11, ENTER).press(2, ENTER)
    assert [type(each) for each in keys.told] == [Refused, Code]
    assert keys.told[-1] == Code("1", "")


def test_a_pause_spoils_a_code_to_its_end_and_what_follows_it_is_no_code_of_its_own() -> None:
    keys = _keys().press(6, 10).wait(150).press(11, ENTER).press(2, ENTER)
    assert keys.told == [Refused("a pause inside a code"), Code("1", "")]


def test_after_a_rest_a_new_code_begins_and_the_one_without_an_end_is_warned_of() -> None:
    keys = _keys().press(6, 10).wait(1500).press(11, ENTER)
    assert keys.told == [Refused("2 keys of a code whose end did not come"), Code("0", "")]


def test_keys_lost_by_the_kernel_spoil_the_code_to_its_end() -> None:
    keys = _keys()
    keys.press(6, 10, held=(SHIFT,))
    keys.event(1, SHIFT, 1)
    keys.event(0, 3, 0)  # the Shift is let go while nobody looks
    keys.event(1, 11, 1)
    keys.event(0, 0, 0)
    keys.press(2, 3, ENTER).press(4, ENTER)
    assert keys.told == [Refused("keys the kernel had no room for"), Code("3", "")]


def test_events_arrive_whole_however_the_bytes_are_cut() -> None:
    wire = b"".join(struct.pack("@llHHi", 1, number, 1, number, 1) for number in range(5))
    for cuts in ([7, 30, 31], [0], list(range(len(wire)))):
        events = Events()
        told = [event for piece in pieces(wire, cuts) for event in events.feed(piece)]
        assert told == [Event(1_000_000 + number, 1, number, 1) for number in range(5)]


_TEXTS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=20)


@settings(max_examples=100, deadline=None)
@given(_TEXTS, st.sampled_from(COUNTRIES), st.lists(st.integers(0, 5000), max_size=6))
def test_what_the_far_end_types_is_what_is_read(text: str, layout: Literal["us", "de", "br"], cuts: list[int]) -> None:
    inside, sent = KeyboardWedge(), bytearray()
    inside.plugged, inside.send = lambda: True, sent.extend
    asyncio.run(inside.program(layout=layout))
    asyncio.run(inside.scan(data=text))
    events, typist = (
        Events(),
        Typist(Settings(device="/dev/input/event0", layout=layout, gap_ms=60_000, rest_ms=60_000)),
    )
    told = [typist.take(event) for piece in pieces(bytes(sent), cuts) for event in events.feed(piece)]
    assert [each for each in told if each is not None] == [Code(text, "")]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 130), st.integers(-1, 3)), max_size=80))
def test_any_events_are_borne_and_a_clean_code_after_a_pause_is_read(events: list[tuple[int, int, int]]) -> None:
    keys = _keys("de")
    for kind, code, value in events:
        keys.event(kind, code, value)
    keys.event(0, 0, 0)
    keys.told.clear()
    keys.wait(2_000).press(7, 8, 9, ENTER)
    assert keys.told[-1:] == [Code("678", "")]


def test_every_layout_has_every_digit_and_letter() -> None:
    for layout in LAYOUTS.values():
        typed = {character for levels in layout.values() for character in levels}
        assert set("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-./ ") <= typed


@asynccontextmanager
async def world(
    folder: Path,
    given_: Mapping[str, Any] | None = None,
    grabbed: Any = None,  # noqa: ANN401  a callback
) -> AsyncIterator[tuple[keyboard_wedge.Driver, KeyboardWedge, Line]]:
    inside = KeyboardWedge()
    line = Line(inside)
    path = await line.start_pty(folder / "event-kbd")
    driver = keyboard_wedge.Driver(
        "scanner", Settings(device=path, retry_ms=10, **(given_ or {})), grabbed or (lambda _descriptor: None)
    )
    try:
        yield driver, inside, line
    finally:
        await driver.close()
        await line.close()


def _codes(seen: Seen) -> list[str]:
    return [event.data for event in seen.of(CodeRead) if isinstance(event, CodeRead)]


def test_the_keyboard_is_grabbed_at_each_opening_and_not_read_without(tmp_path: Path) -> None:
    grabs: list[int] = []

    def grabbed(descriptor: int) -> None:
        grabs.append(descriptor)
        if len(grabs) == 1:
            raise OSError(errno.EBUSY, "Device or resource busy")

    async def run() -> None:
        async with world(tmp_path, grabbed=grabbed) as (driver, inside, _line):
            seen = await opened(driver)
            assert seen.statuses == ["lost"]
            assert "held by another program" in next(
                event.cause for event in seen.events if isinstance(event, StatusChanged)
            )
            await wait_until_async(lambda: seen.statuses == ["lost", "ready"], what="ready")
            await inside.scan(data="5901234123457")
            await wait_until_async(lambda: _codes(seen) == ["5901234123457"], what="the code")
            assert len(grabs) == 2

    asyncio.run(run())


def test_the_real_grab_is_refused_by_what_is_no_keyboard(tmp_path: Path) -> None:
    async def run() -> None:
        line = Line(KeyboardWedge())
        path = await line.start_pty(tmp_path / "event-kbd")
        driver = keyboard_wedge.Driver("scanner", Settings(device=path, retry_ms=10))
        seen = await opened(driver)
        assert seen.statuses == ["lost"]
        await driver.close()
        await line.close()

    asyncio.run(run())


def test_a_scanner_set_to_another_country_is_read_with_its_layout(tmp_path: Path) -> None:
    async def run() -> None:
        async with world(tmp_path, {"layout": "br", "aim": True}) as (driver, inside, _line):
            await inside.program(layout="br", aim=True, suffix="tab")
            seen = await opened(driver)
            await inside.caps_lock()
            await inside.scan(data="Açaí 500g/ção?]", symbology="]Q1")
            await wait_until_async(lambda: _codes(seen) == ["Açaí 500g/ção?]"], what="the code")
            with pytest.raises(KnobRefusedError):
                await inside.scan(data="চাল")

    asyncio.run(run())


@pytest.mark.skipif(not os.access(UINPUT, os.W_OK), reason="this machine has no /dev/uinput to make a keyboard with")
def test_the_kernel_s_own_keyboard_has_a_rig() -> None:
    assert ("scanner", "keyboard_wedge:uinput") in every()
