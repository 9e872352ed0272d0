"""Every kind of intervention there is: the shopper is told, the lane light calls, staff judge, shopping goes on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final, get_args

import pytest

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.lookalikes import LookRules
from kiosk.retail.occasion import Hours
from kiosk.retail.policy import Policy, RescanRules
from kiosk.retail.restrictions import Restrictions, Rule
from kiosk.retail.weighing import Rules
from messages.values import FiscalDocument
from tests.journeys.shop import BLADES, MILK, MYSTERY, RECALLED, TEA, WINE, Device, Plan, Shop, opened
from tests.journeys.test_bagging_area import WEIGHS_BAGS
from tests.journeys.test_returns import bought, shows_receipt, takes_back
from tests.journeys.ways import TAKES_CASH, comes_to
from tests.support.waiting import wait_until

SERIAL: Final = f"010{MILK}21S77"
_FISCAL: Final = """
[devices.fiscal]
category = "fiscal"
model = "simulated"
settings = { knob_socket = "{folder}/fiscal", file = "{folder}/fiscal.jsonl", answer_timeout_ms = 60000 }

[policy.fiscal]
outage = "own_series"
outage_documents = 0
submit_later = true
notice = "receipt.fiscal_outage_bd"
wait_ms = 20000
again_ms = 200
"""
_FISCAL_BR: Final = f"""{_FISCAL}
returns = "elsewhere"
cancel_minutes = 30
"""


def _buys(shop: Shop, *codes: str) -> None:
    shop.scanner.scans(*codes)
    shop.shopper.touches("Pay")
    shop.shopper.touches("Card")
    shop.terminal.taps()
    shop.shopper.sees("Thank you!")


def _judged(shop: Shop, told: str, asked: str, verdict: str) -> None:
    shop.shopper.sees(told)
    shop.staff.judges(asked, verdict)


def _help(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.shopper.sees("Milk 1 l")
    shop.shopper.touches("Help")
    shop.shopper.sees("Help is on its way.")
    wait_until(lambda: shop.lane.state_of("lights")["colour"] == "red", what="a red light")
    shop.staff.judges("The shopper asks for help")
    wait_until(lambda: shop.lane.state_of("lights")["colour"] == "green", what="a green light")


def _scanned(code: str, told: str, asked: str, verdict: str, shop: Shop) -> None:
    shop.scanner.scans(MILK, code)
    _judged(shop, told, asked, verdict)
    shop.shopper.sees("Milk 1 l")


def _quantity(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.waits(2)
    shop.scanner.scans(MILK)
    _judged(shop, "2 items", "More than the limit: allow it?", "Approve")
    shop.shopper.touches("Pay")
    shop.shopper.sees("How would you like to pay?")


def _cash(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.shopper.touches("Pay")
    shop.shopper.touches("Cash")
    shop.shopper.sees("Staff are coming to take your cash")
    shop.staff.signs_in()
    shop.staff.sees("Take cash")
    shop.staff.acts("Cash received", "Cash received")
    shop.staff.signs_out()
    shop.shopper.sees("Thank you!")


def _tender_unknown(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.shopper.touches("Pay")
    shop.terminal.turn("silence", kind="before")
    shop.shopper.touches("Card")
    shop.shopper.sees("Tap, insert or swipe your card")
    for _ in range(2):
        shop.waits(121)
        shop.shopper.sees("Please do not pay again.")
    shop.shopper.sees("Staff are checking your payment.")
    shop.staff.signs_in()
    shop.staff.sees("Was the payment made? Check the terminal.")
    shop.staff.acts("It was not paid")
    shop.shopper.sees("How would you like to pay?")
    assert shop.terminal.charged() == []


def _signature(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.shopper.touches("Pay")
    shop.shopper.touches("Card")
    shop.terminal.taps("signature")
    _judged(
        shop,
        "Please sign on the terminal. Staff will check your signature.",
        "Does the signature match the card?",
        "Approve",
    )
    shop.shopper.sees("Thank you!")


def _produce(shop: Shop) -> None:
    shop.camera.turn("lay", produce="4022")
    shop.shopper.touches("English")
    shop.shopper.touches("No barcode?")
    shop.shopper.touches("Bananas")
    shop.scale.bears(1_000)
    shop.shopper.sees("৳120.00")
    shop.settles()  # the camera is asked meanwhile
    shop.settles()
    shop.shopper.touches("Add to basket")
    shop.shopper.sees("Which one is it?")
    shop.shopper.touches("Bananas")
    _judged(shop, "Staff will help to find the right item", "Look at what is being weighed", "Approve")
    shop.shopper.touches("Pay")
    shop.shopper.sees("How would you like to pay?")


def _paper(shop: Shop) -> None:
    shop.staff.signs_in()
    shop.staff.acts("The lane itself", "Change paper")
    shop.staff.sees("Paper change: open the printer's cover. Or print the test slip.")
    shop.printer.turn("cover_open", on=True)
    shop.staff.sees("Paper change: put the roll in, let some paper hang out, close the cover.")
    shop.printer.turn("cover_open", on=False)
    shop.staff.sees_no("Paper change: ")


def _reversal(shop: Shop) -> None:
    shop.scanner.scans(TEA)
    shop.shopper.touches("Pay")
    shop.shopper.touches("Card")
    shop.terminal.taps("partial", 20_000)
    shop.shopper.sees("৳400.00 is still to pay.")
    shop.terminal.turn("silence", kind="before")
    shop.staff.signs_in()
    shop.staff.acts("Cancel basket", "Cancel basket")
    shop.staff.sees("The terminal has not said whether it gave a payment back.")
    shop.terminal.turn("silence", kind="off")
    shop.waits(61)
    shop.staff.sees_no("The terminal has not said whether it gave a payment back.")
    assert [told.stage for told in shop.happened(e.TenderReversed)][-1] == "done"


def _printer(shop: Shop) -> None:
    shop.printer.turn("paper_out", on=True)
    shop.scanner.scans(MILK)
    shop.shopper.touches("Pay")
    shop.shopper.touches("Card")
    shop.terminal.taps()
    shop.shopper.sees("Thank you!", "The receipt could not be printed. Staff will help.")
    shop.staff.signs_in()
    shop.staff.sees("The receipt printer needs you", "Receipt printer: paper is out")
    shop.staff.touches("Let go without paper")
    shop.staff.signs_out()
    shop.shopper.sees_screen(s.AttractBody)


def _scale(shop: Shop) -> None:
    shop.shopper.touches("English")
    shop.shopper.touches("No barcode?")
    shop.shopper.touches("Bananas")
    shop.scale.bears(500)
    shop.shopper.sees("This scale cannot sell by weight now. Please call staff.")
    shop.staff.signs_in()
    shop.staff.sees("The scale needs staff", "Sale by weight is stopped")


def _serial(shop: Shop) -> None:
    assert shop.office is not None
    shop.office.sold_before.add("S77")
    shop.scanner.scans(SERIAL)
    _judged(shop, "Sold before: staff will check it", "Serial number sold before", "Approve")
    shop.shopper.touches("Pay")
    shop.shopper.sees("How would you like to pay?")


def _bagging(shop: Shop) -> None:
    shop.shopper.touches("English")
    shop.scanner.scans(MILK)
    shop.shopper.sees("Milk 1 l")
    shop.bag.bears(3_000)
    shop.waits_for("The weight does not fit yet. Please put only this in the bagging area: Milk 1 l")
    shop.waits_for("Staff will help with the bagging area")
    shop.shopper.cannot_touch("Pay")
    shop.staff.signs_in()
    shop.staff.sees("Bagging area:")
    shop.staff.touches("Approve")
    shop.staff.signs_out()
    shop.shopper.touches("Pay")
    shop.shopper.sees("How would you like to pay?")


def _rescan(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.shopper.touches("Pay")
    _judged(shop, "Staff will take a quick look at your basket.", "Look through the basket (by chance)", "Approve")
    shop.shopper.touches("Pay")
    shop.shopper.sees("How would you like to pay?")


def _fiscal(shop: Shop) -> None:
    shop.fiscal.turn("refuse", on=True, permanent=False)
    _buys(shop, MILK)
    shop.shopper.sees("Your payment is complete. Staff are coming about the receipt.")
    shop.fiscal.turn("refuse", on=False, permanent=False)
    shop.staff.signs_in()
    shop.staff.sees("The tax authority refused this document")
    shop.staff.touches("Ask again")
    shop.staff.signs_out()
    shop.shopper.sees("Your receipt is printed")


def _fiscal_outage(shop: Shop) -> None:
    shop.fiscal.is_unplugged()
    _buys(shop, MILK)
    shop.shopper.sees("Your receipt is printed")
    shop.staff.signs_in()
    shop.staff.sees("The fiscal device is out of order. Sales without it: 1")
    shop.fiscal.is_plugged()
    shop.staff.sees_no("The fiscal device is out of order")


def _fiscal_late(shop: Shop) -> None:
    shop.fiscal.is_unplugged()
    _buys(shop, MILK)
    shop.shopper.sees("Your receipt is printed")
    shop.fiscal.turn("refuse", on=True, permanent=True)
    shop.fiscal.is_plugged()
    shop.staff.signs_in()
    shop.staff.sees("The tax authority refused an earlier sale")
    shop.staff.touches("Noted")
    shop.staff.sees_no("The tax authority refused an earlier sale")


def _fiscal_cancel(shop: Shop) -> None:
    sale = bought(shop, MILK)
    given = shop.happened(e.FiscalNumberGiven)[-1]
    assert shop.office is not None
    shop.office.knows(sale, FiscalDocument(given.series, given.number, sale.utc_ms))
    shop.fiscal.turn("refuse", on=True, permanent=True)
    shop.staff.signs_in("supervisor")
    shop.staff.acts("Return or exchange")
    shows_receipt(shop, sale)
    takes_back(shop.staff, "Milk 1 l")
    shop.staff.touches("Give back")
    shop.terminal.taps()
    shop.shopper.sees_screen(s.AttractBody)
    shop.staff.signs_in("supervisor")
    shop.staff.sees("A return needs a document of its own: tell the office.")
    assert not shop.glass.buttons("Refuse"), "nothing is to be allowed or forbidden"
    shop.staff.touches("Noted")
    shop.staff.sees_no("A return needs a document of its own: tell the office.")


def _clock(shop: Shop) -> None:
    _buys(shop, MILK)
    shop.waits(7)
    shop.shopper.sees_screen(s.AttractBody)
    shop.clock_is_set("2027-03-10T12:00")
    _buys(shop, MILK)
    shop.staff.signs_in("supervisor")
    shop.staff.sees("The clock shows 2027-03-10, the lane is at 2026-03-10.")
    shop.staff.touches("Refuse")
    shop.staff.sees_no("The clock shows 2027-03-10")
    shop.staff.signs_out()
    assert {sold.transaction.business_day for sold in shop.happened(e.TransactionCompleted)} == {"2026-03-10"}


def _opened(shop: Shop, switch: str, *said: str) -> None:
    """A contact opens under a shopper's eyes; staff come, and it is in order."""
    shop.scanner.scans(MILK)
    shop.lights.turn(switch, on=True)
    shop.shopper.sees(said[0])
    shop.staff.signs_in("supervisor")
    for words in said[1:]:
        shop.staff.sees(words)
    shop.lights.turn(switch, on=False)
    shop.staff.sees_no(said[-1])
    shop.staff.touches("In order")
    shop.staff.sees_no(said[1])
    shop.staff.signs_out()
    shop.shopper.sees_no(said[0])


