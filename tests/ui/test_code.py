"""The code on the screen is read back off the screen, in every language, look and window."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image

from kiosk.checkout.inputs import PaymentCancelled
from kiosk.checkout.screen import QrBody
from tests.support.screens import CODE, screen
from tests.ui.conftest import Shopper, settle, within
from ui.area import Area
from ui.text import Words
from ui.widgets.code import QUIET, CodePicture

DIAGONAL_MM = 15 * 25.4


def read_off(picture: Image.Image) -> list[str]:
    """Every QR code in a picture, by a reader that knows dark on light only."""
    grey = picture.convert("L")
    wanted = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    found = zxingcpp.read_barcodes(grey, wanted, try_invert=False)
    return [code.text for code in found]


def millimetres(pixels: int, size: tuple[int, int]) -> float:
    """On a 15-inch screen of so many pixels."""
    return pixels * DIAGONAL_MM / math.hypot(*size)


@pytest.mark.parametrize("language", ["bn", "en", "pt_BR"])
@pytest.mark.parametrize(("large", "high"), [(False, False), (True, False), (False, True), (True, True)])
def test_a_telephone_reads_the_code_off_the_screen(shopper: Shopper, language: str, *, large: bool, high: bool) -> None:
    view = shopper.sees(screen("qr_present", language, large_text=large, high_contrast=high))
    look = f"{'-large' if large else ''}{'-contrast' if high else ''}"
    assert read_off(shopper.shoots(f"qr-{language}{look}")) == [CODE]
    assert millimetres(view.code.side, (1280, 800)) >= 60


@pytest.mark.parametrize("size", [(1080, 1920), (1920, 1080), (1024, 600)])
@pytest.mark.parametrize("large", [False, True])
def test_the_code_and_its_words_fit_other_windows(
    enter: Callable[..., Shopper], size: tuple[int, int], *, large: bool
) -> None:
    shopper = enter(size)
    for language in ("bn", "en", "pt_BR"):
        view = shopper.sees(screen("qr_present", language, large_text=large))
        assert millimetres(view.code.side, size) >= 60
        assert [part.text for part in within(view) if isinstance(part, Words) and part.text and not part.fits] == []


def test_the_quiet_zone_is_white_all_around(shopper: Shopper) -> None:
    view = shopper.sees(screen("qr_present", high_contrast=True))
    x, y = (int(at) for at in view.code._square.pos)
    whole = int(view.code._square.size[0])
    module = whole // int(view.code._square.texture.size[0])
    picture = shopper.shoots("qr-quiet").convert("L").crop((x, 800 - y - whole, x + whole, 800 - y))
    edge = QUIET * module
    bands = [(0, 0, whole, edge), (0, whole - edge, whole, whole), (0, 0, edge, whole), (whole - edge, 0, whole, whole)]
    assert [picture.crop(band).getextrema() for band in bands] == [(255, 255)] * 4
    assert picture.getpixel((edge, edge)) == 0


def test_the_time_counts_down_and_nothing_else_moves(shopper: Shopper) -> None:
    plain = screen("qr_present", "bn")
    view = shopper.sees(plain)
    before = [(part, part.pos, part.size) for part in within(view)]
    assert isinstance(plain.body, QrBody)
    shopper.sees(replace(plain, body=replace(plain.body, seconds_left=61)))
    assert [(part, part.pos, part.size) for part in within(view) if part in [each[0] for each in before]] == before
    said = [part.text for part in within(view) if isinstance(part, Words)]
    assert "১:০১" in said


def test_a_code_is_taken_down_when_its_outcome_is_asked_about(shopper: Shopper) -> None:
    shopper.sees(screen("qr_present"))
    shopper.sees(screen("qr_asking"))
    assert read_off(shopper.shoots("qr-asking")) == []
    shopper.sees(screen("qr_present"))
    assert read_off(shopper.shoots("qr-again")) == [CODE]


def test_the_payment_may_be_cancelled_while_the_code_is_on_show(shopper: Shopper) -> None:
    view = shopper.sees(screen("qr_present"))
    shopper.touches(view.cancel)
    assert shopper.submitted == [PaymentCancelled()]


def test_what_no_code_can_hold_leaves_the_paper_white(shopper: Shopper, caplog: pytest.LogCaptureFixture) -> None:
    shopper.sees(screen("qr_present"))
    picture = CodePicture(shopper.stage.kit)
    picture.place(Area(0, 0, 400, 400))
    picture.show("x" * 5000)
    settle()
    assert picture.side == 0
    assert "cannot be drawn" in caplog.text
