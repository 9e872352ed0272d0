"""The programming interface of exit gates; docstrings hold OpenAPI, as in ``api``."""

from __future__ import annotations

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from headoffice.console.bodies import RefusedBodyError, decoded
from headoffice.console.guard import for_keys
from headoffice.console.services import services_of
from headoffice.exits.register import verify

__all__ = ["ROUTES", "ExitAsked"]

_MOST_BYTES = 4_096


class ExitAsked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A gate's question."""

    store: str
    gate: str
    code: str


_asked = msgspec.json.Decoder(ExitAsked)


@for_keys
async def exit_verify(request: Request) -> Response:
    """Whether a code opens an exit gate, once for each sale.

    ---
    summary: Whether a code opens an exit gate, once for each sale
    requestBody:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/ExitRequest"}}}
    responses:
      "200":
        description: >-
          `open` (noted: it opens no other gate), `used`, `expired` (or from a clock that is ahead), or `wrong`: no
          kiosk of this shop made it.
        content: {application/json: {schema: {$ref: "#/components/schemas/ExitVerdict"}}}
      "400": {description: "The body is no such question; `error` says why."}
      "401": {description: A key is needed.}
      "413": {description: The body is larger than 4 KiB.}
    """
    services = services_of(request)
    try:
        asked = await decoded(request, _asked, _MOST_BYTES)
    except RefusedBodyError as refused:
        return refused.response()

    now = services.clock()
    verdict = await run_in_threadpool(
        lambda: verify(services.database, asked.store, asked.code, gate=asked.gate, now_ms=now)
    )
    return JSONResponse({"verdict": verdict})


ROUTES = [Route("/api/exit", exit_verify, methods=["POST"])]
