"""The pages: what each shows is loaded in one read of the ledger, off the event loop."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.templating import Jinja2Templates

from headoffice import insight
from headoffice.accounts import DEMO_ACCOUNT, LOCK_MINUTES, SignIn
from headoffice.attend.people import operator_names
from headoffice.console import guard
from headoffice.console.services import Services, services_of
from headoffice.console.show import Show
from headoffice.console.words import LANGUAGES, language_of, read_amount
from headoffice.feed import PriceRefusedError
from headoffice.insight import Home
from headoffice.roles import Right

__all__ = [
    "demo_enter",
    "error_page",
    "language_chosen",
    "live",
    "page",
    "part",
    "price_post",
    "render",
    "sale_page",
    "sign_in_page",
    "sign_out",
    "templates",
]

_SPANS = (1, 7, 90)
_LEFT, _MISSING = 303, 404
templates = Jinja2Templates(directory=Path(__file__).parent / "templates")
Loader = Callable[[Request, Session, Home, int], dict[str, Any]]


def _context(request: Request, home: Home, rights: frozenset[Right]) -> dict[str, Any]:
    services = services_of(request)
    translator = language_of(request)
    return {
        "show": Show(translator, home, services.clock()),
        "t": Show(translator, home, 0).t,
        "account": guard.account_of(request) if rights else "",
        "may": rights,
        "token": guard.form_token(request),
        "languages": LANGUAGES,
        "language": translator.language,
        "trouble": services.trouble(),
        "demo": bool(services.demo_token),
        "release": services.release,
        "flash": request.session.pop("flash", None),
    }


async def render(request: Request, template: str, load: Loader, status: int = 200) -> Response:
    """A page from a template and what ``load`` finds in one read of the database."""
    services = services_of(request)

    def loaded() -> dict[str, Any]:
        with services.database.read() as session:
            home = insight.home_of(session)
            return load(request, session, home, services.clock()) | {"home": home}

    rights, found = await guard.rights(request), await run_in_threadpool(loaded)
    context = _context(request, found["home"], rights) | found
    return templates.TemplateResponse(request, template, context, status_code=status)


# --- what the first page is made of -----------------------------------------------------------------------------------


def _figures(_request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
    today = home.today(now)
    return {"today": insight.totals_of(session, home, today, today)}


def _kiosks(_request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    return {"kiosks": insight.kiosks(session)}


def _baskets(_request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    return {"baskets": insight.baskets(session)}


def _sales(_request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    return {"sales": insight.latest_sales(session), "tender_names": insight.tender_names(session)}


def _chart(request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
    asked = request.query_params.get("days", "")
    days = int(asked) if asked in {str(each) for each in _SPANS} else _SPANS[-1]
    today = home.today(now)
    bars = (
        insight.sales_by_hour(session, home, today) if days == 1 else insight.sales_by_day(session, home, today, days)
    )
    return {"days": days, "spans": _SPANS, "bars": bars}


def _top(_request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
    today = home.today(now)
    return {"top": insight.top_items(session, home, today - timedelta(days=6), today)}


def _interventions(_request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    return {"interventions": insight.interventions(session)}


def _letters(_request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    count, newest = insight.letters(session)
    return {"letter_count": count, "letters": newest}


_PARTS: dict[str, Loader] = {
    "figures": _figures,
    "kiosks": _kiosks,
    "baskets": _baskets,
    "sales": _sales,
    "chart": _chart,
    "top": _top,
    "interventions": _interventions,
    "letters": _letters,
}


def _everything(request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for load in _PARTS.values():
        found |= load(request, session, home, now)
    return found


def _prices(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    query = request.query_params.get("q", "").strip()[:100]
    count, items = insight.book_page(session, query)
    return {"q": query, "count": count, "items": items, "changes": insight.price_changes(session)}


def _stock(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    query = request.query_params.get("q", "").strip()[:100]
    units, rows = insight.stock_page(session, query)
    return {"q": query, "units": units, "rows": rows}


_PAGES: dict[str, Loader] = {
    "now": _everything,
    "prices": _prices,
    "stock": _stock,
    "letters": _letters,
}


def language_chosen(request: Request) -> Response | None:
    """Where a language was asked for: remember it, and the page again without the question."""
    chosen = request.query_params.get("language", "")
    if chosen not in LANGUAGES:
        return None
    request.session["language"] = chosen
    return RedirectResponse(request.url.path, status_code=_LEFT)


def page(name: str) -> guard.Handler:
    """The page of this name, for signed-in people."""
    load = _PAGES[name]

    async def handler(request: Request) -> Response:
        return language_chosen(request) or await render(request, f"{name}.html", load)

    return guard.for_people("look")(handler)


@guard.for_people("look")
async def part(request: Request) -> Response:
    """One part of the first page, as it stands now."""
    name = request.path_params["name"]
    load = _PARTS.get(name)
    if load is None:
        raise HTTPException(_MISSING)
    return await render(request, f"part_{name}.html", load)


@guard.for_people("look")
async def sale_page(request: Request) -> Response:
    """A sale with its lines, offers, tax, tenders and place in the journal."""

    def load(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
        found = insight.sale(session, request.path_params["uuid"])
        if found is None:
            raise HTTPException(_MISSING)
        return {
            "sale": found,
            "tender_names": insight.tender_names(session),
            "reason_names": insight.reason_names(session),
            "operators": operator_names(session),
        }

    return await render(request, "sale.html", load)


@guard.for_people(None)
async def live(request: Request) -> Response:
    """Server-sent events: the names of what changed, and a comment now and then so that a dead line is noticed."""
    services = services_of(request)

    async def told() -> AsyncIterator[str]:
        async with services.hub.listen() as listener:
            yield "retry: 1000\n\n"
            while not listener.closed and not await request.is_disconnected():
                topics = await listener.next(services.heartbeat_seconds)
                if not await guard.still_in(request):
                    return
                yield f"event: changed\ndata: {' '.join(topics)}\n\n" if topics else ": still here\n\n"
                await asyncio.sleep(0.15)

    return StreamingResponse(told(), media_type="text/event-stream")


@guard.for_people("prices")
async def price_post(request: Request) -> Response:
    """A new price, at once on its way to every kiosk."""
    services = services_of(request)
    form = await guard.checked_form(request)
    item_id = request.path_params["item_id"]
    minor = read_amount(guard.text_of(form, "price"), guard.text_of(form, "currency"))
    query = guard.text_of(form, "q")
    if minor is None:
        flash = {"kind": "refused", "message": "price.not_a_number"}
    else:
        flash = await run_in_threadpool(_change, services, item_id, minor, guard.account_of(request))
    request.session["flash"] = flash
    return RedirectResponse(f"/prices?{urlencode({'q': query})}", status_code=_LEFT)


def _change(services: Services, item_id: str, minor: int, by: str) -> dict[str, str]:
    try:
        version = services.feed.change_price(item_id, minor, by=by)
    except PriceRefusedError as error:
        return {"kind": "refused", "message": f"price.{error.reason}"}
    services.hub.tell({"prices"})
    return {"kind": "done", "message": "price.changed", "version": str(version)}


# --- the way in and out -----------------------------------------------------------------------------------------


async def sign_in_page(request: Request) -> Response:
    """Ask for name and password; check them; say no more than that they are wrong."""
    services = services_of(request)
    said = ""
    if request.method == "POST":
        form = await guard.checked_form(request)
        name = guard.text_of(form, "name")
        outcome = await run_in_threadpool(
            services.accounts.sign_in, name, guard.text_of(form, "password"), guard.address_of(request)
        )
        if outcome is SignIn.WELCOME:
            await run_in_threadpool(guard.sign_in, request, name.strip().lower())
            return RedirectResponse(_inside(guard.text_of(form, "next")), status_code=_LEFT)
        said = outcome.value

    def load(request: Request, _session: Session, _home: Home, _now: int) -> dict[str, Any]:
        next_page = _inside(request.query_params.get("next", "/"))
        return {"said": said, "minutes": LOCK_MINUTES, "next": next_page, "nobody": not services.accounts.exist()}

    return await render(request, "sign_in.html", load, status=403 if said else 200)


def _inside(path: str) -> str:
    """A page of ours; anything that could lead elsewhere becomes the first page."""
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else "/"


async def sign_out(request: Request) -> Response:
    """End the session."""
    await guard.checked_form(request)
    await run_in_threadpool(guard.sign_out, request)
    return RedirectResponse("/sign-in", status_code=_LEFT)


async def demo_enter(request: Request) -> Response:
    """The way in without a password: only in a demo, only from this machine, only with the link of this start."""
    token = services_of(request).demo_token
    given = request.path_params["token"]
    if not token or not guard.is_loopback(guard.address_of(request)) or not secrets.compare_digest(token, given):
        raise HTTPException(_MISSING)
    guard.sign_in(request, DEMO_ACCOUNT)
    chosen = request.query_params.get("language", "")
    if chosen in LANGUAGES:
        request.session["language"] = chosen
    return RedirectResponse("/", status_code=_LEFT)


async def error_page(request: Request, error: Exception) -> Response:
    """What went wrong, and the way back."""
    status = error.status_code if isinstance(error, HTTPException) else 500

    def load(_request: Request, _session: Session, _home: Home, _now: int) -> dict[str, Any]:
        refused = "role" if isinstance(error, HTTPException) and error.detail == "role" else "stale"
        return {"status": status, "what": {404: "missing", 403: refused, 401: "key"}.get(status, "broken")}

    return await render(request, "error.html", load, status=status)
