"""The price engine for other channels: a basket in, priced lines with their explanations out.

The handler's docstring holds its OpenAPI operation, as those of ``headoffice/console/api.py`` do.
"""

from __future__ import annotations

from typing import Final

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from headoffice.console.bodies import RefusedBodyError, decoded
from headoffice.console.guard import for_programs
from headoffice.console.services import services_of
from headoffice.quoting.teller import Asked, NoBookError

__all__ = ["ROUTES"]

_MOST_BYTES: Final = 262_144
_asked: Final = msgspec.json.Decoder(Asked)


@for_programs
async def quote(request: Request) -> Response:
    """What a basket costs.

    ---
    summary: What a basket costs, by the kiosks' own engine over the feed's newest book
    requestBody:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/QuoteRequest"}}}
    responses:
      "200":
        description: >-
          Lines with the offers on each and their shares, which sum exactly; sums, taxes, gifts; and what could not be
          priced. Nothing is kept or used up.
        content: {application/json: {schema: {$ref: "#/components/schemas/Quote"}}}
      "400": {description: "The body is no such basket; `error` says why."}
      "401": {description: A key is needed.}
      "413": {description: The body is larger than 256 KiB.}
      "503": {description: The feed has not told yet how the shop trades.}
    """
    try:
        asked = await decoded(request, _asked, _MOST_BYTES)
    except RefusedBodyError as refused:
        return refused.response()

    try:
        return JSONResponse(await run_in_threadpool(services_of(request).teller.tell, asked))
    except ValueError as error:
        return JSONResponse({"error": str(error)}, status_code=400)
    except NoBookError:
        return JSONResponse({"error": "the feed has not told yet how the shop trades"}, status_code=503)


ROUTES = [Route("/api/quote", quote, methods=["POST"])]
