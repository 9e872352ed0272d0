"""A single-use coupon between two lanes: kiosks, sync processes, broker and head office as they run in a shop."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from headoffice.database import Database
from headoffice.feed import append, change_of
from headoffice.ledger.coupon_tables import CouponUse, SingleCoupon
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.offer import Offer, PercentOff, Scope
from kiosk.retail.policy import CouponRules, Timeouts
from kiosk.sync.settings import BrokerSettings, SyncSettings, render
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.kiosk import ROOT, Lane, Running, lane
from tests.support.shop import MemoryBook, small_shop
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(180)

MILK, ONE, TWO = "8901234567890", "9912345000017", "9912345000024"
BIRTHDAY = Offer("bday", Scope(), PercentOff(1_000), {"en": "Birthday"}, coupon="9912345", serials="listed")


def shop() -> MemoryBook:
    book = small_shop()
    book.policy = replace(book.policy, coupons=CouponRules(prefixes=("99",)), timeouts=Timeouts(ask=20_000))
    book.offers = (*book.offers, BIRTHDAY)
    return book


def publish(database: Database, book: MemoryBook) -> None:
    """What head office tells the shops, and the coupons it has issued."""
    changes = [change_of("policy", "policy", book.policy), change_of("offer", BIRTHDAY.offer_id, BIRTHDAY)]
    changes += [change_of("item", item.item_id, item) for item in book.items.values()]
    classes = {item.tax_class for item in book.items.values()}
    changes += [change_of("tax_class", name, found) for name in classes if (found := book.tax_class(name)) is not None]
    with database.write() as session:
        append(session, changes, by="test", utc_ms=1)
        session.add_all(SingleCoupon(code=code, offer_id="bday", series="july") for code in (ONE, TWO))


@contextmanager
def sync_of(at: Lane, number: str, broker: Broker) -> Iterator[None]:
    """The sync process of a lane."""
    shown = broker.credentials(f"kiosk-{number}")
    written = SyncSettings(
        kiosk=f"kiosk-{number}",
        store="dhaka-1",
        workstation=number,
        journal=str(at.data / "journal.db"),
        folder=str(at.data),
        socket=str(at.folder / "run" / "sync.sock"),
        broker=BrokerSettings("127.0.0.1", broker.port, str(shown.authority), str(shown.certificate), str(shown.key)),
    )
    settings = at.folder / "sync.toml"
    settings.write_text(render(written), encoding="utf-8")
    command = [sys.executable, "-m", "kiosk.sync.main", "--settings", str(settings)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            yield
        finally:
            process.terminate()


def online(kiosk: Running) -> bool:
    return bool(kiosk.screens) and kiosk.screens[-1].chrome.online


def discount(kiosk: Running) -> int:
    return kiosk.body.totals.discount.minor if isinstance(kiosk.body, s.BasketBody) else -1


def notice(kiosk: Running) -> str:
    shown = kiosk.screens[-1].notice if kiosk.screens else None
    return shown.text.message if shown is not None else ""


def state_of(database: Database, code: str) -> str:
    with database.read() as session:
        return session.get_one(SingleCoupon, code).state


def test_a_single_use_coupon_serves_once_in_the_fleet_and_a_voided_basket_gives_it_back() -> None:
    book = shop()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="two")))
        broker = Broker(folder / "far")
        broker.start()
        stack.callback(broker.stop)
        database, _link = stack.enter_context(head_office(folder, broker))
        publish(database, book)
        lanes, kiosks = [], []
        for number in ("7", "8"):
            at = stack.enter_context(lane(book, sync="sync.sock", number=number))
            stack.enter_context(sync_of(at, number, broker))
            kiosk = stack.enter_context(at.kiosk())
            kiosk.sees(s.AttractBody)
            lanes.append(at)
            kiosks.append(kiosk)
        one, two = kiosks
        for kiosk in kiosks:
            wait_until(partial(online, kiosk), 30, what="a lane that is online")

        lanes[0].scan(MILK)
        lanes[0].scan(ONE)
        wait_until(lambda: discount(one) == 950, 30, what="a coupon that gives")
        lanes[1].scan(MILK)
        lanes[1].scan(ONE)
        wait_until(lambda: notice(two) == "coupon.taken", 30, what="kept for another basket")

        lanes[0].turn("terminal", "auto", outcome="approve")
        one.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        one.sees(s.ThanksBody)
        wait_until(lambda: state_of(database, ONE) == "redeemed", 30, what="redeemed by the journal")
        lanes[1].scan(ONE)
        wait_until(lambda: notice(two) == "coupon.used", 30, what="used before")

        lanes[1].scan(TWO)
        wait_until(lambda: discount(two) == 950, 30, what="the second coupon that gives")
        two.touch(i.OperatorSignedIn("op-1", "Karim", "supervisor", "badge"), i.OperatorActed("cancel_transaction"))
        wait_until(lambda: state_of(database, TWO) == "issued", 30, what="given back by the void")
        one.touch(i.ShopperArrived("en"))
        one.sees(s.BasketBody)
        lanes[0].scan(MILK)
        lanes[0].scan(TWO)
        wait_until(lambda: discount(one) == 950, 30, what="the coupon of the voided basket")

        sold = lanes[0].happened(e.TransactionCompleted)[0]
        with database.read() as session:
            use = session.get_one(CouponUse, (sold.transaction.uuid, ONE))
            assert (use.amount, use.single, use.offline) == (950, True, False)
