"""What a screen does of itself: with nothing to browse, after a refusal, and where nobody can choose a language."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout.look_up import Shelf
from kiosk.checkout.screen import Notice
from kiosk.checkout.text import text
from kiosk.i18n.translate import Translator
from tests.support.screens import PaperLookUp, screen
from tests.ui.conftest import Shopper
from tests.ui.test_touches import tiles


def test_where_no_department_can_be_browsed_the_keyboard_is_open_at_once(shopper: Shopper) -> None:
    class Unshelved(PaperLookUp):
        def shelves(self) -> tuple[Shelf, ...]:
            return ()

    shopper.book = Unshelved
    view = shopper.sees(screen("look_up", "en"))
    assert view.keyboard.parent is not None
    shopper.touches(view.keyboard.keys["m"])
    assert "mango" in tiles(view)


def test_out_of_service_is_said_in_every_language_of_the_shop(shopper: Shopper) -> None:
    view = shopper.sees(screen("out_of_service", "en"))
    said = {str(words.text) for pair in ((view.heading, view.said), *view._others) for words in pair}
    for language in ("en", "bn", "pt_BR"):
        assert {Translator(language).t("closed.title"), Translator(language).t("closed.lane")} <= said


def test_a_phone_number_that_was_refused_does_not_stay_for_the_next_to_read(shopper: Shopper) -> None:
    asked = screen("loyalty", "en")
    view = shopper.sees(asked)
    for key in "01712345678":
        shopper.touches(view.keypad.keys[key])
    shopper.touches(view.send)
    assert shopper.sees(asked).field.entry == "01712345678", "it is not answered yet"
    shopper.sees(replace(asked, notice=Notice(text("loyalty.unknown"), "warning", "refusal")))
    assert (view.keypad.entry, view.field.entry) == ("", "")
