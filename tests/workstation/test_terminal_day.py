"""The end of a day, from the terminal's own wire to head office's books: driver, kiosk, sync and ledger as shipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from headoffice.database import Database
from headoffice.ledger.day_tables import ZReport
from headoffice.ledger.tables import DeadLetter
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.kiosk import Lane, Running, lane
from tests.support.shop import MemoryBook, shop_in_euros
from tests.support.sync_process import beside_sync
from tests.support.waiting import wait_until

MILK = "8901234567890"
NOT_ASKED_FOR = 500
STAFF = i.OperatorSignedIn("op1", "Rahima", "supervisor", "badge")
SETTINGS: dict[str, dict[str, object]] = {"nexo": {"login": True}, "zvt": {}, "simulated": {}}


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    made = Broker(tmp_path_factory.mktemp("broker"))
    made.start()
    yield made
    made.stop()


def _in_english() -> MemoryBook:
    shop = shop_in_euros()
    return replace(shop, policy=replace(shop.policy, languages=("en",)))


def _sells(at: Lane, kiosk: Running) -> None:
    sales = len(at.happened(e.ReceiptPrinted))
    wait_until(lambda: isinstance(kiosk.body, s.AttractBody | s.ThanksBody), what="a lane that is free")
    at.scan(MILK)
    kiosk.sees(s.BasketBody)
    kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
    kiosk.sees(s.ThanksBody)
    wait_until(lambda: len(at.happened(e.ReceiptPrinted)) > sales, what="a receipt")
    kiosk.touch(i.TimerElapsed("thanks"))
    kiosk.sees(s.AttractBody)


def _closes(at: Lane, kiosk: Running, number: int) -> str:
    """Staff make the Z report; gives what came out on paper."""
    before = len(at.receipts())
    kiosk.touch(STAFF)
    kiosk.sees(s.StaffBody)
    kiosk.touch(i.OperatorActed("z_report"))
    wait_until(lambda: len(at.happened(e.ZReportMade)) == number, what="a Z report")
    wait_until(lambda: len(at.receipts()) > before, what="the Z report on paper")
    kiosk.touch(i.OperatorSignedOut())
    return str(at.receipts()[-1])


def _reconciled(database: Database) -> list[tuple[int, str]]:
    with database.read() as session:
        return [(row.number, row.outcome) for row in session.scalars(select(ZReport).order_by(ZReport.number))]


@pytest.mark.parametrize("terminal", SETTINGS)
def test_the_terminal_s_own_totals_stand_beside_the_lane_s_on_paper_and_at_head_office(
    terminal: str, broker: Broker, tmp_path: Path
) -> None:
    with (
        head_office(tmp_path, broker) as (database, _link),
        lane(_in_english(), sync="sync.sock", terminal=terminal, terminal_settings=SETTINGS[terminal]) as at,
        beside_sync(at, broker),
        at.kiosk() as kiosk,
    ):
        at.turn("terminal", "auto", outcome="approve")
        _sells(at, kiosk)
        _sells(at, kiosk)
        assert "totals are equal" in _closes(at, kiosk, 1)
        _sells(at, kiosk)
        at.turn("terminal", "by_hand", amount_minor=NOT_ASKED_FOR)
        assert "TOTALS DIFFER" in _closes(at, kiosk, 2)
        wait_until(lambda: _reconciled(database) == [(1, "equal"), (2, "different")], what="both days at head office")
        first, second = (each.reconciliation for each in at.happened(e.TerminalReconciled))
        assert (first.ours, first.theirs, first.rows) == (2 * 9_500, 2 * 9_500, ())
        assert second.theirs - second.ours == NOT_ASKED_FOR
        (row,) = second.rows
        assert (row.our_count, row.their_count) == (1, 2)
        assert at.happened(e.TerminalDayClosed)[0].report
        with database.read() as session:
            assert "terminal_differs" in {letter.reason for letter in session.scalars(select(DeadLetter))}
