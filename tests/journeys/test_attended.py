"""A lane attended from a page: kiosk, sync process, broker, head office and its page as they run in a shop."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from headoffice.accounts import Accounts
from headoffice.attend.orders import Orders
from headoffice.console.app import build_app
from headoffice.console.services import Services
from headoffice.database import Database
from headoffice.desk import SOURCE, Reply
from headoffice.feed import Feed
from headoffice.ledger.command_tables import LaneCommand
from headoffice.ledger.tables import Intervention, Kiosk, Transaction
from headoffice.live import Hub
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.store.rows import Operator
from messages import envelope, topics
from messages.commands import StaffOrder
from tests.headoffice.pages import PASSWORD, sign_in, token_of
from tests.support.attended import OPERATOR, attends
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.kiosk import Lane, Running, lane
from tests.support.sync_process import beside_sync
from tests.support.waiting import wait_until

pytestmark = pytest.mark.timeout(180)

MILK, WINE, BLADES = "8901234567890", "9780201379624", "036000291452"
RINA = Operator(OPERATOR, "Rina", "attendant")


def online(kiosk: Running) -> bool:
    return bool(kiosk.screens) and kiosk.screens[-1].chrome.online


def now() -> int:
    return time.time_ns() // 1_000_000


class Attended:
    """The whole way, standing."""

    def __init__(
        self,
        at: Lane,
        kiosk: Running,
        database: Database,
        page: TestClient,
        say: Callable[[Reply], None],
        sent: Sequence[Reply],
        broker: Broker,
    ) -> None:
        self.broker = broker
        self.at, self.kiosk, self.database, self.page, self.say, self.sent = at, kiosk, database, page, say, sent

    def raised(self, kind: str) -> str:
        """The id of what waits, once head office has heard of it."""

        def found() -> str | None:
            with self.database.read() as session:
                wanted = select(Intervention.intervention).where(Intervention.kind == kind, Intervention.outcome == "")
                return session.scalar(wanted)

        return wait_until(found, 30, what=f"{kind} at head office")

    def press(self, **fields: str) -> str:
        """A button of the page; the page after it."""
        token = token_of(self.page.get("/attend").text)
        return self.page.post("/attend/order?store=dhaka-1", data={"token": token, "kiosk": "kiosk-7"} | fields).text

    def fate(self, deed: str) -> tuple[str, str]:
        """What the lane answered to the newest order of a kind."""

        def answered() -> LaneCommand | None:
            with self.database.read() as session:
                newest = select(LaneCommand).where(LaneCommand.deed == deed).order_by(LaneCommand.sent_ms.desc())
                row = session.scalars(newest.limit(1)).first()
                return row if row is not None and row.answer else None

        row = wait_until(answered, 30, what=f"the lane's answer to {deed}")
        assert row is not None
        return row.answer, row.why

    def forged(self, ident: str, intervention: str, *, expires_ms: int = 0) -> None:
        """Head office's certificate without head office's sense."""
        order = StaffOrder(
            ident=ident,
            deed="clear_intervention",
            expires_ms=expires_ms or now() + 60_000,
            operator_id=OPERATOR,
            intervention=intervention,
            outcome="approved",
        )
        self.say(Reply(topics.staff_order("kiosk-7"), envelope.encode(order, source=SOURCE), expiry_seconds=60))

    def answer(self, ident: str) -> tuple[str, str]:
        def found() -> e.CommandAnswered | None:
            return next((each for each in self.at.happened(e.CommandAnswered) if each.command == ident), None)

        answered = wait_until(found, 30, what=f"an answer to {ident}")
        assert answered is not None
        return answered.outcome, answered.reason

    def notice(self) -> str:
        shown = self.kiosk.screens[-1].notice
        return shown.text.message if shown is not None else ""


@contextmanager
def attended() -> Iterator[Attended]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="att")))
        broker = Broker(folder / "far")
        broker.start()
        stack.callback(broker.stop)
        database, link = stack.enter_context(head_office(folder, broker))
        at = stack.enter_context(lane(sync="sync.sock", operators=(RINA,)))
        stack.enter_context(beside_sync(at, broker))
        kiosk = stack.enter_context(at.kiosk())
        accounts, feed = Accounts(database, clock=now), Feed(database, clock=now)
        accounts.create("mita", PASSWORD, "manager")
        attends(accounts, feed, "mita")
        sent: list[Reply] = []

        def send(reply: Reply) -> None:
            sent.append(reply)
            link.say(reply)

        orders = Orders(database, clock=now, send=send, reach=lambda: link.connected)
        services = Services(
            database=database, accounts=accounts, feed=feed, hub=Hub(), clock=now, release="0", orders=orders
        )
        page = stack.enter_context(TestClient(build_app(services), headers={"accept-language": "en"}))
        sign_in(page)
        kiosk.sees(s.AttractBody)
        wait_until(lambda: online(kiosk), 30, what="a lane that is online")
        yield Attended(at, kiosk, database, page, link.say, sent, broker)


def test_what_a_lane_raises_is_cleared_from_the_page_once_and_the_shopper_goes_on() -> None:
    with attended() as it:
        it.at.scan(MILK)
        it.at.scan(BLADES)
        ident = it.raised("staff_item")
        assert "Staff must allow item" in it.page.get("/attend").text
        it.press(deed="on_the_way")
        wait_until(lambda: it.kiosk.screens[-1].chrome.staff_coming, 30, what="the word that staff are coming")
        it.press(deed="clear_intervention", intervention=ident, outcome="approved")
        wait_until(lambda: it.notice() == "attend.approved", 30, what="the shopper told")
        assert isinstance(it.kiosk.body, s.BasketBody)
        assert it.kiosk.body.can_pay
        assert it.fate("clear_intervention") == ("done", "")
        cleared = it.at.happened(e.InterventionCleared)
        assert [(each.by, each.remote) for each in cleared] == [(OPERATOR, True)]

        it.say(it.sent[-1])  # the network delivers it again
        it.forged("late", ident)
        assert it.answer("late") == ("too_late", "gone")
        assert len(it.at.happened(e.CommandAnswered)) == 3, "on the way, cleared, late: the second delivery did nothing"
        assert it.press(deed="clear_intervention", intervention=ident, outcome="approved").count("no longer waits") == 1


def test_the_lane_itself_refuses_what_must_be_seen_or_comes_too_late_or_from_nobody_it_knows() -> None:
    with attended() as it:
        it.at.scan(WINE)
        ident = it.raised("age")
        assert "Only at the lane" in it.page.get("/attend").text
        it.forged("from-afar", ident)
        assert it.answer("from-afar") == ("refused", "not_remote")
        it.forged("old", ident, expires_ms=1)
        assert it.answer("old")[0] in ("too_late", "refused"), "refused where this machine's clock is not confirmed"
        it.press(deed="message", words="Your umbrella is here")
        wait_until(lambda: it.notice() == "attend.said", 30, what="the message")
        it.press(deed="close_lane")
        assert it.fate("close_lane") == ("done", "")
        assert it.at.happened(e.LaneClosed)[0].by == OPERATOR
        it.press(deed="open_lane")
        assert it.fate("open_lane") == ("done", "")


@pytest.mark.tail
def test_broker_restarted_the_sale_goes_on_and_the_ledger_is_complete() -> None:
    with attended() as it:
        it.at.turn("terminal", "auto", outcome="approve")
        it.at.scan(MILK)
        it.broker.kill()
        wait_until(lambda: not online(it.kiosk), 30, what="a lane that knows it is alone")
        it.kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        wait_until(lambda: getattr(it.kiosk.body, "receipt", "") == "printed", 30, what="a receipt")
        it.kiosk.touch(i.ShopperArrived("en"))
        it.kiosk.sees(s.BasketBody)
        it.at.scan(MILK)
        it.broker.start()
        wait_until(lambda: online(it.kiosk), 60, what="a lane that is online again")
        assert isinstance(it.kiosk.body, s.BasketBody), "the second shopper has noticed nothing"
        it.kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        it.kiosk.sees(s.ThanksBody)
        sold = [(sale.transaction.uuid, sale.total.minor) for sale in it.at.happened(e.TransactionCompleted)]

        def booked() -> list[tuple[str, int]]:
            with it.database.read() as session:
                return [
                    (row.uuid, row.total) for row in session.scalars(select(Transaction).order_by(Transaction.utc_ms))
                ]

        wait_until(lambda: len(booked()) == len(sold), 60, what="both sales at head office")
        assert booked() == sold, "each once"
        assert len(sold) == 2


def test_a_device_that_is_lost_is_seen_at_head_office() -> None:
    with attended() as it:
        it.at.turn("printer", "unplug")

        def lost() -> bool:
            with it.database.read() as session:
                row = session.get(Kiosk, "kiosk-7")
                return row is not None and "printer" in row.lost

        wait_until(lost, 30, what="a lost printer")
        assert "Receipt printer: no answer" in it.page.get("/attend").text
