"""The body of a request to the programming interface: read no further than its bound, then decoded."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

__all__ = ["RefusedBodyError", "decoded"]

T = TypeVar("T")


class RefusedBodyError(ValueError):
    """What came is no body for this request; ``status`` is HTTP's word for it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status

    def response(self) -> Response:
        """What the sender is told."""
        return JSONResponse({"error": str(self)}, status_code=self.status)


async def decoded(request: Request, decoder: msgspec.json.Decoder[T], most_bytes: int) -> T:
    """Read and decode. Raises ``RefusedBodyError``: 413 for more than ``most_bytes``, 400 for what is not the like."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > most_bytes:
            raise RefusedBodyError(413, f"a body of at most {most_bytes} bytes is taken here")
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise RefusedBodyError(400, str(error)) from None
