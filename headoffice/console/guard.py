"""Who may see and do what: sessions, the token every form carries, and the headers every answer bears."""

from __future__ import annotations

import functools
import ipaddress
import secrets
from collections.abc import Awaitable, Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from headoffice.accounts import Standing
from headoffice.console.services import services_of
from headoffice.roles import Right, first_page

__all__ = [
    "Handler",
    "SecurityHeaders",
    "account_of",
    "address_of",
    "checked_form",
    "for_keys",
    "for_people",
    "for_programs",
    "form_token",
    "is_loopback",
    "rights",
    "sign_in",
    "sign_out",
    "still_in",
    "text_of",
]

Handler = Callable[[Request], Awaitable[Response]]
_ACCOUNT: Final = "account"
_TOKEN: Final = "token"  # noqa: S105 - the name of a field of the session, not a secret
_SESSION: Final = "session"
_SESSIONS: Final = "sessions"
_FORBIDDEN, _UNAUTHORISED = 403, 401


def account_of(request: Request) -> str:
    """The signed-in account's name; empty for nobody."""
    return str(request.session.get(_ACCOUNT, ""))


def sign_in(request: Request, account: str) -> None:
    """Begin a session. What was in the cookie before is dropped, but for the language."""
    language = request.session.get("language")
    standing = services_of(request).accounts.standing(account)
    request.session.clear()
    request.session[_ACCOUNT] = account
    request.session[_SESSION] = secrets.token_urlsafe(16)
    request.session[_SESSIONS] = standing.sessions if standing is not None else 0
    if language:
        request.session["language"] = language


def sign_out(request: Request) -> None:
    """End the session, in this browser and wherever else its cookie may be."""
    session = str(request.session.get(_SESSION, ""))
    if session:
        services_of(request).accounts.end_session(session)
    request.session.clear()


def _standing_now(request: Request) -> Standing | None:
    """Who sends this; ``None``: nobody, or nobody any more."""
    account, session = account_of(request), str(request.session.get(_SESSION, ""))
    accounts = services_of(request).accounts
    standing = accounts.standing(account) if account and session else None
    if standing is None or standing.sessions != request.session.get(_SESSIONS) or accounts.has_ended(session):
        return None
    return standing


async def _standing(request: Request) -> Standing | None:
    """As above, looked up once for a request: a role that was changed, or an account that was shut, is so at once."""
    if not hasattr(request.state, "standing"):
        request.state.standing = await run_in_threadpool(_standing_now, request)
    found: Standing | None = request.state.standing
    return found


async def rights(request: Request) -> frozenset[Right]:
    """What the page may show of what others may do: the rights of who looks at it."""
    standing = await _standing(request)
    return standing.rights if standing is not None else frozenset()


async def still_in(request: Request) -> bool:
    """Whether who opened a long answer may still have it."""
    return await run_in_threadpool(_standing_now, request) is not None


def form_token(request: Request) -> str:
    """What every form of this session must carry."""
    if _TOKEN not in request.session:
        request.session[_TOKEN] = secrets.token_urlsafe(24)
    return str(request.session[_TOKEN])


async def checked_form(request: Request) -> FormData:
    """The form, if it was made by a page of this session; otherwise an answer of 403."""
    form = await request.form()
    known, given = request.session.get(_TOKEN), form.get(_TOKEN)
    if not known or not isinstance(given, str) or not secrets.compare_digest(str(known), given):
        raise HTTPException(_FORBIDDEN, "stale")
    return form


def text_of(form: FormData, name: str) -> str:
    """A field as text; empty where it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def address_of(request: Request) -> str:
    """Where the request came from, as the socket says; headers are not believed."""
    return request.client.host if request.client else ""


def is_loopback(address: str) -> bool:
    """Whether this is the machine itself."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def for_people(right: Right | None) -> Callable[[Handler], Handler]:
    """Only for signed-in people whose role has the right (``None``: any); others are shown the way in, or told no."""

    def decorated(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def guarded(request: Request) -> Response:
            standing = await _standing(request)
            if standing is None:
                return RedirectResponse(f"/sign-in?next={request.url.path}", status_code=303)
            if right is None or right in standing.rights:
                return await handler(request)
            if request.url.path == "/" and (begins := first_page(standing.rights)) != "/":
                return RedirectResponse(begins, status_code=303)
            raise HTTPException(_FORBIDDEN, "role")

        guarded.right = right  # type: ignore[attr-defined] # what the table of pages is tested by
        return guarded

    return decorated


def for_programs(handler: Handler) -> Handler:
    """For a program with a key (``Authorization: Bearer ...``), or for people who may look."""

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        if "look" in await rights(request) or await run_in_threadpool(_has_key, request):
            return await handler(request)
        raise HTTPException(_UNAUTHORISED, "a key is needed", headers={"WWW-Authenticate": "Bearer"})

    return guarded


def for_keys(handler: Handler) -> Handler:
    """For a program with a key and nobody else: what it asks for is a deed, and a cookie is no form's token."""

    @functools.wraps(handler)
    async def guarded(request: Request) -> Response:
        if await run_in_threadpool(_has_key, request):
            return await handler(request)
        raise HTTPException(_UNAUTHORISED, "a key is needed", headers={"WWW-Authenticate": "Bearer"})

    return guarded


def _has_key(request: Request) -> bool:
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        return False
    services = services_of(request)
    demo = services.demo_token
    if demo and is_loopback(address_of(request)) and secrets.compare_digest(key, demo):
        return True
    return services.accounts.key_holder(key) is not None


class SecurityHeaders:
    """Nothing is loaded from elsewhere, and nobody may frame the pages; in a demo, pages of this machine may."""

    def __init__(self, app: ASGIApp, *, demo: bool) -> None:
        self._app = app
        framed_by = "http://127.0.0.1:* http://localhost:*" if demo else "'none'"
        self._policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:;"
            f" connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {framed_by}"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the headers to each answer."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = self._policy
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
