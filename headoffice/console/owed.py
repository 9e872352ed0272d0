"""The page of cash that lanes owe: to whom, since when, and who settled it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice.console import guard, views
from headoffice.console.services import services_of
from headoffice.console.spreadsheet import as_csv
from headoffice.insight import Home
from headoffice.ledger import owed
from headoffice.ledger.cash_tables import CashDebt
from headoffice.ledger.day_tables import ZReport
from headoffice.ledger.days import records_before
from headoffice.ledger.tables import Transaction

__all__ = ["ROUTES", "of_report", "open_debts"]

_LEFT: Final = 303
_SHOWN: Final = 200
_EXPORTED: Final = 20_000
_COLUMNS: Final = (
    "store",
    "workstation",
    "kiosk",
    "visit",
    "owed_for",
    "owed",
    "remaining",
    "currency",
    "since_ms",
    "state",
    "why",
    "settled_ms",
    "settled_by",
    "reason",
    "payout",
)


class _Debt(NamedTuple):
    """One row. ``sale``: the completed sale it is the change of. ``here``: it can be settled from this page."""

    row: CashDebt
    sale: Transaction | None
    here: bool


@guard.for_people("days")
async def owed_page(request: Request) -> Response:
    """What is owed first, then the newest that was settled (of one ``store``, where told)."""

    def load(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
        store = request.query_params.get("store", "")
        debts = [_shown(session, row) for row in _debts(session, store, _SHOWN)]
        return {"store": store, "debts": debts, "most_words": owed.MOST_WORDS}

    return views.language_chosen(request) or await views.render(request, "owed.html", load)


@guard.for_people("days")
async def owed_csv(request: Request) -> Response:
    """The same as rows, amounts in minor units."""
    services, store = services_of(request), request.query_params.get("store", "")

    def rows() -> list[list[object]]:
        with services.database.read() as session:
            return [[getattr(row, name) for name in _COLUMNS] for row in _debts(session, store, _EXPORTED)]

    return await as_csv("owed.csv", _COLUMNS, rows)


@guard.for_people("cash")
async def settle_post(request: Request) -> Response:
    """Somebody was given at another place what a lane cannot give any more."""
    services = services_of(request)
    form = await guard.checked_form(request)
    refused = await run_in_threadpool(
        lambda: owed.settle(
            services.database,
            request.path_params["payout"],
            by=guard.account_of(request),
            reason=guard.text_of(form, "reason"),
            clock=services.clock,
        )
    )
    kind, word = ("refused", refused) if refused else ("done", "done")
    request.session["flash"] = {"kind": kind, "message": f"owed.{word}"}
    services.hub.tell({"days"})
    return RedirectResponse("/days/owed", status_code=_LEFT)


def _debts(session: Session, store: str, most: int) -> Sequence[CashDebt]:
    wanted = select(CashDebt).order_by(CashDebt.settled_ms != 0, CashDebt.settled_ms.desc(), CashDebt.since_ms)
    if store:
        wanted = wanted.where(CashDebt.store == store)
    return session.scalars(wanted.limit(most)).all()


def _shown(session: Session, row: CashDebt) -> _Debt:
    sale = session.get(Transaction, row.visit) if row.visit else None
    return _Debt(row, sale, not row.settled_ms and not owed.at_its_lane(session, row))


def open_debts(session: Session, store: str) -> Sequence[CashDebt]:
    """What lanes owe still."""
    return [row for row in _debts(session, store, _SHOWN) if not row.settled_ms]


def of_report(session: Session, z: ZReport) -> Sequence[CashDebt]:
    """What was owed first in the time that a Z report closes, whatever became of it."""
    return session.scalars(
        select(CashDebt).where(*records_before(session, z, CashDebt)).order_by(CashDebt.sequence)
    ).all()


ROUTES = (
    Route("/days/owed", owed_page),
    Route("/days/owed.csv", owed_csv),
    Route("/days/owed/{payout}", settle_post, methods=["POST"]),
)
