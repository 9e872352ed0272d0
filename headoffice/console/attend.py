"""The attendant's page of one shop: its lanes, what waits there, one lane's basket, and the buttons to act."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice.attend import board as boards
from headoffice.attend.orders import Wish
from headoffice.console import guard, views
from headoffice.console.services import services_of
from headoffice.insight import Home
from headoffice.lane_frames import picture
from messages.commands import MOST_WORDS, PREPARED

__all__ = ["ROUTES"]

_LEFT = 303
_GONE = 404
_MOST = 128


def _load(request: Request, session: Session, _home: Home, now: int) -> dict[str, Any]:
    known = boards.stores(session)
    asked = request.query_params.get("store", "")
    store = asked if asked in {name for name, _ in known} else known[0][0] if known else ""
    found = boards.board(
        session,
        store=store,
        chosen=request.query_params.get("lane", ""),
        account=guard.account_of(request),
        now=now,
    )
    orders = services_of(request).orders
    return {
        "board": found,
        "stores": known,
        "store": store,
        "reach": orders is not None and orders.reach(),
        "fate": boards.fate,
        "prepared": PREPARED,
        "most_words": MOST_WORDS,
    }


@guard.for_people("attend")
async def attend_page(request: Request) -> Response:
    """The page whole."""
    return views.language_chosen(request) or await views.render(request, "attend.html", _load)


@guard.for_people("attend")
async def board_part(request: Request) -> Response:
    """What changes on it."""
    return await views.render(request, "part_attend.html", _load)


@guard.for_people("order")
async def order_post(request: Request) -> Response:
    """Give an order to a lane, and show what became of that so far."""
    services = services_of(request)
    form = await guard.checked_form(request)
    fields = ("kiosk", "deed", "intervention", "outcome", "reason", "prepared", "words")
    wish = Wish(**{name: guard.text_of(form, name)[: _MOST + 1] for name in fields})
    refused = "unreachable"
    if services.orders is not None:
        refused = await run_in_threadpool(services.orders.give, wish, account=guard.account_of(request))
    if refused:
        request.session["flash"] = {"kind": "refused", "message": f"attend.why.{refused}"}
    return RedirectResponse(f"/attend/board?{request.url.query}", status_code=_LEFT)


@guard.for_people("attend")
async def frame(request: Request) -> Response:
    """One picture of a plate, while its intervention waits; never kept by a browser."""
    asked = request.path_params
    services = services_of(request)

    def look() -> bytes | None:
        with services.database.read() as session:
            return picture(session, asked["kiosk"], asked["intervention"], asked["number"], services.clock())

    found = await run_in_threadpool(look)
    if found is None:
        return Response(status_code=_GONE)
    return Response(found, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


ROUTES = (
    Route("/attend", attend_page),
    Route("/attend/board", board_part),
    Route("/attend/frame/{kiosk}/{intervention}/{number:int}", frame),
    Route("/attend/order", order_post, methods=["POST"]),
)
