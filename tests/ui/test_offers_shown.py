"""Offers from the scan to the finger: what the lane decides is what the shopper sees, touches and is told."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout import inputs as i
from kiosk.i18n.translate import Translator
from kiosk.retail.offer import Offer, PercentOffEach, Scope
from tests.support.lane import HandLane, open_lane
from tests.support.shop import small_shop
from tests.ui.conftest import Shopper, within
from ui.text import Words

MILK, TEA = "08901234567890", "04006381333931"
REST = i.TimerElapsed("hints")


def said(view: object) -> list[str]:
    return [part.text for part in within(view) if isinstance(part, Words) and part.text]


def lane_in(language: str) -> HandLane:
    book = small_shop()
    book.policy = replace(book.policy, languages=("bn", "en", "pt_BR"))
    names = {"en": "Short date: 30% off", "bn": "স্বল্প মেয়াদ: ৩০% ছাড়", "pt_BR": "Validade próxima: 30% off"}
    short = Offer("short", Scope(expires_within_days=2), PercentOffEach(3000), names, layer="catalogue")
    book.offers = (*book.offers, short)
    return open_lane(book).tell(i.ShopperArrived(language))


def test_a_hint_followed_by_a_touch_is_the_offer_on_the_line_and_in_the_sum(shopper: Shopper) -> None:
    lane = lane_in("en").scan(TEA, TEA).tell(REST)
    view = shopper.sees(lane.screen)
    assert {"1 more is free", "Tea: 3 for 2 · you save ৳600.00"} <= set(said(view))

    shopper.touches(view.offer.plus)
    assert shopper.submitted == [i.QuantityEntered(1, 3)]
    view = shopper.sees(lane.tell(i.QuantityEntered(1, 3), REST).screen)

    assert {"Tea: 3 for 2", "-৳600.00", "You save ৳600.00", "৳1,200.00"} <= set(said(view))
    assert view.offer.parent is None


def test_a_short_date_is_explained_by_its_date_and_its_offer_in_each_language(shopper: Shopper) -> None:
    for language in ("bn", "en", "pt_BR"):
        lane = lane_in(language).tell(i.CodeScanned(f"01{MILK}17261124", "]d2"))
        view = shopper.sees(lane.screen)

        speaker = Translator(language)
        until = speaker.t("line.expires", date=speaker.date("2026-11-24"))
        offer = speaker.name(lane.book.offers[-1].names)
        assert {until, offer} <= set(said(view))

        shopper.touches(view._totals.savings)
        assert said(view.explained).count(offer) == 1
