"""The programming interface of the counter; docstrings hold OpenAPI, as in ``api``."""

from __future__ import annotations

from typing import Annotated

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from headoffice.console.bodies import RefusedBodyError, decoded
from headoffice.console.guard import for_keys
from headoffice.console.services import services_of
from headoffice.counter_desk import take_by_slip

__all__ = ["ROUTES", "BasketWanted"]

_MOST_BYTES = 4_096


class BasketWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A counter's question. ``again``: its staff say that the lane it was given to will not go on with it."""

    store: str
    counter: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    code: str
    again: bool = False


_wanted = msgspec.json.Decoder(BasketWanted)


@for_keys
async def basket_take(request: Request) -> Response:
    """Take a parked basket by the code on its slip, once.

    ---
    summary: Take a parked basket by the code on its slip, once
    requestBody:
      required: true
      content: {application/json: {schema: {$ref: "#/components/schemas/BasketTakeRequest"}}}
    responses:
      "200":
        description: >-
          `given` (it is this counter's alone; asked again by the same counter it is the same answer), or why not:
          `wrong` (no kiosk of this retailer made it), `other_shop`, `expired`, `taken` (given to a lane that has not
          said that it goes on with it; `again` takes it from that one), `gone`, `unknown`, or `elsewhere` (only its own
          lane may go on with it).
        content: {application/json: {schema: {$ref: "#/components/schemas/BasketTaken"}}}
      "400": {description: "The body is no such question; `error` says why."}
      "401": {description: A key is needed.}
      "413": {description: The body is larger than 4 KiB.}
    """
    services = services_of(request)
    try:
        asked = await decoded(request, _wanted, _MOST_BYTES)
    except RefusedBodyError as refused:
        return refused.response()

    now = services.clock()
    found = await run_in_threadpool(
        lambda: take_by_slip(
            services.database, asked.store, asked.code, counter=asked.counter, now_ms=now, again=asked.again
        )
    )
    return JSONResponse(msgspec.to_builtins(found))


ROUTES = [Route("/api/basket", basket_take, methods=["POST"])]
