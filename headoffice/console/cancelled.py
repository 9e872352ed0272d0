"""The page of fiscal documents cancelled at the tax authority, those that wait for its word and those that stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import case, select
from sqlalchemy.orm import Session, aliased
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from headoffice.console import guard, views
from headoffice.console.services import services_of
from headoffice.console.spreadsheet import as_csv
from headoffice.insight import Home
from headoffice.ledger.day_tables import ZReport
from headoffice.ledger.days import sold_before
from headoffice.ledger.fiscal_tables import CancelledDocument
from headoffice.ledger.tables import Transaction

__all__ = ["ROUTES", "of_report"]

_SHOWN: Final = 200
_EXPORTED: Final = 20_000
_COLUMNS: Final = (
    "series",
    "number",
    "original",
    "uuid",
    "store",
    "workstation",
    "business_day",
    "total",
    "currency",
    "state",
    "told_ms",
    "words",
)
_Row = tuple[CancelledDocument, Transaction, Transaction | None]


@guard.for_people("days")
async def cancelled_page(request: Request) -> Response:
    """The newest (of one ``store``, where told); what stands or waits comes first."""

    def load(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
        store = request.query_params.get("store", "")
        return {"store": store, "documents": _documents(session, store, _SHOWN)}

    return views.language_chosen(request) or await views.render(request, "cancelled.html", load)


@guard.for_people("days")
async def cancelled_csv(request: Request) -> Response:
    """The same as rows: ``uuid`` is the return's, amounts in minor units."""
    services, store = services_of(request), request.query_params.get("store", "")

    def rows() -> list[list[object]]:
        with services.database.read() as session:
            found = _documents(session, store, _EXPORTED)
            return [[_value(name, document, back) for name in _COLUMNS] for document, back, _ in found]

    return await as_csv("cancelled.csv", _COLUMNS, rows)


def _value(name: str, document: CancelledDocument, back: Transaction) -> object:
    return getattr(document, name) if hasattr(document, name) else getattr(back, name)


def _documents(session: Session, store: str, most: int) -> Sequence[_Row]:
    back, sold = aliased(Transaction), aliased(Transaction)
    settled = case((CancelledDocument.state == "cancelled", 1), else_=0)
    wanted = (
        select(CancelledDocument, back, sold)
        .join(back, back.uuid == CancelledDocument.uuid)
        .outerjoin(sold, sold.uuid == CancelledDocument.original)
        .order_by(settled, back.utc_ms.desc())
    )
    if store:
        wanted = wanted.where(back.store == store)
    return [(document, came, went) for document, came, went in session.execute(wanted.limit(most))]


def of_report(session: Session, z: ZReport) -> Sequence[CancelledDocument]:
    """Documents of sales that came back whole in the time that a Z report closes, whatever became of them."""
    wanted = select(CancelledDocument).join(Transaction, Transaction.uuid == CancelledDocument.uuid)
    return session.scalars(wanted.where(*sold_before(session, z)).order_by(CancelledDocument.number)).all()


ROUTES = (Route("/days/cancelled", cancelled_page), Route("/days/cancelled.csv", cancelled_csv))
