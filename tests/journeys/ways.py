"""How to come to each screen there is, in whatever language: for journeys that hold on every screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, get_args

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.retail.buyer import BuyerRule
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.parking import ParkingRules
from kiosk.retail.points import Programme
from kiosk.retail.policy import Policy, TenderType
from kiosk.retail.stored_value import StoredValueRules
from kiosk.retail.tender_terms import Change, Instalments, VoucherCode
from messages import local
from tests.journeys.shop import MEMBER, MILK, Plan, Shop
from tests.support.shop import MemoryBook
from tests.support.waiting import wait_until

__all__ = [
    "GIFT_CARD",
    "GIFT_CARDS",
    "RICH_SLIP",
    "SCREENS",
    "WAYS",
    "at_the_counter",
    "bottle_vouchers",
    "comes_to",
    "plan_for",
]


def _programme(policy: Policy) -> Policy:
    programme = Programme(burn_points=100, burn_minor=1_000, burn_least=100)
    tender = TenderType("points", "points", {"en": "Points"})
    return replace(policy, points=programme, tenders=(*policy.tenders, tender))


def _choice(policy: Policy) -> Policy:
    return replace(policy, receipt_rule="choice")


def _asks_buyers(policy: Policy) -> Policy:
    return replace(policy, buyer=BuyerRule(("bin",)))


def _gift_cards(policy: Policy) -> Policy:
    rules = StoredValueRules(prefixes=("9821",), item_id="gift-card", amounts=(50_000, 100_000))
    tender = TenderType("gift_card", "stored_value", {"en": "Gift card", "bn": "গিফট কার্ড", "pt_BR": "Vale-presente"})
    return replace(policy, stored_value=rules, tenders=(*policy.tenders, tender))


def at_the_counter(policy: Policy) -> Policy:
    """Whoever likes may pay there."""
    return replace(policy, parking=ParkingRules(counter="always"))


def _in_parts(policy: Policy) -> Policy:
    card, *others = policy.tenders
    return replace(policy, tenders=(replace(card, instalments=Instalments(3)), *others))


def _sells_cards(book: MemoryBook) -> None:
    names = {"en": "Gift card", "bn": "গিফট কার্ড", "pt_BR": "Vale-presente"}
    book.items["gift-card"] = Item("gift-card", names, "service", "exempt", Money(0, "BDT"), kind="gift_card")


GIFT_CARDS: Final = Plan(policy=_gift_cards, book=_sells_cards, office=True)
"""A shop that takes gift cards and sells them."""
GIFT_CARD: Final = "98210000000000000017"


def bottle_vouchers(change: Change) -> Plan:
    """A shop with a bottle machine. Its slips: 98, six digits of their own, their worth, GS1's check digit."""

    def takes(policy: Policy) -> Policy:
        names = {"en": "Bottle voucher", "bn": "বোতল ফেরতের ভাউচার", "pt_BR": "Vale de garrafas"}
        slips = TenderType("bottles", "paper_voucher", names, codes=(VoucherCode("98NNNNNNVVVVC"),), change=change)
        rules = StoredValueRules(credit_prefix="9829", credit_days=365)
        return replace(policy, stored_value=rules, tenders=(*policy.tenders, slips))

    return Plan(policy=takes, office=True)


RICH_SLIP: Final = "9812345699006"
"""Of the bottle machine: ৳99.00, more than a pack of milk costs."""


TAKES_CASH: Final = Plan(
    settings="""
[devices.cash_recycler]
category = "cash_recycler"
model = "simulated"
[devices.cash_recycler.settings]
knob_socket = "{folder}/cash_recycler"
memory_file = "{folder}/cash.json"
notes = "1000,2000,50000"
fill = 9
"""
)
"""A lane whose machine takes cash, and has little change."""


_PLANS: Final[dict[type[s.Body], Plan]] = {
    s.ValueBody: GIFT_CARDS,
    s.GiftAmountBody: GIFT_CARDS,
    s.VoucherRestBody: bottle_vouchers("none"),
    s.InstalmentsBody: Plan(policy=_in_parts),
    s.SlipBody: Plan(policy=at_the_counter),
    s.BuyerBody: Plan(policy=_asks_buyers),
    s.RefundFindBody: Plan(office=True),
    s.RefundLinesBody: Plan(office=True),
    s.RefundMoneyBody: Plan(office=True),
    s.CashMachineBody: TAKES_CASH,
    s.PointsBody: Plan(policy=_programme, office=True),
    s.ReceiptChoiceBody: Plan(policy=_choice),
    s.QrBody: Plan(office=True),
}


def plan_for(screen: type[s.Body]) -> Plan:
    """The shop in which this screen can be come to."""
    return _PLANS.get(screen, Plan())


def begun(shop: Shop, language: str = "en") -> None:
    """Somebody has come and chosen a language."""
    stage = shop.glass.app.stage
    assert stage is not None
    names = {"en": "English", "bn": "বাংলা", "pt_BR": "Português"}
    shop.shopper.touches(names[language])
    shop.shopper.sees_screen(s.BasketBody)


def _basket(shop: Shop) -> None:
    shop.scanner.scans(MILK)
    shop.shopper.sees_said("basket.hint.next")


def _look_up(shop: Shop) -> None:
    shop.shopper.touches_said("basket.look_up")


def _weigh(shop: Shop) -> None:
    _look_up(shop)
    shop.shopper.touches("৳120")


