"""All of a sale taken back at once."""

from __future__ import annotations

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import RefundLinesBody
from tests.support.lane import HandLane, open_lane
from tests.support.returns import choose, found, sold_sale
from tests.support.shop import small_shop

MILK, TEA = "8901234567890", "4006381333931"


def sells(*gtins: str) -> tuple[HandLane, e.TransactionCompleted]:
    """A lane that has sold these, and the sale; its shopper has gone."""
    lane = open_lane(small_shop()).scan(*gtins)
    lane.approve(lane.pay_by_card())
    assert lane.state.finishing is not None
    lane.tell(i.PrinterAnswered(lane.state.finishing.job, "printed"), i.TimerElapsed("thanks"))
    return lane, lane.happened(e.TransactionCompleted)[-1]


def test_all_of_a_sale_is_chosen_at_once_and_what_was_chosen_keeps_its_reason() -> None:
    lane, sold = sells(MILK, TEA, TEA, TEA)
    found(lane, sold_sale(sold, returned={2: 1}))
    lane.tell(choose(2, 1, "faulty"), i.ReturnAllChosen("unwanted"))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [(line.line, line.chosen, line.reason) for line in body.lines] == [(1, 1, "unwanted"), (2, 2, "faulty")]
    lane.tell(i.ReturnsConfirmed())
    assert [line.quantity for line in lane.happened(e.ReturnsRequested)[-1].lines] == [-1, -2]


def test_all_of_it_leaves_out_what_may_not_come_back_and_a_reason_that_is_none_takes_nothing() -> None:
    lane, sold = sells(MILK, TEA)
    found(lane, sold_sale(sold, returned={1: 1})).tell(i.ReturnAllChosen("no such reason"))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [line.chosen for line in body.lines] == [0, 0]
    lane.tell(i.ReturnAllChosen("unwanted"))
    body = lane.screen.body
    assert isinstance(body, RefundLinesBody)
    assert [line.chosen for line in body.lines] == [0, 1]
