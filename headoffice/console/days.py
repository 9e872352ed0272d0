"""The page of business days: Z reports by lane with what does not fit, days nobody has closed, and all of it as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from headoffice import insight
from headoffice.attend.people import operator_names
from headoffice.console import cancelled, guard, owed, views
from headoffice.console.services import services_of
from headoffice.console.spreadsheet import as_csv
from headoffice.insight import Home
from headoffice.ledger.day_tables import OpenDay, ZReport

__all__ = ["ROUTES"]

_MISSING: Final = 404
_SHOWN: Final = 200
_EXPORTED: Final = 20_000
_COLUMNS: Final = (
    "store",
    "workstation",
    "kiosk",
    "series",
    "number",
    "business_day",
    "utc_ms",
    "by",
    "cause",
    "currency",
    "sales",
    "discount",
    "tax",
    "total",
    "outcome",
)


@guard.for_people("days")
async def days_page(request: Request) -> Response:
    """The newest reports of all lanes (of one ``store``, where told), and days that should have been closed."""

    def load(request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
        store = request.query_params.get("store", "")
        today = home.today(now).isoformat()
        overdue = select(OpenDay).where(OpenDay.business_day < today).order_by(OpenDay.business_day, OpenDay.kiosk)
        return {
            "store": store,
            "stores": tuple(session.scalars(select(ZReport.store).distinct().order_by(ZReport.store))),
            "owed": owed.open_debts(session, store),
            "reports": _reports(session, store, _SHOWN),
            "overdue": [row for row in session.scalars(overdue) if store in ("", row.store)],
        }

    return views.language_chosen(request) or await views.render(request, "days.html", load)


def _reports(session: Session, store: str, most: int) -> Sequence[ZReport]:
    wanted = select(ZReport).order_by(
        ZReport.business_day.desc(), ZReport.store, ZReport.workstation, ZReport.series.desc(), ZReport.number.desc()
    )
    if store:
        wanted = wanted.where(ZReport.store == store)
    return session.scalars(wanted.limit(most)).all()


@guard.for_people("days")
async def day_page(request: Request) -> Response:
    """One report, whole."""

    def load(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
        where = request.path_params
        found = session.get(ZReport, (where["kiosk"], where["epoch"], where["sequence"]))
        if found is None:
            raise HTTPException(_MISSING)
        return {
            "z": found,
            "report": found.report,
            "book": found.report["book"],
            "cancelled": cancelled.of_report(session, found),
            "owed": owed.of_report(session, found),
            "tender_names": insight.tender_names(session),
            "operators": operator_names(session),
        }

    return views.language_chosen(request) or await views.render(request, "day.html", load)


@guard.for_people("days")
async def days_csv(request: Request) -> Response:
    """The reports as rows: amounts in minor units, differences as ``what told/expected``."""
    services = services_of(request)
    store = request.query_params.get("store", "")

    def rows() -> list[list[object]]:
        with services.database.read() as session:
            return [_row(each) for each in _reports(session, store, _EXPORTED)]

    return await as_csv("days.csv", (*_COLUMNS, "findings"), rows)


def _row(z: ZReport) -> list[object]:
    findings = "; ".join(f"{what} {told}/{wanted}" for what, told, wanted in z.findings)
    return [*(getattr(z, name) for name in _COLUMNS), findings]


ROUTES = (
    Route("/days", days_page),
    Route("/days.csv", days_csv),
    *cancelled.ROUTES,
    *owed.ROUTES,
    Route("/days/{kiosk}/{epoch:int}/{sequence:int}", day_page),
)