_DOOR: Final = (
    "Staff will look at this kiosk; go on scanning",
    "The cabinet was opened and nobody was signed in",
    "The cabinet is open.",
)
_TAMPER: Final = (
    "Staff will look at this kiosk before you pay",
    "The tamper contact was opened.",
    "tamper contact is open",
)
_DRAWER: Final = (
    "Staff will look at the cash drawer",
    "opened by hand and nobody was signed in",
    "The cash drawer is open.",
)


@dataclass(frozen=True)
class _Journey:
    goes: Callable[[Shop], None]
    plan: Plan = field(default_factory=Plan)


def _with(**changes: object) -> Callable[[Policy], Policy]:
    return lambda policy: replace(policy, **changes)  # type: ignore[arg-type]  # names of its own fields


def _ruled(rule: Rule) -> Callable[[Policy], Policy]:
    return lambda policy: replace(policy, restrictions=Restrictions(own={"own": rule}))


def _cash_machine(shop: Shop) -> None:
    """It jams with money in it."""
    comes_to(shop, s.CashMachineBody)
    machine = Device(shop.lane, "cash_recycler")
    machine.turn("insert", value_minor=500)
    shop.shopper.sees("৳90.00")
    machine.turn("trouble", state="coin_jam")
    shop.shopper.sees("Staff are coming. Your money is counted.")
    shop.staff.judges("it has counted ৳5.00", "Hand back, take over")
    shop.shopper.sees("Milk 1 l")


