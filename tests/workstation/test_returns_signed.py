"""A return as a fiscal device is given it: negative throughout, to the minor unit, with the sale that it is from."""

from __future__ import annotations

from kiosk.checkout import effects as f
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.workstation.fiscal import sale_of
from tests.support.lane import open_lane
from tests.support.returns import choose, sold_sale, takes_back

MILK, TEA = "8901234567890", "4006381333931"


def test_a_return_is_signed_as_a_negative_sale_whose_lines_add_up_to_its_taxes() -> None:
    lane = open_lane().scan(TEA, TEA, TEA, MILK)
    lane.approve(lane.pay_by_card())
    sale = lane.happened(e.TransactionCompleted)[-1]
    lane.tell(i.PrinterAnswered(lane.effect(f.Print).job, "printed"), i.TimerElapsed("thanks"))
    takes_back(lane, sold_sale(sale), choose(1, 2), choose(2, 1)).tell(i.MoneyBackRequested())
    asked = lane.effect(f.Refund)
    lane.tell(i.TerminalAnswered(asked.tender, "approved", asked.amount))
    back = lane.happened(e.TransactionCompleted)[-1]
    told = sale_of(f.FiscalSign(back, back.utc_ms), lane.book.policy, "Asia/Dhaka")
    assert (told.original, told.original_number) == (sale.transaction.uuid, "M63-3-1-000001")
    assert told.total_minor == sum(line.paid_minor for line in told.lines) == -89_500
    assert [line.quantity_milli for line in told.lines] == [-2000, -1000]
    (row,) = told.taxes
    assert row.tax_minor == sum(line.tax.tax_minor for line in told.lines) < 0
    assert row.base_minor + row.tax_minor == told.total_minor
    assert [tender.amount_minor for tender in told.tenders] == [-89_500]
