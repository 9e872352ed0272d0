"""The programming interface, for drills and for other systems. Each handler's docstring holds its OpenAPI operation.

Behind ``---`` a docstring is YAML, from which ``headoffice/console/openapi.py`` makes ``docs/api/openapi.yaml``; a
test holds document, routes and answers together.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from headoffice import insight
from headoffice.console.guard import for_programs
from headoffice.console.services import services_of
from headoffice.feed_tables import FeedHead

__all__ = ["ROUTES"]


async def health(request: Request) -> Response:
    """Whether head office can do its work.

    ---
    summary: Whether head office can do its work
    security: []
    responses:
      "200":
        description: It can.
        content: {application/json: {schema: {$ref: "#/components/schemas/Health"}}}
      "503":
        description: Something is down; `trouble` says what.
        content: {application/json: {schema: {$ref: "#/components/schemas/Health"}}}
    """
    services = services_of(request)

    def look() -> int:
        with services.database.read() as session:
            return session.scalar(select(FeedHead.version)) or 0

    trouble = services.trouble()
    version = 0
    try:
        version = await run_in_threadpool(look)
    except SQLAlchemyError as error:
        trouble = [*trouble, f"the database cannot be read: {error.__class__.__name__}"]
    answer = {"release": services.release, "feed_version": version, "trouble": trouble}
    return JSONResponse(answer, status_code=503 if trouble else 200)


@for_programs
async def ledger_totals(request: Request) -> Response:
    """What the ledger holds of the kiosks' sales, to reconcile with.

    ---
    summary: What the ledger holds of the kiosks' sales, without samples, to reconcile with
    responses:
      "200":
        description: By kiosk and currency, in minor units; and how far each journal is stored.
        content: {application/json: {schema: {$ref: "#/components/schemas/Totals"}}}
      "401": {description: A key is needed.}
    """
    services = services_of(request)

    def look() -> dict[str, Any]:
        with services.database.read() as session:
            return insight.ledger_totals(session)

    return JSONResponse(await run_in_threadpool(look))


@for_programs
async def transaction(request: Request) -> Response:
    """One transaction of the ledger, whole.

    ---
    summary: One transaction of the ledger, whole
    parameters:
      - {name: uuid, in: path, required: true, schema: {type: string, format: uuid}}
    responses:
      "200":
        description: Header, lines with their offers, tenders, tax rows, and the digest of its journal record.
        content: {application/json: {schema: {$ref: "#/components/schemas/Transaction"}}}
      "401": {description: A key is needed.}
      "404": {description: The ledger holds no such transaction.}
    """
    services = services_of(request)

    def look() -> dict[str, Any] | None:
        with services.database.read() as session:
            found = insight.sale(session, request.path_params["uuid"])
            if found is None:
                return None
            return {
                "header": _fields(found.header),
                "lines": [_fields(row) for row in found.lines],
                "tenders": [_fields(row) for row in found.tenders],
                "taxes": [_fields(row) for row in found.taxes],
                "digest": found.digest,
            }

    answer = await run_in_threadpool(look)
    if answer is None:
        return JSONResponse({"error": "the ledger holds no such transaction"}, status_code=404)
    return JSONResponse(answer)


def _fields(row: DeclarativeBase) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


ROUTES = [
    Route("/api/health", health),
    Route("/api/ledger/totals", ledger_totals),
    Route("/api/transactions/{uuid}", transaction),
]
