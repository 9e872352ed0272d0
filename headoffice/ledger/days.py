"""Business days at head office: a Z report is held against the numbers before it and against the ledger's own sales.

What a lane says of its day and what its journal has brought must be the same; what is not is kept beside the report and
put before a person. Nothing of it changes a booking.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec
from sqlalchemy import case, func, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from headoffice.ledger.cash_tables import CashDebt
from headoffice.ledger.day_tables import OpenDay, ZReport
from headoffice.ledger.tables import Kiosk, Transaction
from kiosk.retail.day_report import ALL_BRANDS
from messages import events
from messages.day_report import DayReport, Grand, Matched, Sums

__all__ = ["DayPayload", "Place", "grand_of", "last_z", "post", "records_before", "sold_before"]

DayPayload = events.DayOpened | events.DayClosed | events.ZReportMade | events.TerminalReconciled
Remark = tuple[str, str]


class Place(NamedTuple):
    """Where in a journal the record stands."""

    kiosk: str
    epoch: int
    sequence: int


def post(session: Session, kiosk: Kiosk, at: Place, event: DayPayload) -> list[Remark]:
    """Book what happened to a day; gives what a person should look at, as (the reason's word, a sentence).

    All sales before the record must have been written.
    """
    match event:
        case events.DayOpened():
            session.merge(
                OpenDay(
                    kiosk=at.kiosk,
                    epoch=at.epoch,
                    store=kiosk.store,
                    workstation=kiosk.workstation,
                    business_day=event.business_day,
                    opened_ms=event.utc_ms,
                )
            )
            return []
        case events.DayClosed():
            row = session.get(OpenDay, (at.kiosk, at.epoch))
            if row is not None:
                session.delete(row)
            return []
        case events.ZReportMade():
            return _report(session, at, event.report)
        case events.TerminalReconciled():
            return _reconciled(session, at, event)


def _report(session: Session, at: Place, report: DayReport) -> list[Remark]:
    findings = [*_numbering(session, report), *_against_the_ledger(session, at, report)]
    sums = report.book.sums
    session.add(
        ZReport(
            kiosk=at.kiosk,
            epoch=at.epoch,
            sequence=at.sequence,
            store=report.store,
            workstation=report.workstation,
            series=report.series,
            number=report.number,
            business_day=report.book.business_day,
            utc_ms=report.utc_ms,
            by=report.by,
            cause=report.cause,
            currency=report.book.currency,
            sales=sums.sales,
            discount=sums.discount,
            tax=sums.tax,
            total=sums.total,
            report=msgspec.to_builtins(report),
            findings=findings,
            outcome="",
            reconciliation={},
        )
    )
    session.flush()
    name = f"{report.store}/{report.workstation} Z {report.series}-{report.number} of {report.book.business_day}"
    return [("z_differs", f"{name}: {what} is {told}, expected {wanted}") for what, told, wanted in findings]


def _numbering(session: Session, report: DayReport) -> list[tuple[str, int, int]]:
    """The number follows the lane's last, also where a new unit has taken the lane over."""
    before = last_z(session, report.store, report.workstation, report.series)
    if before is None or report.number == before + 1:
        return []
    return [("number", report.number, before + 1)]


def _against_the_ledger(session: Session, at: Place, report: DayReport) -> list[tuple[str, int, int]]:
    """The journal's sales since the Z before it: how many, what they came to, and their tax."""
    sales, total, tax, discount = session.execute(
        select(
            func.coalesce(func.sum(case((Transaction.original == "", 1), else_=0)), 0),
            func.coalesce(func.sum(Transaction.total), 0),
            func.coalesce(func.sum(Transaction.tax), 0),
            func.coalesce(func.sum(Transaction.discount), 0),
        ).where(*sold_before(session, at), Transaction.currency == report.book.currency)
    ).one()
    sums = report.book.sums
    pairs = (
        ("sales", sums.sales, sales),
        ("total", sums.total, total),
        ("tax", sums.tax, tax),
        ("discount", sums.discount, discount),
    )
    return [(what, told, int(wanted)) for what, told, wanted in pairs if told != wanted]


def sold_before(session: Session, at: Place | ZReport) -> tuple[ColumnElement[bool], ...]:
    """Which transactions of a journal a Z report at this place closes: those since the one before it."""
    return records_before(session, at, Transaction)


def records_before(
    session: Session, at: Place | ZReport, table: type[Transaction | CashDebt]
) -> tuple[ColumnElement[bool], ...]:
    """Which rows of a table, by the place of their record, belong to the time that a Z report closes."""
    mine = (ZReport.kiosk == at.kiosk, ZReport.epoch == at.epoch, ZReport.sequence < at.sequence)
    since = session.scalar(select(func.max(ZReport.sequence)).where(*mine)) or 0
    return (
        table.kiosk == at.kiosk,
        table.epoch == at.epoch,
        table.sequence > since,
        table.sequence < at.sequence,
    )


def _reconciled(session: Session, at: Place, event: events.TerminalReconciled) -> list[Remark]:
    found = event.reconciliation
    newest = select(ZReport).where(ZReport.kiosk == at.kiosk, ZReport.epoch == at.epoch, ZReport.number == found.number)
    row = session.scalar(newest.order_by(ZReport.sequence.desc()).limit(1))
    if row is not None:
        row.outcome, row.reconciliation = found.outcome, msgspec.to_builtins(found)
    if found.outcome != "different":
        return []
    name = f"{at.kiosk} Z {found.number} of {found.business_day}"
    return [("terminal_differs", f"{name}: {_difference(row)}") for row in found.rows]


def _difference(row: Matched) -> str:
    here, there = f"{row.our_count} of {row.our_amount}", f"{row.their_count} of {row.their_amount}"
    brand = "all cards" if row.brand == ALL_BRANDS else row.brand or "-"
    return f"{brand} {here} here, {there} at the terminal"


def last_z(session: Session, store: str, workstation: str, series: int) -> int | None:
    """The highest Z number of a lane's series; ``None``: it has made none."""
    mine = (ZReport.store == store, ZReport.workstation == workstation, ZReport.series == series)
    return session.scalar(select(func.max(ZReport.number)).where(*mine))


def grand_of(session: Session, store: str, workstation: str) -> Grand | None:
    """The perpetual totals of all a lane's sales in the ledger, samples aside; ``None``: it has sold nothing."""
    names = ("units", "subtotal", "discount", "deposit", "duty", "tax", "total")
    sums = (func.coalesce(func.sum(getattr(Transaction, name)), 0) for name in names)
    mine = (Transaction.store == store, Transaction.workstation == workstation, Transaction.sample.is_(False))
    bought = func.coalesce(func.sum(case((Transaction.original == "", 1), else_=0)), 0)
    row = session.execute(select(bought, func.min(Transaction.utc_ms), *sums).where(*mine)).one()
    count, since, *told = row
    if since is None:
        return None
    by_name = {name: int(value) for name, value in zip(names, told, strict=True)}
    net = by_name["total"] - by_name["duty"] - by_name["tax"]
    return Grand(Sums(sales=int(count), net=net, **by_name), since)
