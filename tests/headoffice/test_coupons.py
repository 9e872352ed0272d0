"""Coupons at head office: kept for one basket, redeemed once, let go; limited offers; series; what needs a look."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from headoffice.console.services import Services
from headoffice.coupons import overview, series
from headoffice.coupons.keeper import HOLD_MS, CouponKeeper
from headoffice.coupons.terms import Terms, TermsBook
from headoffice.database import Database
from headoffice.desk import Desk
from headoffice.feed import change_of
from headoffice.ledger.coupon_tables import CouponUse, OfferUse, SingleCoupon
from headoffice.ledger.ingest import Ingest
from headoffice.ledger.tables import DeadLetter
from kiosk.checkout import events as e
from kiosk.retail.item import Item
from kiosk.retail.money import Money
from kiosk.retail.offer import Offer, PercentOff, Scope
from kiosk.retail.policy import CouponRules
from kiosk.retail.transaction import RedeemedCoupon
from messages.asks import CouponAsk
from tests.headoffice.pages import NOW, Enter, token_of
from tests.support.journals import JournalOf, as_message, banana, bdt, cola, completed_sale
from tests.support.shop import bangladesh

BDAY = Offer("bday", Scope(), PercentOff(1_000), {"en": "Birthday"}, coupon="9912345", serials="listed")
ANY = Offer("any", Scope(), PercentOff(1_000), {"en": "Any"}, coupon="KPANY", serials="any", stores=("dhk-1",))
RIPE = Offer("ripe", Scope(("banana",)), PercentOff(1_000), {"en": "Ripe today"}, member_day=1)
CODE = "9912345000017"


@pytest.fixture
def keeper(services: Services) -> CouponKeeper:
    """With three offers in the feed and one coupon issued."""
    rules = replace(bangladesh(), coupons=CouponRules(prefixes=("99", "KP")))
    changes = [change_of("offer", offer.offer_id, offer) for offer in (BDAY, ANY, RIPE)]
    services.feed.publish_changes([*changes, change_of("policy", "policy", rules)], by="test")
    with services.database.write() as session:
        session.add(SingleCoupon(code=CODE, offer_id="bday", series="july"))
    return CouponKeeper(services.database, clock=services.clock)


def ask(keeper: CouponKeeper, code: str, basket: str = "t-1", *, store: str = "dhk-1", kiosk: str = "lane-1") -> str:
    question = CouponAsk(correlation="c", code=code, transaction=basket, store=store)
    return keeper.reserve(kiosk, question).state


def state_of(database: Database, code: str = CODE) -> tuple[str, str]:
    with database.read() as session:
        found = session.get_one(SingleCoupon, code)
        return found.state, found.uuid


def told(database: Database, journal: JournalOf) -> None:
    Ingest(database, clock=lambda: NOW).batch(as_message(journal), journal.kiosk)


def redeemed(journal: JournalOf, code: str = CODE, *, offline: bool = False) -> e.TransactionCompleted:
    """A sale in the journal that used the coupon."""
    sale = completed_sale(journal.begin(), (cola(),), bdt(16_000))
    sale = replace(sale, coupons=(RedeemedCoupon(code, "bday", bdt(950), single=True, offline=offline),))
    journal.add(sale)
    return sale


def test_a_coupon_is_kept_for_one_basket_at_a_time(keeper: CouponKeeper) -> None:
    assert [ask(keeper, CODE), ask(keeper, CODE), ask(keeper, CODE, "t-2")] == ["reserved", "reserved", "taken"]


def test_a_reservation_that_nobody_speaks_of_ends(services: Services, keeper: CouponKeeper) -> None:
    assert ask(keeper, CODE) == "reserved"
    later = CouponKeeper(services.database, clock=lambda: NOW + HOLD_MS)
    assert ask(later, CODE, "t-2") == "reserved"


def test_what_was_never_issued_is_unknown_and_any_serial_of_an_open_series_serves_once(keeper: CouponKeeper) -> None:
    assert [ask(keeper, "9912345999999"), ask(keeper, "NONSENSE")] == ["unknown", "unknown"]
    assert [ask(keeper, "KPANY1"), ask(keeper, "KPANY1", "t-2")] == ["reserved", "taken"]
    assert ask(keeper, "KPANY2", store="ctg-1") == "store"


def test_a_coupon_past_its_own_last_day_is_refused(services: Services, keeper: CouponKeeper) -> None:
    with services.database.write() as session:
        session.add(SingleCoupon(code="9912345000024", offer_id="bday", series="july", valid_until="2020-01-01"))
    assert ask(keeper, "9912345000024") == "day"


def test_a_sale_redeems_it_and_lets_go_what_gave_nothing(services: Services, keeper: CouponKeeper) -> None:
    journal = JournalOf()
    sale = redeemed(journal)
    uuid = sale.transaction.uuid
    assert [ask(keeper, CODE, uuid), ask(keeper, "KPANY1", uuid)] == ["reserved", "reserved"]
    told(services.database, journal)
    told(services.database, journal)
    assert state_of(services.database) == ("redeemed", uuid)
    assert state_of(services.database, "KPANY1") == ("issued", "")
    assert [ask(keeper, CODE, "t-9"), ask(keeper, CODE, uuid)] == ["used", "reserved"]


@pytest.mark.parametrize("taken_off", [False, True])
def test_a_voided_basket_and_a_coupon_taken_off_let_it_go(
    services: Services, keeper: CouponKeeper, *, taken_off: bool
) -> None:
    journal = JournalOf()
    basket = journal.begin().uuid
    ask(keeper, CODE, basket)
    journal.add(e.CouponReturned(CODE, "shopper") if taken_off else e.TransactionVoided(basket, "system", "empty"))
    told(services.database, journal)
    assert state_of(services.database) == ("issued", "")


def test_another_lane_s_word_on_a_coupon_lets_nothing_go(services: Services, keeper: CouponKeeper) -> None:
    ask(keeper, CODE)
    journal = JournalOf("lane-2")
    journal.add(e.CouponReturned(CODE, "shopper"))
    told(services.database, journal)
    assert state_of(services.database) == ("reserved", "t-1")


def test_a_coupon_used_offline_on_two_lanes_is_booked_twice_and_put_before_people(
    services: Services, keeper: CouponKeeper, enter: Enter
) -> None:
    for kiosk in ("lane-1", "lane-2"):
        journal = JournalOf(kiosk, workstation=kiosk[-1])
        redeemed(journal, offline=True)
        told(services.database, journal)
    with services.database.read() as session:
        (twice,) = overview.used_twice(session)
        assert len(session.scalars(select(CouponUse)).all()) == 2
        letters = session.scalars(select(DeadLetter.reason)).all()
    assert (twice.code, [use.kiosk for use in twice.uses]) == (CODE, ["lane-1", "lane-2"])
    assert letters == ["coupon_twice"]
    page = enter().get("/offers").text
    assert "A single-use coupon was used twice" in page
    assert page.count("taken unchecked") == 2


def test_uses_of_limited_offers_and_the_visit_come_with_the_member(services: Services, keeper: CouponKeeper) -> None:
    journal = JournalOf()
    sale = replace(completed_sale(journal.begin(), (banana(1),), bdt(10_250)), member_id="m-1")
    journal.add(sale)
    told(services.database, journal)
    with services.database.read() as session:
        visit, used = keeper.used_by(session, "m-1")
        assert keeper.used_by(session, "m-2") == (1, ())
        assert session.get_one(OfferUse, (sale.transaction.uuid, "ripe")).amount == 1_000
    assert visit == 2
    assert [(use.offer_id, use.transaction) for use in used] == [("ripe", sale.transaction.uuid)]


# --- series --------------------------------------------------------------------------------------------------------


def looked(services: Services, text: str) -> series.Looked:
    with services.database.read() as session:
        return series.look_through(session, Terms("bday", {}, coupon="9912345", serials="listed"), text)


def test_a_file_is_looked_through_row_by_row(services: Services, keeper: CouponKeeper) -> None:
    assert ask(keeper, "KPANY1") == "reserved"
    found = looked(
        services,
        f"code,valid until\n99 1111,2026-12-31\n{CODE}\n991111\nkpany1\nX1234\n99;;;1\n992222,soon\n\n99aa22\n",
    )
    assert found.fresh == (("991111", "2026-12-31"), ("99AA22", ""))
    assert found.known == 1
    assert [(bad.row, bad.wrong) for bad in found.bad] == [
        (4, "twice"),
        (5, "other_offer"),
        (6, "prefix"),
        (7, "code"),
        (8, "date"),
    ]


@pytest.mark.parametrize(("text", "why"), [("", "empty"), ("code\n", "empty"), ('"open', "unreadable")])
def test_what_is_no_such_file_is_refused_whole(services: Services, text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        looked(services, text)


def test_the_file_of_wrong_rows_holds_no_formula() -> None:
    wrong = series.Looked((), 0, (series.BadRow(2, "=1+1", "code"),))
    assert series.errors_as_csv(wrong).splitlines()[1] == "2,1+1,code"


def test_a_series_is_looked_through_before_it_is_taken_from_the_page(
    services: Services, enter: Enter, keeper: CouponKeeper
) -> None:
    client = enter()
    token = token_of(client.get("/offers").text)
    fields = {"token": token, "offer": "bday", "series": "august", "text": "991111\nX1"}
    page = client.post("/offers/series", data=fields | {"deed": "check"})
    assert page.status_code == 422
    assert "1 new, 0 known already, 1 wrong" in page.text
    errors = client.post("/offers/series", data=fields | {"deed": "errors"})
    assert errors.text.splitlines() == ["row,code,wrong", "2,X1,code"]
    with services.database.read() as session:
        assert session.get(SingleCoupon, "991111") is None
    client.post("/offers/series", data=fields | {"deed": "take"}, files={"file": ("a.csv", b"\xef\xbb\xbf991111\n")})
    assert ask(keeper, "991111") == "reserved"
    with services.database.read() as session:
        assert session.get_one(SingleCoupon, "991111").series == "august"


def test_an_offer_without_listed_coupons_takes_no_series(
    services: Services, enter: Enter, keeper: CouponKeeper
) -> None:
    client = enter()
    token = token_of(client.get("/offers").text)
    client.post("/offers/series", data={"token": token, "offer": "any", "text": "991111", "deed": "take"})
    assert ask(keeper, "991111") == "unknown"


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["bn", "en", "pt_BR"])
def test_the_page_speaks_every_language(enter: Enter, keeper: CouponKeeper, language: str) -> None:
    client = enter()
    client.get("/offers", params={"language": language})
    page = client.get("/offers").text
    assert f'lang="{language.replace("_", "-")}"' in page
    assert "9912345" in page
    assert "offers." not in page
    assert "series." not in page


def test_a_feed_price_above_the_pack_s_maximum_is_told_when_it_is_published_and_until_it_is_mended(
    services: Services, enter: Enter
) -> None:
    rice = Item("rice", {"en": "Rice 5 kg"}, "staples", "exempt", Money(45_050, "BDT"), mrp=Money(45_000, "BDT"))
    desk = Desk(services.database, clock=services.clock)
    services.feed.publish_changes([change_of("item", "rice", rice)], by="import")
    desk.heads()
    desk.heads()
    with services.database.read() as session:
        assert [(letter.reason, letter.times) for letter in session.scalars(select(DeadLetter))] == [("above_mrp", 1)]
        assert overview.above_maximum(session)[0] == 1
    assert "1 price above the maximum" in enter().get("/offers").text
    services.feed.change_price("rice", 45_000, by="mita")
    assert "Nothing needs a look." in enter().get("/offers").text


def test_offers_are_found_by_name_and_by_coupon_and_those_that_are_over_come_last(
    services: Services, keeper: CouponKeeper
) -> None:
    with services.database.read() as session:
        found = overview.offers(session, "2026-11-22")
        assert [view.terms.offer_id for view in found] == ["any", "bday", "ripe"]
        assert [view.terms.offer_id for view in overview.offers(session, "2026-11-22", "birth")] == ["bday"]
        assert [view.terms.offer_id for view in overview.offers(session, "2026-11-22", "kpany")] == ["any"]
    services.feed.publish_changes([change_of("offer", "any", replace(ANY, valid_until="2026-01-01"))], by="test")
    with services.database.read() as session:
        assert [view.standing for view in overview.offers(session, "2026-11-22")] == ["now", "now", "over"]
        assert TermsBook().refresh(session).of_coupon("KPANY77") is not None


def test_an_old_return_lets_nothing_go_that_is_kept_for_a_later_basket(
    services: Services, keeper: CouponKeeper
) -> None:
    """The lane was offline: what it did then arrives when it has asked anew for another basket."""
    journal = JournalOf()
    journal.begin()
    journal.add(e.CouponReturned(CODE, "shopper"))
    later = journal.begin().uuid
    ask(keeper, CODE, later)
    told(services.database, journal)
    assert state_of(services.database) == ("reserved", later)
    journal.add(e.CouponReturned(CODE, "shopper"))
    told(services.database, journal)
    assert state_of(services.database) == ("issued", "")
