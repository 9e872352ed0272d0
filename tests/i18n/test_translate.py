"""Sentences, money, weights and dates as each language writes them."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.checkout.text import text
from kiosk.i18n import catalogues
from kiosk.i18n.answers import answers
from kiosk.i18n.compile import main as compile_all
from kiosk.i18n.translate import Translator
from kiosk.retail.money import Money
from kiosk.retail.weight import Weight

BN, EN, PT = (Translator(language) for language in ("bn", "en", "pt_BR"))
NBSP = "\N{NO-BREAK SPACE}"


def test_taka_are_grouped_by_lakh_with_the_sign_in_front_and_bengali_digits_in_bengali() -> None:
    amount = Money(123_456_750, "BDT")

    assert BN.money(amount) == "৳১২,৩৪,৫৬৭.৫০"
    assert EN.money(amount) == "৳12,34,567.50"


def test_reais_are_written_as_in_brazil() -> None:
    assert PT.money(Money(123_456, "BRL")) == f"R${NBSP}1.234,56"
    assert EN.money(Money(123_456, "BRL")) == "R$1,234.56"


def test_a_minus_stands_before_the_sign() -> None:
    assert BN.money(Money(-1250, "BDT")) == "-৳১২.৫০"
    assert PT.money(Money(-1250, "BRL")) == f"-R${NBSP}12,50"


def test_currencies_keep_their_own_number_of_decimals() -> None:
    assert EN.money(Money(5, "JPY")) == "¥5"
    assert EN.money(Money(1_234_567, "KWD")) == f"KD{NBSP}1,234.567"


def test_a_weight_keeps_the_decimals_of_the_scale() -> None:
    weight = Weight(1250, -3, "kg")

    assert (BN.weight(weight), EN.weight(weight), PT.weight(weight)) == (
        f"১.২৫০{NBSP}কেজি",
        f"1.250{NBSP}kg",
        f"1,250{NBSP}kg",
    )
    assert EN.weight(Weight(5, 2, "g")) == f"500{NBSP}g"


def test_rates_show_no_more_decimals_than_they_have() -> None:
    assert [t.percent(750) for t in (BN, EN, PT)] == ["৭.৫%", "7.5%", "7,5%"]
    assert [t.percent(1500) for t in (BN, EN, PT)] == ["১৫%", "15%", "15%"]


def test_date_and_time_are_those_of_the_store() -> None:
    new_year = 1_767_225_600_000

    assert BN.date_time(new_year, "Asia/Dhaka") == "০১/০১/২০২৬ ০৬:০০"
    assert PT.date_time(new_year, "America/Sao_Paulo") == "31/12/2025 21:00"


def test_values_are_written_by_their_type() -> None:
    message = text("item.no_price", item={"bn": "চাল", "en": "Rice"})

    assert EN.say(message).startswith("Rice has no price")
    assert BN.say(message).startswith("চাল")
    assert PT.say(message).startswith("Rice está")
    assert BN.say(text("quantity.too_many", maximum=99)) == "সর্বোচ্চ ৯৯টি কেনা যায়।"
    assert EN.say(text("pay.rest_due", due=Money(500, "BDT"))) == "৳5.00 is still to pay."


def test_one_and_many_are_told_apart() -> None:
    assert [EN.t("basket.count", count=n) for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]
    assert [PT.t("basket.count", count=n) for n in (0, 1, 2)] == ["0 item", "1 item", "2 itens"]
    assert BN.t("basket.count", count=12) == "১২টি পণ্য"


def test_a_name_falls_back_to_english_then_to_any() -> None:
    assert BN.name({"en": "Salt", "pt_BR": "Sal"}) == "Salt"
    assert PT.name({"bn": "লবণ"}) == "লবণ"
    assert PT.name({"pt": "Sal", "en": "Salt"}) == "Sal"
    assert EN.name({}) == ""


def test_an_unknown_message_and_a_place_without_value_do_not_stop_the_lane() -> None:
    assert EN.t("nobody.wrote_this") == "nobody.wrote_this"
    assert EN.t("bagging.put_back") == "Please put this back in the bagging area: {item}"


def test_a_value_with_braces_is_not_read_as_a_place() -> None:
    assert EN.t("look_up.nothing", query="{x}{0}") == "Nothing found for “{x}{0}”"


@given(st.integers(-(10**12), 10**12), st.sampled_from(["BDT", "BRL", "JPY", "KWD"]), st.sampled_from([BN, EN, PT]))
def test_no_digit_of_an_amount_is_lost(minor: int, currency: str, translator: Translator) -> None:
    written = "".join(str(int(sign)) for sign in translator.money(Money(minor, currency)) if sign.isdecimal())

    assert int(written) == abs(minor)


def test_a_language_nobody_has_written_is_refused() -> None:
    with pytest.raises(LookupError, match="tlh"):
        Translator("tlh")


def test_compiled_catalogues_say_the_same_and_an_outdated_one_is_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(catalogues.source("en").parents[2], tmp_path / "locale")
    monkeypatch.setattr(catalogues, "_FOLDER", tmp_path / "locale")
    catalogues.catalogue.cache_clear()
    compile_all()
    compiled = catalogues.source("en").with_suffix(".mo")
    assert catalogues.catalogue("en").gettext("button.ok") == "OK"

    compiled.write_bytes(compiled.read_bytes().replace(b"Remove\x00", b"Vanish\x00"))
    catalogues.catalogue.cache_clear()
    assert catalogues.catalogue("en").gettext("button.remove") == "Vanish"

    os.utime(compiled, (1, 1))
    catalogues.catalogue.cache_clear()
    assert catalogues.catalogue("en").gettext("button.remove") == "Remove"
    catalogues.catalogue.cache_clear()


def test_on_paper_taka_have_latin_letters_in_latin_script_and_their_own_sign_in_bengali() -> None:
    amount = Money(123_456_750, "BDT")
    paper = {language: Translator(language, paper=True) for language in ("bn", "en", "pt_BR")}

    assert paper["en"].money(amount) == f"Tk{NBSP}12,34,567.50"
    assert paper["pt_BR"].money(amount) == f"Tk{NBSP}1.234.567,50"
    assert paper["bn"].money(amount) == BN.money(amount) == "৳১২,৩৪,৫৬৭.৫০"
    assert paper["en"].money(-amount) == f"-Tk{NBSP}12,34,567.50"
    assert paper["en"].t("pay.rest_due", due=Money(500, "BDT")) == f"Tk{NBSP}5.00 is still to pay."
    assert paper["pt_BR"].money(Money(123_456, "BRL")) == PT.money(Money(123_456, "BRL"))


@pytest.mark.parametrize("language", catalogues.LANGUAGES)
def test_each_question_has_an_answer_in_each_language_that_is_read_at_a_glance(language: str) -> None:
    told = answers(language)
    assert len(told) == len(answers("en")) >= 3
    assert all(asked and 0 < len(answer) <= 100 for asked, answer in told)
