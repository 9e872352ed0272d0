"""The attendant's page without a browser: what stands on it, which orders go out, and what becomes of them."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from headoffice.accounts import AccountError
from headoffice.attend import board as boards
from headoffice.attend.orders import EXPIRY_MS, Orders, Wish
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.desk import Reply
from headoffice.feed import change_of, policy_of
from headoffice.ledger.command_tables import LaneCommand
from headoffice.ledger.tables import Intervention
from headoffice.live import Hub
from kiosk.checkout import events
from kiosk.retail.rights import Act, Rights
from messages import envelope, topics
from messages.commands import LaneOrder, StaffOrder
from messages.place_asks import PlaceAnswer, PlaceAsk
from tests.headoffice.pages import NOW, sign_in, token_of
from tests.support.attended import OPERATOR, AttendedLane, attends, desk_of
from tests.support.journals import T0, bdt


class Shop:
    """Head office with two lanes, an account that attends, and the orders that went out."""

    def __init__(self, services: Services) -> None:
        self.sent: list[Reply] = []
        self.reached, self.now = True, NOW
        self.database = services.database
        self.orders = Orders(
            services.database,
            clock=lambda: self.now,
            send=self.sent.append,
            reach=lambda: self.reached,
            on_change=services.hub.tell,
        )
        self.services = dataclasses.replace(services, orders=self.orders, clock=lambda: self.now)
        attends(services.accounts, services.feed, "mita")
        desk = desk_of(services.database, services.hub, NOW)
        self.one, self.two = AttendedLane(desk, "1"), AttendedLane(desk, "2")

    def board(self, account: str = "mita", chosen: str = "") -> boards.Board:
        with self.database.read() as session:
            return boards.board(session, store="dhk-1", chosen=chosen, account=account, now=self.now)

    def give(self, deed: str, *, lane: str = "lane-1", account: str = "mita", **more: str) -> str:
        return self.orders.give(Wish(lane, deed, **more), account=account)

    def kept(self) -> list[LaneCommand]:
        with self.database.read() as session:
            return list(session.scalars(select(LaneCommand).order_by(LaneCommand.sent_ms)))


@pytest.fixture
def shop(services: Services) -> Shop:
    return Shop(services)


@pytest.fixture
def page(shop: Shop) -> Iterator[TestClient]:
    with TestClient(build_app(shop.services), headers={"accept-language": "en"}) as client:
        sign_in(client)
        yield client


def clearing(shop: Shop, ident: str, *, outcome: str = "approved", reason: str = "") -> str:
    return shop.give("clear_intervention", intervention=ident, outcome=outcome, reason=reason)


def test_lanes_are_seen_at_a_glance(shop: Shop) -> None:
    assert [lane.state for lane in shop.board().lanes] == ["free", "free"]
    shop.one.shops()
    shop.two.tell(events.LaneClosed("op-7", "stocktaking"))
    assert [lane.state for lane in shop.board().lanes] == ["scanning", "closed"]
    shop.one.tell(events.TenderRequested("t1", "card", "card", bdt(100), T0))
    shop.two.state(online=False)
    assert [lane.state for lane in shop.board().lanes] == ["paying", "offline"]
    shop.one.calls("help", T0, blocks="nothing")
    shop.one.figures(lost=("printer",), conditions=("near_end", "not_ours"))
    (one, _two) = shop.board().lanes
    assert (one.state, one.waiting, one.lost, one.conditions) == ("waiting", 1, ("printer",), ("near_end",))


def test_what_waits_is_in_order_of_severity_then_age_and_says_what_may_not_be_done_from_here(shop: Shop) -> None:
    shop.one.shops()
    shop.one.calls("no_price", T0, blocks="nothing")
    shop.one.calls("staff_item", T0 + 2_000, line=1)
    shop.two.calls("age", T0 + 1_000)
    shop.two.calls("help", T0 + 3_000, blocks="nothing")
    waiting = shop.board().waiting
    assert [(w.row.kind, w.severity, w.bar) for w in waiting] == [
        ("help", "now", ""),
        ("age", "soon", "not_remote"),
        ("staff_item", "soon", ""),
        ("no_price", "later", ""),
    ]
    assert waiting[2].names == {"en": "Cola 1 l", "bn": "কোলা ১ লিটার"}


def test_an_opened_cabinet_waits_on_the_page_and_is_judged_at_the_lane(shop: Shop, page: TestClient) -> None:
    shop.two.calls("help", T0, blocks="nothing")
    shop.one.tell(events.CabinetOpened("tamper", "", T0))
    ident = shop.one.calls("tamper", T0 + 1_000)
    shop.one.figures(conditions=("tampered", "door_open"))
    assert [(w.row.kind, w.severity, w.bar) for w in shop.board().waiting] == [
        ("help", "now", ""),
        ("tamper", "now", "not_remote"),
    ]
    seen = page.get("/attend", params={"lane": shop.one.kiosk}).text
    for words in ("Tamper contact opened", "The cabinet&#39;s tamper contact is open.", "The cabinet is open."):
        assert words in seen
    shop.one.tell(events.InterventionCleared(ident, "approved", "op-7", utc_ms=T0 + 9_000))
    assert [w.row.kind for w in shop.board().waiting] == ["help"]


def test_age_is_not_cleared_from_here_though_the_feed_wants_it_where_the_country_does_not_allow_it(shop: Shop) -> None:
    shop.two.calls("age", T0)
    shop.one.calls("cash", T0)
    policy = _policy(remote_kinds=["age", "cash"], restrictions={"law_remote": ["age"]})
    shop.services.feed.publish_changes([change_of("policy", "policy", policy)], by="test")
    assert {w.row.kind: w.bar for w in shop.board().waiting} == {"age": "not_remote", "cash": ""}


def _policy(**more: object) -> dict[str, object]:
    names = {"en": "Shop"}
    return {
        "country": "BD",
        "currency": "BDT",
        "store_name": names,
        "store_address": names,
        "tax_number": "1",
        "tax_number_label": "BIN",
        "languages": ["bn", "en"],
        "tenders": [],
        **more,
    }


def test_how_soon_is_the_lane_s_own_word_and_an_older_lane_s_is_worked_out(shop: Shop) -> None:
    shop.one.tell(events.InterventionRaised("i1", "help", "nothing", "attendant", T0, severity="later"))
    shop.two.tell(events.InterventionRaised("i2", "help", "nothing", "attendant", T0))
    assert {w.row.intervention: w.severity for w in shop.board().waiting} == {"i1": "later", "i2": "now"}


@pytest.mark.parametrize(("country", "training"), [("DE", "forbidden"), ("BD", "allowed"), ("ZZ", "allowed")])
def test_what_the_feed_s_policy_does_not_say_is_the_country_s_as_at_the_lanes(
    shop: Shop, country: str, training: str
) -> None:
    shop.services.feed.publish_changes([change_of("policy", "policy", _policy(country=country))], by="test")
    with shop.database.read() as session:
        policy = policy_of(session)
    assert policy is not None
    assert policy.rights.training == training


@pytest.mark.parametrize("role", ["attendant", "supervisor"])
def test_the_page_offers_of_the_lane_itself_what_the_reader_s_role_may_do(
    shop: Shop, page: TestClient, role: str
) -> None:
    attends(shop.services.accounts, shop.services.feed, "mita", role=role)
    looked = page.get("/attend?lane=lane-1").text
    acts: dict[str, Act] = {"unlock_sign_in": "unlock_sign_in", "close_day": "z_report", "restart": "restart"}
    for deed, act in acts.items():
        assert (f'data-deed="{deed}"' in looked or f'data-order="{deed}"' in looked) == Rights().may(role, act)
    assert 'data-deed="close_lane"' in looked


def test_the_day_is_closed_by_an_order_that_holds_and_the_sign_in_freed_by_one_that_does_not(shop: Shop) -> None:
    assert shop.give("close_day") == shop.give("unlock_sign_in") == shop.give("restart") == ""
    day, free, anew = shop.sent
    assert (day.retain, envelope.decode(day.payload, LaneOrder).data.command) == (True, "close_day")
    assert [(one.retain, envelope.decode(one.payload, StaffOrder).data.deed) for one in (free, anew)] == [
        (False, "unlock_sign_in"),
        (False, "restart"),
    ]


def test_an_order_is_kept_and_sent_with_an_expiry_and_never_retained(shop: Shop) -> None:
    ident = shop.one.calls("help", T0)
    assert clearing(shop, ident) == ""
    (reply,), (row,) = shop.sent, shop.kept()
    assert (reply.topic, reply.retain, reply.expiry_seconds) == (topics.staff_order("lane-1"), False, 30)
    order = envelope.decode(reply.payload, StaffOrder).data
    assert order == StaffOrder(
        ident=row.ident,
        deed="clear_intervention",
        expires_ms=NOW + EXPIRY_MS,
        operator_id=OPERATOR,
        intervention=ident,
        outcome="approved",
    )
    assert shop.board().waiting[0].pending is not None
    assert clearing(shop, ident) == "already"
    assert len(shop.sent) == 1


def test_the_lanes_journal_says_what_became_of_an_order(shop: Shop) -> None:
    ident = shop.one.calls("help", T0)
    clearing(shop, ident)
    (row,) = shop.kept()
    shop.two.tell(events.CommandAnswered(row.ident, "clear_intervention", "refused", OPERATOR, NOW, "role"))
    assert shop.kept()[0].answer == "", "another lane's word counts for nothing"
    cleared = events.InterventionCleared(ident, "approved", OPERATOR, "", remote=True)
    shop.one.tell(cleared, events.CommandAnswered(row.ident, "clear_intervention", "done", OPERATOR, NOW))
    assert [boards.fate(one, NOW) for one in shop.board().recent] == ["done"]
    assert not shop.board().waiting
    with shop.database.read() as session:
        stored = session.scalars(select(Intervention)).one()
        assert (stored.outcome, stored.by, stored.remote) == ("approved", OPERATOR, True)


def test_an_order_nobody_answers_is_silent_after_its_time_and_may_be_given_again(shop: Shop) -> None:
    ident = shop.one.calls("help", T0)
    clearing(shop, ident)
    shop.now += EXPIRY_MS + boards.SILENT_AFTER_MS + 1
    assert [boards.fate(one, shop.now) for one in shop.board().recent] == ["silent"]
    assert clearing(shop, ident) == ""


def test_a_lane_is_closed_and_opened_by_retained_orders_that_are_counted(shop: Shop) -> None:
    assert shop.give("close_lane") == shop.give("open_lane") == ""
    orders = [envelope.decode(reply.payload, LaneOrder).data for reply in shop.sent]
    assert [order.command for order in orders] == ["close_lane", "open_lane"]
    assert orders[0].order < orders[1].order
    assert all(reply.retain and reply.topic == topics.command("lane-1", "lane", order.ident)
               for reply, order in zip(shop.sent, orders, strict=True))  # fmt: skip


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        ({"deed": "message", "prepared": "wait"}, ""),
        ({"deed": "message", "words": "Your umbrella is here"}, ""),
        ({"deed": "on_the_way"}, ""),
        ({"deed": "message", "words": " "}, "unclear"),
        ({"deed": "message", "prepared": "no such", "words": ""}, "unclear"),
        ({"deed": "message", "words": "x" * 81}, "too_long"),
        ({"deed": "dance"}, "unclear"),
        ({"deed": "on_the_way", "lane": "lane-9"}, "unclear"),
        ({"deed": "on_the_way", "account": "nobody"}, "operator"),
        ({"deed": "clear_intervention", "intervention": "none", "outcome": "approved"}, "gone"),
        ({"deed": "clear_intervention", "intervention": "none", "outcome": "maybe"}, "unclear"),
        ({"deed": "clear_intervention", "intervention": "none", "outcome": "refused"}, "unclear"),
    ],
)
def test_what_cannot_be_ordered_is_refused_before_it_is_sent(shop: Shop, wish: dict[str, str], why: str) -> None:
    assert shop.give(**wish) == why
    assert len(shop.sent) == len(shop.kept()) == (0 if why else 1)


def test_nothing_is_sent_to_a_lane_that_is_away_or_while_the_broker_is(shop: Shop) -> None:
    shop.one.state(online=False)
    assert shop.give("on_the_way") == "offline"
    shop.reached = False
    assert shop.give("on_the_way", lane="lane-2") == "unreachable"
    assert not shop.kept()


def test_an_account_that_is_nobody_at_the_lanes_only_looks(shop: Shop, page: TestClient) -> None:
    shop.one.calls("help", T0)
    assert "data-deed" in page.get("/attend").text
    shop.services.accounts.attends_as("mita", "")
    looked = page.get("/attend").text
    assert "data-deed" not in looked
    assert "no operator of this shop" in looked
    assert shop.board().waiting[0].bar == "operator"
    with pytest.raises(AccountError):
        shop.services.accounts.attends_as("nobody", "op-1")


@pytest.mark.parametrize(
    ("language", "word"), [("bn", "কর্মীর অপেক্ষায়"), ("en", "Waiting for staff"), ("pt_BR", "Aguard")]
)
def test_the_page_speaks_three_languages(shop: Shop, page: TestClient, language: str, word: str) -> None:
    shop.one.shops()
    shop.one.calls("age", T0)
    shop.one.figures(lost=("printer",), conditions=("near_end",))
    page.get(f"/attend?language={language}")
    shown = page.get("/attend?lane=lane-1").text
    assert word in shown
    assert re.search(r"\b(console|attend)\.(?!css|js)\w", shown) is None, "a message without words"


def test_an_order_from_the_page_is_given_and_its_refusal_is_told(shop: Shop, page: TestClient) -> None:
    ident = shop.one.calls("help", T0)
    token = token_of(page.get("/attend").text)
    form = {"token": token, "kiosk": "lane-1", "deed": "clear_intervention", "intervention": ident}
    given = page.post("/attend/order?store=dhk-1", data=form | {"outcome": "approved"})
    assert "Sent, the lane has not answered yet" in given.text
    again = page.post("/attend/order?store=dhk-1", data=form | {"outcome": "approved"})
    assert "It was sent already" in again.text
    assert page.post("/attend/order", data=form | {"token": "stale"}).status_code == 403


def test_the_page_says_when_the_lanes_cannot_be_reached(shop: Shop, page: TestClient) -> None:
    shop.one.calls("help", T0)
    shop.reached = False
    shown = page.get("/attend/board").text
    assert "cannot reach the lanes" in shown
    assert "data-deed" not in shown


def test_nothing_is_shown_to_strangers(services: Services) -> None:
    with TestClient(build_app(services), follow_redirects=False) as client:
        assert client.get("/attend").status_code == client.get("/attend/board").status_code == 303
        assert client.post("/attend/order").status_code == 303


def test_a_head_office_without_a_broker_shows_the_page_and_sends_nothing(services: Services) -> None:
    with TestClient(build_app(services), headers={"accept-language": "en"}) as client:
        sign_in(client)
        assert "cannot reach the lanes" in client.get("/attend").text
        token = token_of(client.get("/attend").text)
        told = client.post("/attend/order", data={"token": token, "kiosk": "lane-1", "deed": "on_the_way"})
        assert "Nothing was sent" in told.text


def test_a_call_s_place_is_its_line_of_the_page_in_its_own_shop(database: Database) -> None:
    desk = desk_of(database, Hub(), NOW)
    one, two, away = (AttendedLane(desk, number) for number in ("1", "2", "3"))
    age, helped = one.calls("age", NOW - 90_000), two.calls("help", NOW - 30_000, blocks="nothing")
    away.calls("help", NOW - 99_000, blocks="nothing")
    away.state(online=False)

    def place(kiosk: str, intervention: str) -> int:
        ask = envelope.encode(PlaceAsk(correlation="q", intervention=intervention), source=kiosk)
        (reply,) = desk.handle(topics.ask(kiosk, "place"), ask)
        return envelope.decode(reply.payload, PlaceAnswer).data.place

    assert (place("lane-2", helped), place("lane-1", age)) == (1, 2), "what is wanted now goes before what waits longer"
    assert place("lane-1", helped) == 0, "it is another lane's"
    two.tell(events.InterventionCleared(helped, "withdrawn", "shopper"))
    assert (place("lane-2", helped), place("lane-1", age)) == (0, 1)