def _quantity(shop: Shop) -> None:
    _basket(shop)
    shop.shopper.touches(shop.glass.speaker.digits("1"))


def _loyalty(shop: Shop) -> None:
    shop.shopper.touches_said("basket.loyalty")


def _coupon(shop: Shop) -> None:
    _basket(shop)
    shop.shopper.touches_said("basket.code")


def _tender_choice(shop: Shop) -> None:
    _basket(shop)
    shop.shopper.touches_said("basket.pay")


def _buyer(shop: Shop) -> None:
    _tender_choice(shop)
    shop.shopper.touches("BIN")


def _paying(tender: int) -> Callable[[Shop], None]:
    def go(shop: Shop) -> None:
        _tender_choice(shop)
        shop.shopper.sees_screen(s.TenderChoiceBody)
        body = shop.glass.body
        assert isinstance(body, s.TenderChoiceBody)
        shop.shopper.touches(shop.glass.speaker.name(body.tenders[tender].names))

    return go


def _into_machine(shop: Shop) -> None:
    wait_until(lambda: shop.running._engine.state.live.cash is not None, what="the machine says what lies in it")
    _paying(2)(shop)


def _voucher_rest(shop: Shop) -> None:
    _paying(3)(shop)
    shop.shopper.sees_screen(s.ValueBody)
    shop.scanner.scans(RICH_SLIP)


def _gift_amount(shop: Shop) -> None:
    shop.scanner.scans(GIFT_CARD)


def _points(shop: Shop) -> None:
    assert shop.office is not None
    shop.office.silent.add(local.AskPoints)
    shop.scanner.scans(MEMBER)
    shop.shopper.sees_said("loyalty.welcome")
    _tender_choice(shop)
    shop.shopper.touches_icon("plus")
    shop.shopper.touches("900")


def _paid(shop: Shop) -> None:
    _paying(0)(shop)
    shop.terminal.taps()


def _sign_in(shop: Shop) -> None:
    shop.shopper.touches_icon("leaf")


def _staff(shop: Shop) -> None:
    shop.staff.signs_in()


def _devices(shop: Shop) -> None:
    _staff(shop)
    shop.staff.acts("The lane itself", "Devices")


def _closed(shop: Shop) -> None:
    _staff(shop)
    shop.staff.touches_said("act.close_lane")
    shop.staff.touches_said("act.close_lane")
    shop.staff.touches_said("staff.sign_out")


def _slip(shop: Shop) -> None:
    _tender_choice(shop)
    shop.shopper.touches_said("counter.choose")


def _parked(shop: Shop) -> None:
    _staff(shop)
    shop.staff.acts("Resume basket")


def _refund_find(shop: Shop) -> None:
    shop.staff.signs_in("supervisor")
    shop.staff.acts("Return or exchange")


def _refund_lines(shop: Shop) -> None:
    assert shop.office is not None
    _paid(shop)
    shop.shopper.sees("Your receipt is printed")
    shop.waits(7)
    shop.shopper.sees_screen(s.AttractBody)
    (sale,) = shop.happened(e.TransactionCompleted)
    shop.office.knows(sale)
    _refund_find(shop)
    shop.scanner.scans(f"sale:{sale.transaction.uuid}")


def _refund_money(shop: Shop) -> None:
    _refund_lines(shop)
    for words in ("What comes back?", "Milk 1 l"):
        shop.staff.sees(words)
    shop.staff.touches_icon("back", beside="Milk 1 l")
    for words in ("Does not suit", "Take back"):
        shop.staff.touches(words)
    shop.staff.sees("Give back")


def _nowhere(_: Shop) -> None:
    """Whoever has just come stands there."""


WAYS: Final[dict[type[s.Body], Callable[[Shop], None]]] = {
    s.AttractBody: _nowhere,
    s.BasketBody: _basket,
    s.LookUpBody: _look_up,
    s.WeighBody: _weigh,
    s.QuantityBody: _quantity,
    s.LoyaltyBody: _loyalty,
    s.CouponBody: _coupon,
    s.BuyerBody: _buyer,
    s.TenderChoiceBody: _tender_choice,
    s.CardBody: _paying(0),
    s.InstalmentsBody: _paying(0),
    s.ValueBody: _paying(3),
    s.VoucherRestBody: _voucher_rest,
    s.GiftAmountBody: _gift_amount,
    s.QrBody: _paying(1),
    s.PointsBody: _points,
    s.CashBody: _paying(2),
    s.CashMachineBody: _into_machine,
    s.ReceiptChoiceBody: _paid,
    s.ThanksBody: _paid,
    s.StaffSignInBody: _sign_in,
    s.StaffBody: _staff,
    s.DevicesBody: _devices,
    s.SlipBody: _slip,
    s.ParkedBody: _parked,
    s.OutOfServiceBody: _closed,
    s.RefundFindBody: _refund_find,
    s.RefundLinesBody: _refund_lines,
    s.RefundMoneyBody: _refund_money,
}
SCREENS: Final[tuple[type[s.Body], ...]] = get_args(s.Body)
"""Every screen of the product: one without a way here fails the journeys that are to hold on all."""


def comes_to(shop: Shop, screen: type[s.Body], language: str = "en") -> None:
    """Go there, as a shopper (or staff) does."""
    if screen is not s.AttractBody:
        begun(shop, language)
    WAYS[screen](shop)
    shop.shopper.sees_screen(screen)
