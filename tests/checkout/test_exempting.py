"""A basket without tax: by who may, with reason and certificate, where the country has it; prices included or added."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout.screen import StaffBody
from kiosk.retail.exemption import ExemptionRule
from tests.support.lane import HandLane, open_lane
from tests.support.shop import bangladesh, small_shop

MILK = "8901234567890"
SUPERVISOR = i.OperatorSignedIn("op2", "Karim", "supervisor", "pin")
EXEMPT = i.OperatorActed("tax_exempt", "00412", reason="diplomatic")


def lane_of(*, included: bool = True, rule: ExemptionRule | None = ExemptionRule()) -> HandLane:  # noqa: B008 - frozen
    return open_lane(small_shop(replace(bangladesh(), exemption=rule, prices_include_tax=included)))


def totals(lane: HandLane) -> tuple[int, int]:
    """What is to be paid, and the tax in it."""
    body = lane.tell(i.ViewRequested("staff")).screen.body
    assert isinstance(body, StaffBody)
    assert body.totals is not None
    return body.totals.total.minor, sum(row.tax.minor for row in body.totals.tax)


@pytest.mark.parametrize("included", [True, False])
def test_what_is_paid_is_the_price_without_its_tax(*, included: bool) -> None:
    lane = lane_of(included=included).scan(MILK, MILK).tell(SUPERVISOR)
    before, tax = totals(lane)
    assert tax > 0
    after, none = totals(lane.tell(EXEMPT))
    assert none == 0
    assert abs(after - (before - tax)) <= 1, "each piece is rounded by itself"


def test_what_is_rung_up_later_bears_no_tax_and_joins_its_like() -> None:
    lane = lane_of().scan(MILK).tell(SUPERVISOR, EXEMPT)
    once, _ = totals(lane)
    twice, tax = totals(lane.scan(MILK))
    assert (twice, tax) == (2 * once, 0)
    assert lane.state.transaction is not None
    assert [line.quantity for line in lane.state.transaction.live_lines] == [2]


def test_the_sale_says_why_it_bears_no_tax_and_outlives_a_power_cut() -> None:
    lane = lane_of().scan(MILK).tell(SUPERVISOR, EXEMPT).power_cut()
    lane.approve(lane.pay_by_card())
    (sale,) = lane.happened(e.TransactionCompleted)
    assert sale.exemption is not None
    assert (sale.exemption.certificate, sale.exemption.reason, sale.exemption.by) == ("00412", "diplomatic", "op2")
    assert [row.tax.minor for row in sale.tax] == [0]
    assert [done.act for done in lane.happened(e.StaffActed)] == ["tax_exempt"]


@pytest.mark.parametrize("certificate", ["", "   ", "12 34", "9" * 19, "<b>"])
def test_without_a_certificate_nothing_is_exempt(certificate: str) -> None:
    lane = lane_of().scan(MILK).tell(SUPERVISOR, replace(EXEMPT, target=certificate))
    assert lane.happened(e.TaxExempted) == []
    assert lane.screen.notice is not None
    assert lane.screen.notice.text.message == "exempt.certificate"


def test_without_a_reason_of_the_list_nothing_is_exempt() -> None:
    lane = lane_of().scan(MILK).tell(SUPERVISOR, replace(EXEMPT, reason="because"))
    assert lane.happened(e.TaxExempted) == []
    assert [refused.why for refused in lane.happened(e.StaffActRefused)] == ["reason"]


def test_where_the_country_has_it_not_the_lane_offers_it_not() -> None:
    lane = lane_of(rule=None).scan(MILK).tell(SUPERVISOR)
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    assert "tax_exempt" not in body.acts
    assert lane.tell(EXEMPT).happened(e.TaxExempted) == []
    assert "tax_exempt" in lane_acts(lane_of().scan(MILK).tell(SUPERVISOR))


def lane_acts(lane: HandLane) -> tuple[str, ...]:
    body = lane.screen.body
    assert isinstance(body, StaffBody)
    return body.acts


def test_what_is_partly_paid_has_been_agreed_on() -> None:
    lane = lane_of().scan(MILK)
    lane.approve(lane.pay_by_card(), 100)
    assert lane.tell(SUPERVISOR, EXEMPT).happened(e.TaxExempted) == []


def test_the_next_basket_bears_its_tax_again() -> None:
    lane = lane_of().scan(MILK).tell(SUPERVISOR, EXEMPT, i.OperatorActed("cancel_transaction")).scan(MILK)
    assert totals(lane)[1] > 0
