"""The page of points: what all members have together by day, and one member's account with a form to adjust it.

A member is an opaque id. A card's number may be typed to find one; it is hashed at once and kept nowhere.
"""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice import insight
from headoffice.console import guard, views
from headoffice.console.services import Services, services_of
from headoffice.insight import Home
from headoffice.points import account
from headoffice.points.books import programme_of

__all__ = ["ROUTES"]

_LEFT = 303
_DAYS = 14
_MOST_TYPED = 100
_WHERE = "points_member"
"""Where the session keeps who is looked at: no id and no card's number stands in an address, and so in no log."""


@guard.for_people("members")
async def points_page(request: Request) -> Response:
    """The days' liabilities, and the account that was asked for."""

    def load(request: Request, session: Session, _home: Home, now: int) -> dict[str, Any]:
        asked = str(request.session.get(_WHERE, ""))
        return {
            "programme": programme_of(session),
            "days": account.liabilities(session, _DAYS),
            "overdrawn": account.overdrawn(session),
            "asked": asked,
            "found": account.account_of(session, asked, now) if asked else None,
            "request_id": secrets.token_hex(16),
        }

    return views.language_chosen(request) or await views.render(request, "points.html", load)


@guard.for_people("members")
async def member_post(request: Request) -> Response:
    """Look at a member's account."""
    services = services_of(request)
    form = await guard.checked_form(request)
    asked = guard.text_of(form, "member")[:_MOST_TYPED]

    def look() -> str:
        with services.database.read() as session:
            found = account.account_of(session, asked, services.clock())
        return found.member_id if found is not None else ""

    request.session[_WHERE] = await run_in_threadpool(look)
    if not request.session[_WHERE]:
        request.session["flash"] = {"kind": "refused", "message": "points.unknown_member"}
    return RedirectResponse("/points", status_code=_LEFT)


@guard.for_people("points")
async def adjust_post(request: Request) -> Response:
    """Give or take points, with a reason."""
    services = services_of(request)
    form = await guard.checked_form(request)
    member_id = str(request.session.get(_WHERE, ""))
    by = guard.account_of(request)
    request.session["flash"] = await run_in_threadpool(_adjust, services, member_id, form, by)
    return RedirectResponse("/points", status_code=_LEFT)


def _adjust(services: Services, member_id: str, form: FormData, by: str) -> dict[str, str]:
    with services.database.read() as session:
        day = insight.home_of(session).today(services.clock()).isoformat()
    try:
        account.adjust(
            services.database,
            member_id,
            _whole(guard.text_of(form, "points")),
            reason=guard.text_of(form, "reason"),
            by=by,
            request=guard.text_of(form, "request"),
            day=day,
            clock=services.clock,
        )
    except account.AdjustRefusedError as error:
        return {"kind": "refused", "message": f"points.{error.reason}"}
    services.hub.tell({"points"})
    return {"kind": "done", "message": "points.adjusted"}


def _whole(typed: str) -> int | None:
    """A whole number as people type it, in any digits; ``None`` for anything else."""
    try:
        return int(typed.strip().replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None


ROUTES = (
    Route("/points", points_page),
    Route("/points/member", member_post, methods=["POST"]),
    Route("/points/adjust", adjust_post, methods=["POST"]),
)