def _change_owed(shop: Shop) -> None:
    """No coin comes out."""
    comes_to(shop, s.CashMachineBody)
    machine = Device(shop.lane, "cash_recycler")
    machine.turn("empty")
    for _ in range(10):
        machine.turn("insert", value_minor=1_000, form="note")
        shop.settles()
    shop.shopper.sees("Staff bring you ৳5.00: the machine could not give it.")
    shop.staff.judges("is owed ৳5.00", "Handed over")


JOURNEYS: Final[dict[str, _Journey]] = {
    "help": _Journey(_help),
    "age": _Journey(partial(_scanned, WINE, "Staff will check your age", "Check age: 18 or older", "Refuse")),
    "staff_item": _Journey(
        partial(_scanned, BLADES, "Staff will release this item", "Release a restricted item", "Approve")
    ),
    "no_price": _Journey(partial(_scanned, MYSTERY, "Staff will tell the price", "An item has no price", "Approve")),
    "cash": _Journey(_cash),
    "tender_unknown": _Journey(_tender_unknown),
    "signature": _Journey(_signature),
    "reversal": _Journey(_reversal),
    "printer": _Journey(_printer),
    "paper": _Journey(_paper),
    "produce": _Journey(_produce, Plan(policy=_with(looks=LookRules("staff", sure=4_000)))),
    "scale": _Journey(_scale, Plan(policy=_with(weighing=Rules(verified_until="2020-01-01")))),
    "expired": _Journey(
        partial(
            _scanned,
            f"010{TEA}17260101",
            "Tea 400 g is past its date and cannot be sold.",
            "Take an item past its date",
            "Approve",
        )
    ),
    "recalled": _Journey(
        partial(_scanned, f"010{RECALLED}10L7", "Infant milk has been recalled", "Check a recalled item", "Approve")
    ),
    "serial": _Journey(_serial, Plan(office=True)),
    "bagging": _Journey(_bagging, WEIGHS_BAGS),
    "rescan": _Journey(_rescan, Plan(policy=_with(rescans=RescanRules(per_1000=1_000)))),
    "quantity": _Journey(
        _quantity,
        Plan(policy=_ruled(Rule("quantity", items=("milk",), most=1, blocks="payment"))),
    ),
    "hours": _Journey(
        partial(_scanned, TEA, "Staff will check the hours of sale", "Outside the hours of sale", "Refuse"),
        Plan(policy=_ruled(Rule("hours", items=("tea",), hours=(Hours("22:00", "06:00"),), blocks="payment"))),
    ),
    "high_value": _Journey(
        partial(_scanned, TEA, "Staff will hand it over", "Valuable item: look at it, or unlock it", "Approve"),
        Plan(policy=_ruled(Rule("high_value", over_minor=50_000))),
    ),
    "security_tag": _Journey(
        partial(_scanned, TEA, "Staff will take the tag off; go on scanning", "Take the security tag off", "Approve"),
        Plan(policy=_ruled(Rule("security_tag", items=("tea",)))),
    ),
    "prescription": _Journey(
        partial(_scanned, TEA, "Staff will look at the prescription", "See the prescription", "Refuse"),
        Plan(policy=_ruled(Rule("prescription", items=("tea",)))),
    ),
    "fiscal": _Journey(_fiscal, Plan(settings=_FISCAL)),
    "fiscal_outage": _Journey(_fiscal_outage, Plan(settings=_FISCAL)),
    "fiscal_late": _Journey(_fiscal_late, Plan(settings=_FISCAL)),
    "fiscal_cancel": _Journey(_fiscal_cancel, Plan(settings=_FISCAL_BR, office=True)),
    "clock": _Journey(_clock),
    "door": _Journey(lambda shop: _opened(shop, "door", *_DOOR)),
    "tamper": _Journey(lambda shop: _opened(shop, "tamper", *_TAMPER)),
    "drawer": _Journey(lambda shop: _opened(shop, "cash_drawer", *_DRAWER)),
    "cash_machine": _Journey(_cash_machine, TAKES_CASH),
    "change_owed": _Journey(_change_owed, TAKES_CASH),
}


@pytest.mark.parametrize("kind", get_args(e.InterventionKind))
def test_each_intervention_is_told_to_the_shopper_judged_by_staff_and_shopping_goes_on(
    window: object, kind: str
) -> None:
    assert window is not None
    journey = JOURNEYS[kind]
    with opened(journey.plan) as shop:
        journey.goes(shop)
        assert kind in {raised.kind for raised in shop.happened(e.InterventionRaised)}
