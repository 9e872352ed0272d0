"""Where acquirers tell of payments: their own signature is their only key, and nothing else is believed of a notice.

``POST /hooks/acquirer/{tender}`` is answered with 204 once the notice is taken in, 401 where it is none of theirs, 404
for a tender without an acquirer, 413 for more than 64 KiB and 503 where it should come again.
"""

from __future__ import annotations

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from headoffice.acquirers.contract import NoticeRefusedError
from headoffice.console.services import services_of

__all__ = ["ROUTES"]

log = logging.getLogger(__name__)

_LONGEST = 64 * 1024
_TAKEN, _REFUSED, _UNKNOWN, _TOO_LONG, _LATER = 204, 401, 404, 413, 503


async def acquirer(request: Request) -> Response:
    """A notice of an acquirer."""
    services = services_of(request)
    cashier, tender = services.cashier, request.path_params["tender"]
    till = cashier.tills.get(tender) if cashier is not None else None
    if cashier is None or till is None:
        return PlainTextResponse("there is no such acquirer", _UNKNOWN)
    body = await _body(request)
    if body is None:
        return PlainTextResponse("too long", _TOO_LONG)
    try:
        named = till.acquirer.noticed(dict(request.headers), body, services.clock() // 1000)
    except NoticeRefusedError as error:
        log.warning("a notice for %s was refused: %s", tender, error)
        return PlainTextResponse("not taken", _REFUSED)
    taken = await run_in_threadpool(cashier.noticed, named)
    return Response(status_code=_TAKEN if taken else _LATER)


async def _body(request: Request) -> bytes | None:
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > _LONGEST:
            return None
    return content


ROUTES = [Route("/hooks/acquirer/{tender}", acquirer, methods=["POST"])]
