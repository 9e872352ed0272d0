"""A unit dies and a new one takes its lane over: checkout, sync, broker and head office as they are shipped."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from headoffice.database import Database
from headoffice.ledger.day_tables import ZReport
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.support.broker import Broker
from tests.support.head_office import head_office
from tests.support.kiosk import Lane, Running, lane
from tests.support.sync_process import beside_sync
from tests.support.waiting import wait_until

MILK = "8901234567890"


def _sells(at: Lane, kiosk: Running) -> None:
    kiosk.sees(s.AttractBody)
    at.scan(MILK)
    kiosk.sees(s.BasketBody)
    kiosk.touch(i.CheckoutRequested())
    kiosk.sees(s.TenderChoiceBody)
    at.turn("terminal", "auto", outcome="approve")
    kiosk.touch(i.TenderChosen("card"))
    kiosk.sees(s.ThanksBody)
    wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
    kiosk.touch(i.TimerElapsed("thanks"))
    kiosk.sees(s.AttractBody)


def _closes(at: Lane, kiosk: Running) -> e.ZReportMade:
    kiosk.touch(i.HeadOfficeCommanded("close_day"))
    wait_until(lambda: at.happened(e.ZReportMade), what="a Z report")
    (made,) = at.happened(e.ZReportMade)
    assert isinstance(made, e.ZReportMade)
    return made


def _booked(database: Database) -> list[tuple[int, int, list[object]]]:
    with database.read() as session:
        rows = session.scalars(select(ZReport).order_by(ZReport.number))
        return [(row.number, row.sales, list(row.findings)) for row in rows]


def test_a_new_unit_goes_on_with_the_old_one_s_numbers_z_reports_and_perpetual_totals(tmp_path: Path) -> None:
    broker = Broker(tmp_path / "far")
    broker.start()
    try:
        with head_office(tmp_path, broker) as (database, _link), lane(sync="sync.sock") as at:
            with beside_sync(at, broker), at.kiosk() as old:
                _sells(at, old)
                first = _closes(at, old).report
                wait_until(lambda: _booked(database) == [(1, 1, [])], what="the first Z at head office")
            for file in at.data.iterdir():
                if file.name.startswith(("journal.db", "sync.db")):
                    file.unlink()
            with beside_sync(at, broker), at.kiosk() as new:
                _sells(at, new)
                (taken_over,) = at.happened(e.SeriesContinued)
                assert (taken_over.last_z, taken_over.grand.sums.total) == (1, first.grand.sums.total)
                second = _closes(at, new).report
                wait_until(lambda: _booked(database) == [(1, 1, []), (2, 1, [])], what="the second Z at head office")
        assert (second.number, second.series, second.last_number) == (2, first.series, first.last_number + 1)
        assert second.grand.sums.sales == first.grand.sums.sales + 1
        assert second.book.business_day >= first.book.business_day
    finally:
        broker.stop()
