"""The page of recalls: what is stopped in every shop, who bought some of it, and the form that stops more."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice import insight, recalls
from headoffice.console import guard, views
from headoffice.console.services import Services, services_of
from headoffice.insight import Home
from kiosk.retail.item import Recall

__all__ = ["ROUTES"]

_LEFT = 303
_FOUND = 12


@guard.for_people("look")
async def recalls_page(request: Request) -> Response:
    """Recalls in force; with ``q`` the items to choose from, with ``item`` the form of one."""

    def load(request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
        query = request.query_params.get("q", "").strip()[:100]
        chosen = recalls.item_to_recall(session, request.query_params.get("item", ""))
        items = insight.book_page(session, query, _FOUND)[1] if query and chosen is None else ()
        return {"q": query, "items": items, "chosen": chosen, "recalls": recalls.recalls(session)}

    return views.language_chosen(request) or await views.render(request, "recalls.html", load)


@guard.for_people("recalls")
async def recall_post(request: Request) -> Response:
    """Stop lots, serial numbers or everything of an item; or lift its recall."""
    services = services_of(request)
    form = await guard.checked_form(request)
    item_id = request.path_params["item_id"]
    try:
        recall = None if guard.text_of(form, "lift") else _asked(form)
    except ValueError as error:
        request.session["flash"] = {"kind": "refused", "message": f"recalls.{error}"}
        return RedirectResponse(f"/recalls?{urlencode({'item': item_id})}", status_code=_LEFT)
    request.session["flash"] = await run_in_threadpool(_recall, services, item_id, recall, guard.account_of(request))
    return RedirectResponse("/recalls", status_code=_LEFT)


def _asked(form: FormData) -> Recall:
    """What the form names. Raises ``ValueError`` with the word for what is wrong."""
    lots, serials = (recalls.codes_of(guard.text_of(form, name)) for name in ("lots", "serials"))
    everything = bool(guard.text_of(form, "everything"))
    if not (lots or serials or everything):
        message = "nothing_named"
        raise ValueError(message)
    return Recall(lots, serials, everything)


def _recall(services: Services, item_id: str, recall: Recall | None, by: str) -> dict[str, str]:
    try:
        version = services.feed.recall(item_id, recall, by=by)
    except LookupError:
        return {"kind": "refused", "message": "price.unknown_item"}
    services.hub.tell({"prices"})
    message = "recalls.lifted" if recall is None else "recalls.stopped"
    return {"kind": "done", "message": message, "version": str(version)}


ROUTES = (Route("/recalls", recalls_page), Route("/recalls/{item_id:path}", recall_post, methods=["POST"]))
