"""While there is training, each screen says so above everything else, and still fits its window."""

from __future__ import annotations

import pytest

from kiosk.i18n.translate import Translator
from tests.support.screens import BODIES, screen
from tests.ui.conftest import SIZE, Shopper
from tests.ui.test_drawing import unfit


@pytest.mark.parametrize("name", sorted(BODIES))
def test_every_screen_says_at_its_top_that_it_is_training(shopper: Shopper, name: str) -> None:
    shopper.sees(screen(name, "bn", training=True, large_text=True))
    band = shopper.stage.training
    assert band is not None
    assert band.parent is shopper.stage.root
    assert band.area.y + band.area.h == SIZE[1]
    assert band.said == Translator("bn").t("training.band")
    assert unfit(shopper.stage.root, SIZE) == []


def test_the_band_goes_when_training_is_over(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "en", training=True))
    shopper.sees(screen("basket", "en"))
    assert shopper.stage.training is not None
    assert shopper.stage.training.parent is None
