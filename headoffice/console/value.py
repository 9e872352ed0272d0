"""The page of gift cards and store credit: what all of it comes to, one account with its deeds, and cards from a file.

A number may be typed to find an account; it is hashed at once and kept nowhere.
"""

from __future__ import annotations

import secrets
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice import insight
from headoffice.console import guard, views
from headoffice.console.services import Services, services_of
from headoffice.feed import policy_of
from headoffice.insight import Home
from headoffice.stored_value import account, cards
from headoffice.stored_value.books import rules_of
from kiosk.retail.money import MINOR_DIGITS

__all__ = ["ROUTES"]

_LEFT, _REFUSED = 303, 422
_MOST_TYPED = 100
_LARGEST = 900_000
_SHOWN_WRONG = 50
_WHERE = "value_account"
"""Where the session keeps who is looked at: no account and no number stands in an address, and so in no log."""


def _everything(session: Session, now: int, asked: str) -> dict[str, Any]:
    below, twice = account.wrong(session)
    return {
        "rules": rules_of(session),
        "liabilities": account.liabilities(session),
        "below": below,
        "twice": twice,
        "asked": asked,
        "found": account.find(session, asked, now) if asked else [],
        "request_id": secrets.token_hex(16),
    }


@guard.for_people("cards")
async def value_page(request: Request) -> Response:
    """What is owed, and the accounts that were asked for."""

    def load(request: Request, session: Session, _home: Home, now: int) -> dict[str, Any]:
        return _everything(session, now, str(request.session.get(_WHERE, "")))

    return views.language_chosen(request) or await views.render(request, "value.html", load)


@guard.for_people("cards")
async def find_post(request: Request) -> Response:
    """Look at accounts. A whole number is exchanged for its account's id before anything is remembered."""
    services = services_of(request)
    form = await guard.checked_form(request)
    asked = guard.text_of(form, "number")[:_MOST_TYPED]

    def look() -> str:
        with services.database.read() as session:
            found = account.find(session, "".join(asked.split()), services.clock())
        if len(found) == 1:
            return found[0].row.account
        return asked.strip() if found else ""

    request.session[_WHERE] = await run_in_threadpool(look)
    if not request.session[_WHERE]:
        request.session["flash"] = {"kind": "refused", "message": "value.unknown_account"}
    return RedirectResponse("/value", status_code=_LEFT)


@guard.for_people("value")
async def deed_post(request: Request) -> Response:
    """Adjust, block or let go the account that is on show, with a reason."""
    services = services_of(request)
    form = await guard.checked_form(request)
    shown, by = guard.text_of(form, "account"), guard.account_of(request)
    request.session["flash"] = await run_in_threadpool(_done, services, shown, form, by)
    return RedirectResponse("/value", status_code=_LEFT)


def _done(services: Services, shown: str, form: FormData, by: str) -> dict[str, str]:
    deed, reason = guard.text_of(form, "deed"), guard.text_of(form, "reason")
    try:
        if deed == "adjust":
            _adjust(services, shown, form, reason, by)
        else:
            account.block(services.database, shown, blocked=deed == "block", reason=reason, by=by)
    except account.ValueRefusedError as error:
        return {"kind": "refused", "message": f"value.{error.reason}"}
    services.hub.tell({"value"})
    done = deed if deed in ("adjust", "block") else "unblock"
    return {"kind": "done", "message": f"value.done_{done}"}


def _adjust(services: Services, shown: str, form: FormData, reason: str, by: str) -> None:
    with services.database.read() as session:
        home = insight.home_of(session)
    account.adjust(
        services.database,
        shown,
        _minor(guard.text_of(form, "amount"), home.currency),
        reason=reason,
        by=by,
        request=guard.text_of(form, "request"),
        day=home.today(services.clock()).isoformat(),
        clock=services.clock,
    )


def _minor(typed: str, currency: str) -> int | None:
    """Minor units of an amount as people type it, in any digits, with a dot; ``None`` for anything else."""
    try:
        minor = Decimal(typed.strip().replace("\N{MINUS SIGN}", "-")).scaleb(MINOR_DIGITS[currency])
    except (InvalidOperation, KeyError):
        return None
    return int(minor) if minor.is_finite() and minor == minor.to_integral_value() else None


@guard.for_people("value")
async def cards_post(request: Request) -> Response:
    """Look through a file of cards (``check``), give its wrong rows as a file (``errors``), or take it (``take``)."""
    services = services_of(request)
    form = await guard.checked_form(request)
    deed, by = guard.text_of(form, "deed"), guard.account_of(request)
    batch = guard.text_of(form, "batch").strip()[:60] or by
    try:
        text = await _told(form)
        looked = await run_in_threadpool(_looked, services, text, batch if deed == "take" else "", by)
    except ValueError as error:
        request.session["flash"] = {"kind": "refused", "message": f"value.{error}"}
        return RedirectResponse("/value", status_code=_LEFT)
    if deed == "take":
        services.hub.tell({"value"})
        request.session["flash"] = {"kind": "done", "message": "value.done_take"}
        return RedirectResponse("/value", status_code=_LEFT)
    if deed == "errors":
        headers = {"Content-Disposition": 'attachment; filename="wrong-rows.csv"'}
        return Response(cards.errors_as_csv(looked), media_type="text/csv; charset=utf-8", headers=headers)

    def load(_request: Request, session: Session, _home: Home, now: int) -> dict[str, Any]:
        report = {"looked": looked, "wrong": looked.bad[:_SHOWN_WRONG], "text": text, "batch": batch}
        return _everything(session, now, "") | {"report": report}

    return await views.render(request, "value.html", load, status=_REFUSED if looked.bad else 200)


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


def _looked(services: Services, text: str, batch: str, by: str) -> cards.Looked:
    """Look through the file; with a ``batch`` take what is fresh in it, in one transaction. Raises ``ValueError``."""
    with services.database.write() as session:
        policy, home = policy_of(session), insight.home_of(session)
        rules = policy.stored_value if policy is not None else None
        looked = cards.look_through(session, rules, home.currency, text)
        if batch:
            now = services.clock()
            cards.take(session, looked, batch=batch, day=home.today(now).isoformat(), by=by, utc_ms=now)
    return looked


ROUTES = (
    Route("/value", value_page),
    Route("/value/find", find_post, methods=["POST"]),
    Route("/value/deed", deed_post, methods=["POST"]),
    Route("/value/cards", cards_post, methods=["POST"]),
)
