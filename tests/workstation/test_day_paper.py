"""X and Z reports on paper: in the shop's language, within 58 mm, with what matters in bold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hal.printer.contract import Cut, Document, TextLine
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.retail.day_report import ALL_BRANDS, DayReport, Matched, Reconciliation
from kiosk.workstation.day_paper import day_report
from tests.checkout.test_business_day import STAFF, TEA
from tests.support.lane import open_lane
from tests.support.shop import bangladesh

COLUMNS = 32


def _report() -> DayReport:
    lane = open_lane().scan(TEA, TEA, TEA)
    lane.approve(lane.pay_by_card())
    lane.tell(i.PrinterAnswered(lane.happened(e.ReceiptRequested)[-1].job, "printed"), i.TimerElapsed("thanks"))
    lane.scan(TEA).tell(i.TimerElapsed("idle"), i.TimerElapsed("leaving"), STAFF, i.OperatorActed("z_report"))
    return lane.happened(e.ZReportMade)[0].report


def _paper(language: str = "en", *, copy: bool = False, found: Reconciliation | None = None) -> Document:
    policy = replace(bangladesh(), languages=(language,))
    return day_report(_report(), policy, copy=copy, job="j", time_zone="Asia/Dhaka", reconciliation=found)


def _rows(paper: Document) -> list[tuple[str, str]]:
    return [(part.left, part.right) for part in paper.parts if isinstance(part, TextLine)]


@pytest.mark.parametrize("language", ["bn", "en", "pt_BR"])
def test_every_line_fits_on_narrow_paper_and_the_paper_is_cut(language: str) -> None:
    paper = _paper(language, copy=True)
    lines = [part for part in paper.parts if isinstance(part, TextLine)]
    assert [line for line in lines if (len(line.left) + len(line.right) + 1) * line.size > COLUMNS + 1] == []
    assert not any(word in f"{left}{right}" for left, right in _rows(paper) for word in ("day.", "act.", "{", "}"))
    assert (paper.language, isinstance(paper.parts[-1], Cut)) == (language, True)


def test_the_report_says_which_it_is_and_what_was_sold_and_carried_over() -> None:
    rows = _rows(_paper())
    assert ("Z REPORT 1", "") in rows
    assert ("Sales", "1") in rows
    assert ("Carried over", "") in rows
    assert ("VAT by rate", "") in rows
    assert [left for left, _ in rows].count("VAT") == 2, "of the day, and in the perpetual totals"
    assert ("COPY", "") not in rows
    assert ("COPY", "") in _rows(_paper(copy=True))


def test_a_difference_with_the_terminal_stands_by_brand_and_silence_is_said() -> None:
    found = Reconciliation(1, "2026-11-22", "different", 500, 700, (Matched("visa", 1, 500, 1, 700),))
    rows = _rows(_paper(found=found))
    assert ("THE TERMINAL'S TOTALS DIFFER", "") in rows
    assert ("VISA", "") in rows
    assert ("  terminal (1)", "Tk\N{NO-BREAK SPACE}7.00") in rows
    together = Reconciliation(1, "2026-11-22", "different", 500, 700, (Matched(ALL_BRANDS, 1, 500, 1, 700),))
    assert ("All cards", "") in _rows(_paper(found=together))
    assert ("The terminal has not answered", "") in _rows(_paper())
