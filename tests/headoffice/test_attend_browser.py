"""The attendant's page in a real browser: live, by touch, with sound, and honest when head office is away."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from headoffice.attend.orders import Orders
from headoffice.console.services import Services
from headoffice.desk import Reply
from kiosk.checkout import events
from messages import envelope, topics
from messages.basket_asks import BasketAsk
from messages.commands import LaneOrder, StaffOrder
from messages.topics import parse
from tests.headoffice.pages import NOW
from tests.support.attended import OPERATOR, AttendedLane, attends, desk_of, served
from tests.support.browser import Tab, browser_tab
from tests.support.ports import free_port
from tests.support.waiting import wait_until

DEMO = "touch-me"


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    with browser_tab() as tab:
        tab.size(1280, 800)
        yield tab


@pytest.fixture
def sent() -> list[Reply]:
    return []


@pytest.fixture
def shop(services: Services, sent: list[Reply]) -> Services:
    """Head office whose demo account attends, since it is a supervisor there."""
    orders = Orders(
        services.database, clock=lambda: NOW, send=sent.append, reach=lambda: True, on_change=services.hub.tell
    )
    attends(services.accounts, services.feed, "mita", role="supervisor")
    return dataclasses.replace(services, orders=orders, demo_token=DEMO, heartbeat_seconds=1.0)


def lane_of(shop: Services, workstation: str = "1") -> AttendedLane:
    return AttendedLane(desk_of(shop.database, shop.hub, NOW), workstation)


def enter(tab: Tab, where: str) -> None:
    """The page, opened anew."""
    tab.open(f"{where}/enter/{DEMO}?language=en")
    tab.open(f"{where}/attend")
    tab.wait_for("document.querySelector('#pulse.live')")


def test_a_call_appears_with_a_sound_is_refused_with_a_reason_and_goes_when_the_lane_says_so(
    tab: Tab, shop: Services, sent: list[Reply]
) -> None:
    lane = lane_of(shop)
    with served(shop) as where:
        enter(tab, where)
        tab.click("#sound")
        tab.wait_for("document.querySelector('#sound[aria-pressed=true]') && board.dataset.chimed === '1'")
        lane.shops()
        ident = lane.calls("staff_item", NOW - 75_000, line=1)
        tab.wait_for("board.dataset.chimed === '2'")
        assert "Cola 1 l" in tab.text(".call")
        assert tab.text(".call time").startswith("1:")
        tab.click(".call .stop")
        tab.click("#judge-refused label:nth-of-type(2) input")
        tab.click("#judge-refused button[value=send]")
        tab.wait_for("document.querySelector('.call .pending')")
        order = envelope.decode(sent[0].payload, StaffOrder).data
        assert (order.intervention, order.outcome, order.reason) == (ident, "refused", "wrong_item")
        assert not tab.has(".call button"), "what is on its way is not sent twice"
        lane.tell(
            events.InterventionCleared(ident, "refused", OPERATOR, order.reason, remote=True),
            events.CommandAnswered(order.ident, "clear_intervention", "done", OPERATOR, NOW),
        )
        tab.wait_for("!document.querySelector('.call') && document.querySelector('[data-fate=done]')")


def test_the_basket_of_a_lane_grows_as_the_shopper_scans_and_a_message_is_sent_to_it(
    tab: Tab, shop: Services, sent: list[Reply]
) -> None:
    lane = lane_of(shop)
    with served(shop) as where:
        enter(tab, where)
        tab.click("#lane-lane-1")
        tab.wait_for("document.querySelector('.area-lane').innerText.includes('No basket')")
        lane.shops()
        tab.wait_for("document.querySelectorAll('.area-lane .basket li').length === 2")
        tab.click(".area-lane [data-open=message]")
        tab.write("#message input[name=words]", "Your umbrella is here")
        tab.click("#message button[value=send]")
        wait_until(lambda: sent, what="a message that is sent")
        order = envelope.decode(sent[0].payload, StaffOrder).data
        assert (order.deed, order.words, order.prepared) == ("message", "Your umbrella is here", "")
        tab.wait_for("document.querySelector('[data-ident]')?.innerText.includes('Your umbrella is here')")
        assert "Lane 1" in tab.text("[data-ident]")
        tab.click(".area-lane [data-deed=close_lane]")
        wait_until(lambda: len(sent) == 2, what="an order that is sent")
        assert parse(sent[1].topic).channel == "command"


def test_what_is_put_aside_is_seen_at_once_with_who_has_it_and_goes_when_somebody_goes_on_with_it(
    tab: Tab, shop: Services
) -> None:
    one, two = lane_of(shop), lane_of(shop, "2")
    with served(shop) as where:
        enter(tab, where)
        parked = one.parks("counter", NOW - 60_000)
        tab.wait_for(f"document.querySelector('[data-parked=\"{parked.reference}\"]')")
        shown = tab.text("[data-parked]")
        assert all(word in shown for word in ("Lane 1", "to be paid at the counter", "160.00", "items: 2")), shown
        assert "given to" not in shown
        desk = desk_of(shop.database, shop.hub, NOW)
        ask = BasketAsk(correlation="c", store="dhk-1", sought=parked.transaction)
        desk.handle(topics.ask(two.kiosk, "basket"), envelope.encode(ask, source=two.kiosk))
        tab.wait_for("document.querySelector('[data-parked]').innerText.includes('given to lane 2')")
        two.tell(events.BasketTakenOver(two.journal.begin().uuid, parked.transaction, one.kiosk, "op2"))
        tab.wait_for("!document.querySelector('[data-parked]')")


def test_a_page_that_is_opened_again_says_that_it_wants_a_touch_before_it_can_sound(tab: Tab, shop: Services) -> None:
    lane = lane_of(shop)
    with served(shop) as where:
        enter(tab, where)
        tab.run("localStorage.removeItem('attend-sound')")
        enter(tab, where)
        assert "Sound is off" in tab.text("#sound")
        tab.click("#sound")
        tab.wait_for("document.querySelector('#sound[data-sound=on]')")
        enter(tab, where)
        assert "Touch for sound" in tab.text("#sound")
        tab.click("h1")
        tab.wait_for("document.querySelector('#sound[data-sound=on]') && board.dataset.chimed === '1'")
        lane.calls("help", NOW, blocks="nothing")
        tab.wait_for("board.dataset.chimed === '2'")
        tab.click("#sound")
        tab.wait_for("document.querySelector('#sound[data-sound=off]')")


def test_what_cannot_be_taken_back_is_asked_about_twice(tab: Tab, shop: Services, sent: list[Reply]) -> None:
    lane_of(shop)
    with served(shop) as where:
        enter(tab, where)
        tab.click("#lane-lane-1")
        tab.wait_for("document.querySelector('.area-lane [data-order=close_day]')")
        tab.click(".area-lane [data-order=close_day]")
        assert "Close the day" in tab.text("#sure")
        tab.click("#sure button.quiet")
        tab.click(".area-lane [data-order=restart]")
        tab.click("#sure button[value=send]")
        tab.wait_for("document.querySelector('[data-fate=pending]')")
        assert [envelope.decode(one.payload, StaffOrder).data.deed for one in sent] == ["restart"]
        tab.click(".area-lane [data-deed=unlock_sign_in]")
        wait_until(lambda: len(sent) == 2, what="an order that is sent")
        tab.click(".area-lane [data-order=close_day]")
        tab.click("#sure button[value=send]")
        wait_until(lambda: len(sent) == 3, what="an order that is sent")
        assert envelope.decode(sent[2].payload, LaneOrder).data.command == "close_day"


def test_while_head_office_is_away_the_page_says_so_counts_on_and_lets_nobody_press(tab: Tab, shop: Services) -> None:
    lane = lane_of(shop)
    lane.calls("help", NOW - 5_000, blocks="nothing")
    port = free_port()
    with served(shop, port=port) as where:
        enter(tab, where)
        tab.wait_for("document.querySelector('.call button:not(:disabled)')")
    tab.wait_for("!document.querySelector('#lost').hidden")
    assert tab.run("[...document.querySelectorAll('.call button')].every((each) => each.disabled)")
    shown = tab.text(".call time")
    tab.wait_for(f"document.querySelector('.call time').innerText !== '{shown}'")
    with served(dataclasses.replace(shop, hub=type(shop.hub)()), port=port):
        tab.run("dispatchEvent(new Event('online'))")
        tab.wait_for("document.querySelector('#lost').hidden")
        tab.wait_for("document.querySelector('.call button:not(:disabled)')")


def test_a_lane_that_is_away_says_why_it_has_no_buttons(tab: Tab, shop: Services) -> None:
    lane = lane_of(shop)
    lane.calls("help", NOW, blocks="nothing")
    with served(shop) as where:
        enter(tab, where)
        tab.wait_for("document.querySelector('.call button')")
        lane.state(online=False)
        tab.wait_for("document.querySelector('.lane.offline')")
        assert not tab.has(".call button")
        assert "clear it at the lane" in tab.text(".call")


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (800, 1280), (420, 900)])
def test_what_is_touched_is_big_enough_and_nothing_runs_out_of_the_screen(
    tab: Tab, shop: Services, width: int, height: int
) -> None:
    lane = lane_of(shop)
    lane.shops()
    lane.calls("staff_item", NOW, line=1)
    tab.size(width, height)
    with served(shop) as where:
        enter(tab, where)
        tab.click("#lane-lane-1")
        tab.wait_for("document.querySelector('.area-lane .basket')")
        assert tab.run("document.documentElement.scrollWidth") <= width
        shown = "[...document.querySelectorAll('main button')].filter((b) => b.checkVisibility())"
        assert tab.run(f"{shown}.length") >= 6
        assert tab.run(f"{shown}.filter((b) => b.offsetHeight < 48).map((b) => b.innerText)") == []
    tab.size(1280, 800)
