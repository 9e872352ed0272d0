"""Two lanes of one shop: kiosk programs with their sync, one broker, one head office, as they run there.

Baskets go from one to the other, and a coupon serves at one of them.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from headoffice.broker_link import BrokerLink
from headoffice.database import Database
from headoffice.feed import append, change_of
from headoffice.ledger.coupon_tables import CouponUse, SingleCoupon
from headoffice.ledger.suspended_tables import SuspendedBasket
from headoffice.ledger.tables import DeadLetter, Transaction
from kiosk.checkout import events as e
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import Offer, PercentOff, Scope
from kiosk.retail.parking import ParkingRules
from kiosk.retail.policy import CouponRules, Timeouts
from kiosk.store.book import Books
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.kiosk import Headless, Lane, lane
from tests.support.shop import MemoryBook, small_shop
from tests.support.sync_process import beside_sync
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(300)

MILK, TEA, ONE, TWO = "8901234567890", "4006381333931", "9912345000017", "9912345000024"
BIRTHDAY = Offer("bday", Scope(), PercentOff(1_000), {"en": "Birthday"}, coupon="9912345", serials="listed")
RACES = 6
_READ = ("names", "unit", "quantity", "weight", "unit_price", "extended", "net", "saved")
"""What a shopper reads on a line, whichever was scanned last."""
_SLIP = re.compile(r'P1\.[^" ]+')

Told = dict[str, Any]


class Counter:
    """One lane: its devices, and its program as somebody before it sees it."""

    def __init__(self, at: Lane, program: Headless) -> None:
        self.at, self.program = at, program
        self.touch = program.touch
        self._aside = 0

    def shows(self, what: str, wanted: Callable[[Told], bool]) -> Told:
        """The first screen that is as wanted."""
        return dict(self.program.shows(lambda told: wanted(told["screen"]), what)["screen"])

    def body(self, name: str, wanted: Callable[[Told], bool] = lambda _: True) -> Told:
        """The first body of that name that is as wanted."""
        told = self.program.shows(lambda told: told["body"] == name and wanted(told["screen"]["body"]), f"a {name}")
        return dict(told["screen"]["body"])

    def basket(self, things: int) -> Told:
        """Wait until so many things are in the basket; gives it."""
        return self.body("BasketBody", lambda body: body["totals"]["count"] == things)

    def gives(self, minor: int) -> None:
        """Wait until so much is taken off the basket."""
        self.body("BasketBody", lambda body: body["totals"]["discount"]["minor"] == minor)

    def says(self, *messages: str) -> None:
        """Wait until the screen says one of these."""
        self.shows(" or ".join(messages), lambda screen: _message(screen) in messages)

    def online(self, *, is_so: bool = True) -> None:
        """Wait until the lane knows that head office can, or cannot, be reached."""
        self.shows(f"online: {is_so}", lambda screen: screen["chrome"]["online"] is is_so)

    def scans(self, *codes: str) -> None:
        for code in codes:
            self.at.scan(code)

    def weighs(self, item_id: str, grams: int) -> None:
        """Something sold by weight, agreed to as it is displayed."""
        self.at.turn("produce_scale", "put", grams=grams)
        self.touch("ItemChosen", item_id=item_id)
        shown = self.body("WeighBody", lambda body: body["price"] is not None)
        self.touch("WeighConfirmed", item_id=item_id, net=shown["net"] or shown["reading"], price=shown["price"])
        self.at.turn("produce_scale", "remove")

    def pays(self) -> None:
        """By card; and nobody is there any more."""
        self.touch("CheckoutRequested")
        self.touch("TenderChosen", tender_id="card")
        self.body("ThanksBody", lambda body: body["receipt"] == "printed")
        self.touch("TimerElapsed", name="thanks")
        self.body("AttractBody")

    def staff(self, act: str, **fields: object) -> None:
        """A supervisor signs in and does this."""
        self.touch("OperatorSignedIn", operator_id="op-1", name="Karim", role="supervisor", method="badge")
        self.touch("OperatorActed", act=act, **fields)

    def cancels(self) -> None:
        """Staff void the basket; nobody is there any more."""
        self.staff("cancel_transaction")
        self.touch("OperatorSignedOut")
        self.body("AttractBody")

    def parks(self) -> tuple[e.TransactionSuspended, str]:
        """Staff put the basket aside; what is on record of it, and what its slip says, off the paper."""
        self.staff("suspend")
        put_aside = self.put_aside()
        self.touch("OperatorSignedOut")
        self.body("AttractBody")
        return put_aside

    def put_aside(self) -> tuple[e.TransactionSuspended, str]:
        """The next basket that is put aside, and the code on its slip."""
        suspended = wait_until(
            lambda: self.at.happened(e.TransactionSuspended)[self._aside :], what="a basket put aside"
        )
        self._aside += 1
        slips = lambda: [each for each in self.at.receipts() if each["job"] == suspended[0].slip]  # noqa: E731
        found = _SLIP.search(json.dumps(wait_until(slips, what="a slip")))
        assert found
        return suspended[0], found[0]


@dataclass
class Shop:
    """Two lanes and their head office."""

    one: Counter
    two: Counter
    broker: Broker
    link: BrokerLink
    database: Database

    def knows(self, parked: e.TransactionSuspended) -> None:
        """Wait until head office could give the basket to another lane."""

        def known() -> bool:
            with self.database.read() as session:
                row = session.get(SuspendedBasket, parked.transaction)
                return row is not None and row.utc_ms > 0

        wait_until(known, 30, what="a parked basket at head office")

    def sold(self) -> list[tuple[str, int]]:
        """Every sale (workstation, total) in the ledger, once it has all that the lanes have made and nothing more."""
        made = [
            (number, sale.transaction.uuid, sale.total.minor)
            for number, counter in (("1", self.one), ("2", self.two))
            for sale in counter.at.happened(e.TransactionCompleted)
        ]

        def booked() -> list[tuple[str, str, int]]:
            with self.database.read() as session:
                rows = session.scalars(select(Transaction).order_by(Transaction.workstation, Transaction.number))
                return [(row.workstation, row.uuid, row.total) for row in rows]

        wait_until(lambda: booked() == made, 30, what="every sale in the ledger, once")
        with self.database.read() as session:
            assert "basket_twice" not in set(session.scalars(select(DeadLetter.reason)))
        return sorted((number, total) for number, _, total in made)

    def publishes(self, *items: Item) -> None:
        """Head office changes items, and both lanes have its book."""
        with self.database.write() as session:
            version = append(session, [change_of("item", item.item_id, item) for item in items], by="test", utc_ms=1)
        self.link.feed_moved(version)
        self.has_book(version)

    def has_book(self, version: int) -> None:
        """Wait until both lanes have it."""
        for each in (self.one, self.two):
            wait_until(lambda at=each.at: version in Books(str(at.data)).versions(), 30, what=f"book {version}")  # type: ignore[misc]  # bound per lane


def _message(screen: Told) -> str:
    return str(screen["notice"]["text"]["message"]) if screen["notice"] else ""


def _stock() -> MemoryBook:
    book = small_shop()
    policy = replace(
        book.policy,
        coupons=CouponRules(prefixes=("99",)),
        timeouts=Timeouts(ask=20_000),
        parking=ParkingRules(counter="always"),
    )
    return replace(book, policy=policy, offers=(*book.offers, BIRTHDAY))


def _publish(database: Database, book: MemoryBook) -> int:
    """What head office tells the shop, and the coupons it has issued."""
    changes = [change_of("policy", "policy", book.policy)]
    changes += [change_of("offer", offer.offer_id, offer) for offer in book.offers]
    changes += [change_of("item", item.item_id, item) for item in book.items.values()]
    classes = {item.tax_class for item in book.items.values()}
    changes += [change_of("tax_class", name, found) for name in classes if (found := book.tax_class(name)) is not None]
    with database.write() as session:
        session.add_all(SingleCoupon(code=code, offer_id="bday", series="july") for code in (ONE, TWO))
        return append(session, changes, by="test", utc_ms=1)


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """Each journey leaves both lanes with nobody before them."""
    book = _stock()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="two")))
        broker = Broker(folder / "far")
        broker.start()
        stack.callback(broker.stop)
        database, link = stack.enter_context(head_office(folder, broker))
        version = _publish(database, book)
        lanes = [stack.enter_context(lane(book, sync="sync.sock", number=number)) for number in ("1", "2")]
        for at in lanes:
            stack.enter_context(beside_sync(at, broker))
            at.turn("terminal", "auto", outcome="approve")
        one, two = (Counter(at, stack.enter_context(at.headless())) for at in lanes)
        built = Shop(one, two, broker, link, database)
        for each in (one, two):
            each.online()
            each.body("AttractBody")
        built.has_book(version)
        yield built


def as_read(basket: Told) -> tuple[object, object]:
    """A basket as its shopper reads it."""
    return sorted(([line[name] for name in _READ] for line in basket["lines"]), key=str), basket["totals"]


def test_a_basket_parked_at_one_lane_is_sold_at_another_as_it_stood_and_once(shop: Shop) -> None:
    one, two, before = shop.one, shop.two, shop.sold()
    one.scans(MILK, TEA, TEA, TEA)
    one.basket(4)
    one.weighs("banana", 740)
    basket = one.basket(5)
    parked, slip = one.parks()
    shop.knows(parked)
    two.scans(slip)
    assert as_read(two.basket(5)) == as_read(basket)
    one.scans(slip)
    one.says("basket.taken", "basket.gone")
    two.pays()
    assert shop.sold() == sorted([*before, ("2", basket["totals"]["total"]["minor"])])
    one.scans(slip)
    one.says("basket.gone", "slip.over")


def state_of(database: Database, code: str) -> str:
    with database.read() as session:
        return session.get_one(SingleCoupon, code).state


def test_a_single_use_coupon_serves_once_in_the_fleet_and_a_voided_basket_gives_it_back(shop: Shop) -> None:
    one, two = shop.one, shop.two
    one.scans(MILK, ONE)
    one.gives(950)
    two.scans(MILK, ONE)
    two.says("coupon.taken")
    one.pays()
    sold = one.at.happened(e.TransactionCompleted)[-1]
    wait_until(lambda: state_of(shop.database, ONE) == "redeemed", 30, what="redeemed by the journal")
    two.scans(ONE)
    two.says("coupon.used")

    two.scans(TWO)
    two.gives(950)
    two.cancels()
    wait_until(lambda: state_of(shop.database, TWO) == "issued", 30, what="given back by the void")
    one.scans(MILK, TWO)
    one.gives(950)
    one.cancels()
    with shop.database.read() as session:
        use = session.get_one(CouponUse, (sold.transaction.uuid, ONE))
        assert (use.amount, use.single, use.offline) == (950, True, False)


@pytest.mark.tail
def test_a_basket_to_be_paid_at_the_counter_is_paid_at_another_lane_at_the_prices_it_was_rung_up_at(shop: Shop) -> None:
    one, two, before = shop.one, shop.two, shop.sold()
    one.scans(MILK, TEA)
    basket = one.basket(2)
    one.touch("CheckoutRequested")
    one.touch("CounterChosen")
    parked, slip = one.put_aside()
    one.touch("SlipTaken")
    one.body("AttractBody")
    shop.knows(parked)
    milk = _stock().items["milk"]
    shop.publishes(replace(milk, price=Money(9_900, "BDT")))
    two.scans(slip)
    assert as_read(two.basket(2)) == as_read(basket)
    two.pays()
    assert shop.sold() == sorted([*before, ("2", basket["totals"]["total"]["minor"])])
    one.scans(MILK)
    assert one.basket(1)["totals"]["total"]["minor"] == 9_900, "the next shopper pays what milk costs now"
    one.cancels()
    shop.publishes(milk)


@pytest.mark.tail
def test_of_two_lanes_that_want_a_basket_at_once_one_has_it(shop: Shop) -> None:
    before, taken = shop.sold(), len(shop.two.at.happened(e.BasketTakenOver))
    with ThreadPoolExecutor(2) as both:
        for _ in range(RACES):
            shop.one.scans(MILK)
            shop.one.basket(1)
            parked, slip = shop.one.parks()
            shop.knows(parked)
            for each in (shop.one, shop.two):  # what it said of the last basket is gone
                each.scans(f"{slip[:-1]}{'AB'[slip.endswith('A')]}")
                each.says("slip.wrong")
            list(both.map(Counter.scans, (shop.one, shop.two), (slip, slip)))
            told = list(both.map(_basket_or_refusal, (shop.one, shop.two)))
            assert sorted(map(bool, told)) == [False, True], told
            (shop.two if told[0] else shop.one).cancels()
    assert (
        len(shop.one.at.happened(e.TransactionResumed)) + len(shop.two.at.happened(e.BasketTakenOver)) == RACES + taken
    )
    assert shop.sold() == before


def _basket_or_refusal(counter: Counter) -> str:
    """Why not; empty: the basket is here."""
    refusals = ("basket.taken", "basket.gone", "slip.over")
    shown = counter.program.shows(
        lambda told: told["body"] == "BasketBody" or _message(told["screen"]) in refusals, "a basket or a refusal"
    )
    return "" if shown["body"] == "BasketBody" else _message(shown["screen"])


@pytest.mark.tail
def test_while_head_office_is_away_a_basket_goes_to_no_other_lane_and_its_own_goes_on_with_it(shop: Shop) -> None:
    one, two, before = shop.one, shop.two, shop.sold()
    one.scans(MILK)
    one.basket(1)
    parked, slip = one.parks()
    shop.knows(parked)
    shop.broker.kill()
    for each in (one, two):
        each.online(is_so=False)
    two.scans(slip)
    two.says("basket.offline")
    one.scans(slip)
    one.basket(1)
    one.pays()
    shop.broker.start()
    for each in (one, two):
        each.online()
    assert shop.sold() == sorted([*before, ("1", 9_500)])
    two.scans(slip)
    two.says("slip.over")

    one.scans(MILK)
    one.basket(1)
    _, slip = one.parks()
    shop.link.stop()
    two.scans(slip)
    two.says("basket.offline")
