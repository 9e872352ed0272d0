"""The page of imports: a file is sent and looked through, its refused rows are fetched, and what is good is taken.

Between looking and taking, the file is kept in memory alone, for half an hour: it may hold PINs.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from headoffice.console import guard, views
from headoffice.console.services import services_of
from headoffice.console.words import language_of
from headoffice.imports.command import refusal_in_words, sayer, template
from headoffice.imports.intake import Intake
from headoffice.imports.kinds import KINDS
from headoffice.imports.report import Report, errors_as_csv
from headoffice.imports.sheet import MAXIMUM_BYTES, FileRefusedError
from headoffice.imports.tables import DataImport, PlannedPrice
from headoffice.insight import Home

__all__ = ["ROUTES"]

_LEFT, _MISSING, _REFUSED = 303, 404, 422
_SHOWN, _LISTED = 50, 12
_KEPT_MS: Final = 30 * 60_000
_KEPT: Final = 16
"""Files that are kept at once, of all people."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """A file that was looked through, and by whom."""

    kind: str
    name: str
    content: bytes
    account: str
    utc_ms: int
    report: Report


@dataclass
class _Shelf:
    """The files between looking and taking."""

    kept: OrderedDict[str, _Kept] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def keep(self, file: _Kept) -> str:
        """Keep it; gives the word that it is asked for by."""
        with self.lock:
            for word in [word for word, each in self.kept.items() if file.utc_ms - each.utc_ms > _KEPT_MS]:
                del self.kept[word]
            while len(self.kept) >= _KEPT:
                self.kept.popitem(last=False)
            word = secrets.token_urlsafe(12)
            self.kept[word] = file
        return word

    def find(self, word: str, account: str, now: int) -> _Kept | None:
        """Only for who sent it, and not for ever."""
        with self.lock:
            file = self.kept.get(word)
        return file if file and file.account == account and now - file.utc_ms <= _KEPT_MS else None

    def drop(self, word: str) -> None:
        """It was taken."""
        with self.lock:
            self.kept.pop(word, None)


_shelf = _Shelf()


def _everything(_request: Request, session: Session, _home: Home, _now: int) -> dict[str, Any]:
    taken = session.scalars(select(DataImport).order_by(DataImport.id.desc()).limit(_LISTED)).all()
    planned = session.scalars(select(PlannedPrice).order_by(PlannedPrice.from_day).limit(_LISTED)).all()
    return {"kinds": tuple(KINDS), "taken": taken, "planned": planned}


@guard.for_people("imports")
async def imports_page(request: Request) -> Response:
    """The form, the templates, and what was taken."""
    return views.language_chosen(request) or await views.render(request, "imports.html", _everything)


@guard.for_people("imports")
async def look_post(request: Request) -> Response:
    """Look a file through; nothing is taken yet."""
    services, account = services_of(request), guard.account_of(request)
    form = await guard.checked_form(request)
    kind, file = guard.text_of(form, "kind"), form.get("file")
    if kind not in KINDS or not isinstance(file, UploadFile) or not file.filename:
        request.session["flash"] = {"kind": "refused", "message": "import.no_file"}
        return RedirectResponse("/import", status_code=_LEFT)
    content, name = await file.read(MAXIMUM_BYTES + 1), file.filename
    await form.close()
    intake, translator = Intake(services.database, clock=services.clock), language_of(request)
    found: dict[str, Any] = {"kind": kind, "name": name}
    try:
        report = await run_in_threadpool(intake.look, kind, content)
    except FileRefusedError as error:
        found["refusal"] = refusal_in_words(translator, error)
    else:
        word = _shelf.keep(_Kept(kind, name, content, account, services.clock(), report))
        found |= {"report": report, "word": word, "say": sayer(translator), "shown": _SHOWN}
    status = 200 if "report" in found and not found["report"].refused else _REFUSED

    def load(request: Request, session: Session, home: Home, now: int) -> dict[str, Any]:
        return _everything(request, session, home, now) | found

    return await views.render(request, "imports.html", load, status=status)


@guard.for_people("imports")
async def take_post(request: Request) -> Response:
    """Take a file that was looked through: all of it, or (``partial``) its good rows."""
    services, account = services_of(request), guard.account_of(request)
    form = await guard.checked_form(request)
    word = guard.text_of(form, "word")
    file = _shelf.find(word, account, services.clock())
    if file is None:
        request.session["flash"] = {"kind": "refused", "message": "import.gone"}
        return RedirectResponse("/import", status_code=_LEFT)
    partial = bool(guard.text_of(form, "partial"))
    intake = Intake(services.database, clock=services.clock, on_publish=services.feed.tell)

    def take() -> Report:
        return intake.take(file.kind, file.content, by=account, file=file.name, partial=partial)

    report = await run_in_threadpool(take)
    if report.refused and not partial:
        request.session["flash"] = {"kind": "refused", "message": "import.nothing_taken"}
        return RedirectResponse("/import", status_code=_LEFT)
    _shelf.drop(word)
    services.hub.tell({"prices", "stock"})
    message = "import.done" if report.works else "import.no_news"
    request.session["flash"] = {"kind": "done", "message": message}
    return RedirectResponse("/import", status_code=_LEFT)


@guard.for_people("imports")
async def errors_csv(request: Request) -> Response:
    """The refused rows of a file that was looked through, in the page's language."""
    file = _shelf.find(request.path_params["word"], guard.account_of(request), services_of(request).clock())
    if file is None:
        raise HTTPException(_MISSING)
    text = await run_in_threadpool(errors_as_csv, file.report, sayer(language_of(request)))
    return _csv(f"{file.kind}-refused.csv", text)


@guard.for_people("imports")
async def template_csv(request: Request) -> Response:
    """A file to begin from."""
    kind = KINDS.get(request.path_params["kind"])
    if kind is None:
        raise HTTPException(_MISSING)
    return _csv(f"{kind.name}.csv", template(kind))


def _csv(name: str, text: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)


ROUTES = (
    Route("/import", imports_page),
    Route("/import", look_post, methods=["POST"]),
    Route("/import/take", take_post, methods=["POST"]),
    Route("/import/templates/{kind}.csv", template_csv),
    Route("/import/refused/{word}.csv", errors_csv),
)
