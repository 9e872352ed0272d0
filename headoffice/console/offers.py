"""The page of offers and coupons: what is in force, what it came to, what needs a look, and series of coupons."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice.console import guard, views
from headoffice.console.services import Services, services_of
from headoffice.coupons import overview, series
from headoffice.coupons.terms import TermsBook
from headoffice.insight import Home

__all__ = ["ROUTES"]

_LEFT, _REFUSED = 303, 422
_LARGEST = 900_000
"""Bytes of a file: it stands in the form again, whose fields have a bound of their own."""
_SHOWN_WRONG = 50


def _everything(session: Session, home: Home, now: int, query: str) -> dict[str, Any]:
    above, priced_above = overview.above_maximum(session)
    found = overview.offers(session, home.today(now).isoformat(), query)
    return {
        "q": query,
        "offers": found,
        "listed": [view for view in found if view.terms.serials == "listed"],
        "twice": overview.used_twice(session),
        "above": above,
        "priced_above": priced_above,
    }


@guard.for_people("look")
async def offers_page(request: Request) -> Response:
    """Offers, coupons, exceptions, and the form for a series."""

    def load(request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
        return _everything(session, home, now, request.query_params.get("q", "").strip()[:100])

    return await views.render(request, "offers.html", load)


@guard.for_people("coupons")
async def series_post(request: Request) -> Response:
    """Look through a file of coupons (``check``), give its wrong rows as a file (``errors``), or take it (``take``)."""
    services = services_of(request)
    form = await guard.checked_form(request)
    deed, offer_id = guard.text_of(form, "deed"), guard.text_of(form, "offer")
    name = guard.text_of(form, "series").strip()[:60]
    try:
        text = await _told(form)
        looked = await run_in_threadpool(
            _looked, services, offer_id, text, (name or offer_id) if deed == "take" else ""
        )
    except ValueError as error:
        request.session["flash"] = {"kind": "refused", "message": f"series.{error}"}
        return RedirectResponse("/offers", status_code=_LEFT)
    if deed == "take":
        services.hub.tell({"coupons"})
        request.session["flash"] = {"kind": "done", "message": "series.taken"}
        return RedirectResponse("/offers", status_code=_LEFT)
    if deed == "errors":
        headers = {"Content-Disposition": 'attachment; filename="wrong-rows.csv"'}
        return Response(series.errors_as_csv(looked), media_type="text/csv; charset=utf-8", headers=headers)

    def load(_request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
        report = {"looked": looked, "wrong": looked.bad[:_SHOWN_WRONG], "text": text, "offer": offer_id, "name": name}
        return _everything(session, home, now, "") | {"report": report}

    return await views.render(request, "offers.html", load, status=_REFUSED if looked.bad else 200)


async def _told(form: FormData) -> str:
    """The file, or what was pasted. Raises ``ValueError`` for more than can be looked through at once."""
    file = form.get("file")
    told = guard.text_of(form, "text")
    if isinstance(file, UploadFile) and file.filename:
        told = (await file.read(_LARGEST + 1)).decode("utf-8-sig", "replace")
    await form.close()
    if len(told) > _LARGEST:
        message = "too_many"
        raise ValueError(message)
    return told


def _looked(services: Services, offer_id: str, text: str, name: str) -> series.Looked:
    """Look through the file; with a ``name`` take what is fresh in it, in one transaction. Raises ``ValueError``."""
    with services.database.write() as session:
        offer = TermsBook().refresh(session).offer(offer_id)
        if offer is None or offer.serials != "listed":
            message = "no_offer"
            raise ValueError(message)
        looked = series.look_through(session, offer, text)
        if name:
            series.take(session, offer, looked, series=name, utc_ms=services.clock())
    return looked


ROUTES = (Route("/offers", offers_page), Route("/offers/series", series_post, methods=["POST"]))
