"""The application: routes, sessions and headers around the pages."""

from __future__ import annotations

import logging
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from headoffice.accounts import SESSION_HOURS
from headoffice.console import (
    api,
    attend,
    baskets,
    days,
    exits,
    hooks,
    imports,
    offers,
    points,
    quotes,
    recalls,
    value,
    views,
)
from headoffice.console.guard import SecurityHeaders
from headoffice.console.services import Services

__all__ = ["build_app"]

log = logging.getLogger(__name__)

_STATIC = Path(__file__).parent / "static"
_FONTS = Path(__file__).parents[2] / "ui" / "assets" / "fonts"
"""One set of fonts serves the kiosk's screen and these pages; without it the browser's own are used."""


async def _font(request: Request) -> Response:
    path = _FONTS / Path(request.path_params["name"]).name
    if path.suffix != ".ttf" or not path.is_file():
        raise HTTPException(404)
    return FileResponse(path, headers={"Cache-Control": "max-age=86400"})


async def _failed(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/api/") and isinstance(error, HTTPException):
        return JSONResponse({"error": error.detail}, status_code=error.status_code, headers=error.headers)
    return await views.error_page(request, error)


async def _broken(request: Request, error: Exception) -> Response:
    """A defect, or a database that cannot be used: said on a page if one can still be made, else in a line."""
    try:
        return await views.error_page(request, error)
    except Exception:
        log.exception("not even the page that says so can be made")
        return PlainTextResponse("Something went wrong at head office. Nothing was lost; its log says more.", 500)


def build_app(services: Services) -> Starlette:
    """The console on ``services``."""
    app = Starlette(
        routes=[
            Route("/", views.page("now")),
            Route("/prices", views.page("prices"), name="prices"),
            Route("/prices/{item_id:path}", views.price_post, methods=["POST"]),
            Route("/stock", views.page("stock")),
            Route("/letters", views.page("letters")),
            Route("/sales/{uuid}", views.sale_page),
            Route("/part/{name}", views.part),
            Route("/live", views.live),
            Route("/sign-in", views.sign_in_page, methods=["GET", "POST"]),
            Route("/sign-out", views.sign_out, methods=["POST"]),
            Route("/enter/{token}", views.demo_enter),
            *attend.ROUTES,
            *offers.ROUTES,
            *imports.ROUTES,
            *recalls.ROUTES,
            *points.ROUTES,
            *value.ROUTES,
            *days.ROUTES,
            *api.ROUTES,
            *quotes.ROUTES,
            *exits.ROUTES,
            *baskets.ROUTES,
            *hooks.ROUTES,
            Route("/static/fonts/{name}", _font),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[
            Middleware(SecurityHeaders, demo=bool(services.demo_token)),
            Middleware(
                SessionMiddleware,
                secret_key=services.session_secret,
                session_cookie="headoffice",
                max_age=SESSION_HOURS * 3600,
                same_site="strict",
                https_only=services.behind_tls,
            ),
        ],
        exception_handlers={HTTPException: _failed, Exception: _broken},
    )
    app.state.services = services
    return app
