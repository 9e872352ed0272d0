"""Every screen, in every language and look, fits its window and can be read and touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from kivy.uix.widget import Widget
from PIL import ImageFont

from kiosk.checkout.screen import Body, Notice, Screen
from kiosk.checkout.text import text
from tests.support.screens import BASKET, BODIES, BREAKFAST, LINES, OFFER, TOTALS, bdt, chrome, screen
from tests.ui.conftest import Shopper, frames, within
from ui.screens.all import VIEWS
from ui.text import FONTS, Words, natural_width
from ui.theme import (
    HIGH_CONTRAST,
    MAIN_TARGET,
    NORMAL,
    PAIRS,
    SMALLEST_TARGET,
    STAFF,
    STAFF_HIGH_CONTRAST,
    Theme,
    TypeSize,
    contrast,
)
from ui.widgets.button import PushButton
from ui.widgets.item_tile import ItemTile

LANGUAGES = ("bn", "en", "pt_BR")
LOOKS = [(False, False), (True, False), (True, True)]
"""Large text, high contrast: where both are on there is the least room, and contrast by itself moves nothing."""
MAIN = frozenset({"pay", "confirm", "set", "send", "take", "sign_out", "look_up", "loyalty"})


def shown(root: Widget, kind: type[Widget]) -> list[Widget]:
    return [part for part in within(root) if isinstance(part, kind)]


def unfit(root: Widget, size: tuple[int, int]) -> list[str]:
    """What text does not fit its place, is smaller than allowed, or stands outside the window."""
    faults = []
    for words in shown(root, Words):
        if not words.text:
            continue
        if not words.fits:
            faults.append(f"{words.text!r} overflows {words.size}")
        if words.used_size < TypeSize.NOTE:
            faults.append(f"{words.text!r} is set in {words.used_size}")
        if words.x < 0 or words.right > size[0]:
            faults.append(f"{words.text!r} leaves the window at {words.pos}")
    return faults


def untouchable(root: Widget) -> list[str]:
    """Which targets are too small, or lie on top of one another."""
    buttons = shown(root, PushButton)
    return [
        f"{button.words!r} {button.size}" for button in buttons if min(button.area.w, button.area.h) < SMALLEST_TARGET
    ]


def test_every_body_has_a_view() -> None:
    assert set(VIEWS) == set(Body.__args__)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("large", "high"), LOOKS)
def test_nothing_overflows_and_everything_can_be_touched(
    shopper: Shopper, language: str, *, large: bool, high: bool
) -> None:
    faults = {}
    for name in BODIES:
        shopper.sees(screen(name, language, large_text=large, high_contrast=high))
        found = unfit(shopper.stage.root, (1280, 800)) + untouchable(shopper.stage.root)
        if found:
            faults[name] = found
    assert not faults


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("large", "high"), LOOKS)
def test_a_long_list_of_savings_fits_and_can_be_put_away(
    shopper: Shopper, language: str, *, large: bool, high: bool
) -> None:
    plain = screen("basket", language, large_text=large, high_contrast=high)
    totals = replace(TOTALS, savings=((BREAKFAST, bdt(1_234_567)), (OFFER, bdt(99))) * 5, discount=bdt(6_173_330))
    view = shopper.sees(replace(plain, body=replace(BASKET, totals=totals)))
    shopper.touches(view._totals.savings)
    sheet = view.explained
    assert not unfit(sheet, (1280, 800)) + untouchable(sheet)
    assert sheet.offers.reach > 0


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1024, 600)])
def test_other_windows_hold_every_screen(enter: Callable[..., Shopper], size: tuple[int, int]) -> None:
    shopper = enter(size)
    faults = {}
    for name in BODIES:
        shopper.sees(screen(name, "bn"))
        unit = shopper.stage.kit.unit
        found = [
            f"{words.text!r} overflows {words.size}"
            for words in shown(shopper.stage.root, Words)
            if words.text and not words.fits
        ]
        found += [
            f"{button.words!r} {button.size}"
            for button in shown(shopper.stage.root, PushButton)
            if min(button.area.w, button.area.h) < int(SMALLEST_TARGET * unit)
        ]
        if found:
            faults[name] = found
    assert not faults


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("large", "high"), LOOKS)
def test_lasting_warnings_leave_room_for_every_screen(
    shopper: Shopper, language: str, *, large: bool, high: bool
) -> None:
    warnings = (text("network.offline"), text("device.scanner_lost"), text("device.printer_lost"))
    faults = {}
    for name in BODIES:
        plain = screen(name, language, large_text=large, high_contrast=high, online=False)
        shopper.sees(replace(plain, warnings=warnings))
        found = unfit(shopper.stage.root, (1280, 800)) + untouchable(shopper.stage.root)
        if found:
            faults[name] = found
    assert not faults


@pytest.mark.parametrize("size", [(1280, 800), (1080, 1920)])
@pytest.mark.parametrize("script", ["beng", "latn", "digits"])
@pytest.mark.parametrize("large", [False, True])
def test_the_keyboard_leaves_room_for_what_it_finds(
    enter: Callable[..., Shopper], size: tuple[int, int], script: str, *, large: bool
) -> None:
    shopper = enter(size)
    view = shopper.sees(screen("look_up", "bn", large_text=large))
    shopper.touches(view.field)
    if script != view.keyboard.script:
        shopper.touches(view.keyboard.keys[script])
    assert not untouchable(shopper.stage.root)
    assert not unfit(shopper.stage.root, size)
    tiles = shown(view, ItemTile)
    assert any(tile.area.y >= view.results.area.y for tile in tiles), "a whole row of items is in sight"


@pytest.mark.parametrize("name", list(BODIES))
def test_the_screen_is_drawn(shopper: Shopper, name: str) -> None:
    shopper.sees(screen(name, "bn"))
    image = shopper.shoots(f"{name}-bn")
    assert len(image.getcolors(1280 * 800) or ()) > 20


@pytest.mark.parametrize(("name", "part"), [("basket", "pay"), ("weigh_stable", "confirm"), ("quantity", "set")])
def test_the_main_thing_to_press_is_large(shopper: Shopper, name: str, part: str) -> None:
    view = shopper.sees(screen(name, "bn"))
    button = getattr(view, part)
    assert min(button.area.w, button.area.h) >= MAIN_TARGET


@pytest.mark.parametrize("theme", [NORMAL, HIGH_CONTRAST, STAFF, STAFF_HIGH_CONTRAST], ids=lambda theme: theme.name)
def test_every_pair_of_colours_can_be_told_apart(theme: Theme) -> None:
    pairs = [(theme.colour(ink), theme.colour(ground)) for ink, ground in PAIRS]
    weak = [pair for pair in (*pairs, *theme.tiles) if contrast(*pair) < 4.5]
    assert not weak


@pytest.mark.parametrize("face", ["Regular", "Medium", "SemiBold", "Bold"])
@pytest.mark.parametrize(
    "said", ["মূল্য পরিশোধ করুন", "স্ট্রবেরি", "৳১,০৮৬.২৯", "পেঁয়াজ ও ক্ষুদ্র গাজর", "Ação: ৳1,086.29", "Indisponível"]
)
def test_text_is_as_wide_as_raqm_says(said: str, face: str) -> None:
    font = ImageFont.truetype(FONTS / f"NotoSansBengali-{face}.ttf", 40, layout_engine=ImageFont.Layout.RAQM)
    assert natural_width(said, 40, face) == pytest.approx(font.getlength(said, language="bn"), abs=4)


def test_the_notice_never_moves_the_total(shopper: Shopper) -> None:
    view = shopper.sees(screen("basket"))
    before = view.pay.area
    shopper.sees(screen("basket", notice=Notice(text("code.unknown"), "warning")))
    assert view.pay.area == before
    assert shopper.stage.notice is not None
    assert shopper.stage.notice.parent is not None


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "message", ["pay.without_terminal", "loyalty.offline", "code.in_house", "pay.void_refused", "device.scanner_lost"]
)
@pytest.mark.parametrize("large", [False, True])
def test_a_long_notice_is_said_whole(shopper: Shopper, language: str, message: str, *, large: bool) -> None:
    shopper.sees(screen("basket", language, notice=Notice(text(message), "error"), large_text=large))
    assert not unfit(shopper.stage.root, (1280, 800))


def test_a_basket_that_has_changed_looks_like_one_that_is_shown_anew(enter: Callable[..., Shopper]) -> None:
    """The line that was marked as the latest leaves nothing behind where another line now says what it saved."""
    first, second = LINES[2], LINES[4]
    plain = tuple(replace(line, saved=(), expires="") for line in (first, second))
    before = replace(BASKET, lines=plain)
    now = replace(BASKET, lines=(replace(first, expires=""), replace(second, latest=False)))
    changed, anew = enter(), enter()
    changed.sees(Screen(chrome("en"), before))
    frames()
    changed.sees(Screen(chrome("en"), now))
    anew.stage.root.opacity = 0
    one = changed.shoots("changed")
    changed.stage.root.opacity, anew.stage.root.opacity = 0, 1
    anew.sees(Screen(chrome("en"), now))
    assert one.tobytes() == anew.shoots("anew").tobytes()
