"""Labels, dates and recalls on the way from the scanner through book and settings to the journal."""

from __future__ import annotations

from dataclasses import replace

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.codes.numbers import check_digit
from kiosk.retail.item import Recall
from kiosk.retail.money import Money
from tests.support.kiosk import lane
from tests.support.shop import small_shop
from tests.support.waiting import wait_until

MILK, TEA = "08901234567890", "04006381333931"
LABELS = '\n[policy.codes]\nlabels = [{ digits = "20IIIIIWWWWWC", decimals = 3 }]\n'


def test_a_label_of_the_settings_is_priced_and_a_lot_of_the_books_recall_is_stopped() -> None:
    book = small_shop()
    book.items["milk"] = replace(book.items["milk"], recall=Recall(lots=("A7",)))
    label = f"200401101250{check_digit('200401101250')}"
    with lane(book, extra_settings=LABELS) as at, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.scan(f"]E0{label}")
        wait_until(lambda: len(at.happened(e.LineAdded)) == 1, what="the bananas")
        at.scan(f"]d201{MILK}10A7")
        wait_until(lambda: at.happened(e.InterventionRaised), what="a recall")
        at.scan(f"]Q1https://id.gs1.org/01/{TEA}/10/B2?17=701231")
        wait_until(lambda: len(at.happened(e.LineAdded)) == 2, what="the tea")

        bananas, tea = (event.item for event in at.happened(e.LineAdded))
        assert (bananas.item_id, bananas.extended) == ("banana", Money(15_000, "BDT"))
        assert (tea.item_id, tea.lot, tea.expires) == ("tea", "B2", "2070-12-31")
        assert [(r.kind, r.reason) for r in at.happened(e.InterventionRaised)] == [("recalled", "milk A7")]
