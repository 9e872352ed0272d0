"""An acquirer behind a plain REST interface: JSON over HTTPS, a bearer key, notices signed with HMAC-SHA256.

Fits: payment service providers whose interface is of this shape, with small changes; it is spoken by the bench's own
(``bench/far_ends/acquirer/rest.py``). It was tried against no bank's and no provider's live service.

| asked | answered |
|---|---|
| ``PUT /v1/charges/{reference}`` ``{"amount_minor", "currency", "seconds"}`` | the charge; the same one when repeated |
| ``GET /v1/charges/{reference}`` | the charge, or 404 |
| ``POST /v1/charges/{reference}/cancel`` | the charge as it then stands, or 404 |
| ``PUT /v1/charges/{reference}/refunds/{refund}`` ``{"amount_minor", "currency"}`` | ``{"status"}``, see below |

A charge is ``{"reference", "status", "payload", "left_ms", "paid_minor", "currency", "refunded_minor",
"bank_reference", "scheme"}``; a refund's status is ``done``, ``pending`` or ``refused``. ``Authorization: Bearer``
carries the key. 4xx is a refusal; 408, 409, 425, 429 and 5xx say nothing of what was done.

A notice is ``POST``ed to head office's ``/hooks/acquirer/{tender}`` as ``{"event", "reference"}`` with
``X-Signature: t=<Unix seconds>,v1=<hex>``: HMAC-SHA256 under the shared secret over ``<t>.<body>``. One that is more
than five minutes old or ahead is refused.
"""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from headoffice.acquirers.contract import (
    AcquirerRefusedError,
    AcquirerSilentError,
    Charge,
    NoticeRefusedError,
    RefundStage,
)

__all__ = ["RestAcquirer", "signature"]

_LONGEST: Final = 64 * 1024
_TOLERANCE_S: Final = 300
_STEPS: Final = 3
"""Connect, send, receive: no call takes longer than so many steps, however slowly it is answered."""
_NOT_FOUND: Final = 404
_SAYS_NOTHING: Final = frozenset({408, 409, 425, 429})
_REFUSALS: Final = range(400, 500)
_DONE: Final = range(200, 300)
_SIGNED = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)

_Amount = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
_Short = Annotated[str, msgspec.Meta(max_length=256)]


class _Told(msgspec.Struct, frozen=True):
    """A charge as it lies on the wire."""

    reference: _Short
    status: str
    payload: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    left_ms: _Amount = 0
    paid_minor: _Amount = 0
    currency: _Short = ""
    refunded_minor: _Amount = 0
    bank_reference: _Short = ""
    scheme: _Short = ""


class _Refund(msgspec.Struct, frozen=True):
    status: RefundStage


class _Notice(msgspec.Struct, frozen=True):
    reference: _Short


def signature(secret: bytes, at_s: int, body: bytes) -> str:
    """The ``X-Signature`` of a notice.

    >>> signature(b"secret", 1700000000, b"{}")[:24]
    't=1700000000,v1=b8569b78'
    """
    signed = hmac.new(secret, f"{at_s}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at_s},v1={signed}"


class RestAcquirer:
    """An ``Acquirer``. ``url`` is where ``/v1`` lies; ``timeout_s`` bounds each step of a call."""

    def __init__(
        self, url: str, *, key: str, secret: bytes, timeout_s: float = 4.0, tls: ssl.SSLContext | None = None
    ) -> None:
        self._parts = urlsplit(url)
        self._key, self._secret, self._timeout_s, self._tls = key, secret, timeout_s, tls

    def create(self, request: str, amount_minor: int, currency: str, *, seconds: int) -> Charge:
        """See ``Acquirer``."""
        wanted = {"amount_minor": amount_minor, "currency": currency, "seconds": seconds}
        found = self._charge("PUT", f"/v1/charges/{quote(request, safe='')}", request, wanted)
        if found is None:
            message = "it knows no charges at all (404)"
            raise AcquirerRefusedError(message)
        return found

    def look(self, request: str) -> Charge | None:
        """See ``Acquirer``."""
        return self._charge("GET", f"/v1/charges/{quote(request, safe='')}", request)

    def cancel(self, request: str) -> Charge | None:
        """See ``Acquirer``."""
        return self._charge("POST", f"/v1/charges/{quote(request, safe='')}/cancel", request, {})

    def refund(self, request: str, amount_minor: int, currency: str, *, refund: str = "") -> RefundStage:
        """See ``Acquirer``. That of the whole bears the request's own name."""
        name, part = quote(request, safe=""), quote(refund or request, safe="")
        status, body = self._call(
            "PUT", f"/v1/charges/{name}/refunds/{part}", {"amount_minor": amount_minor, "currency": currency}
        )
        if status == _NOT_FOUND:
            message = "it knows no such charge to give back"
            raise AcquirerRefusedError(message)
        stage: RefundStage = _read(body, _Refund).status
        return stage

    def noticed(self, headers: Mapping[str, str], body: bytes, now_s: int) -> str:
        """See ``Acquirer``."""
        found = _SIGNED.fullmatch(headers.get("x-signature", ""))
        if found is None:
            message = "it bears no signature"
            raise NoticeRefusedError(message)
        at_s = int(found[1])
        if not hmac.compare_digest(signature(self._secret, at_s, body), found[0]):
            message = "its signature is wrong"
            raise NoticeRefusedError(message)
        if abs(now_s - at_s) > _TOLERANCE_S:
            message = f"it was signed {now_s - at_s} s ago"
            raise NoticeRefusedError(message)
        try:
            return msgspec.json.decode(body, type=_Notice).reference
        except (msgspec.MsgspecError, RecursionError) as error:
            message = f"it cannot be read: {error}"
            raise NoticeRefusedError(message) from error

    # --- one call ------------------------------------------------------------------------------------------------

    def _charge(self, method: str, path: str, request: str, sent: dict[str, Any] | None = None) -> Charge | None:
        status, body = self._call(method, path, sent)
        if status == _NOT_FOUND:
            return None
        told = _read(body, _Told)
        if told.reference != request:
            message = f"asked about {request}, it speaks of {told.reference}"
            raise AcquirerSilentError(message)
        given = msgspec.to_builtins(told)
        given["reference"] = given.pop("bank_reference")
        try:
            return msgspec.convert(given, Charge)
        except msgspec.ValidationError as error:
            message = f"a charge that is none: {error}"
            raise AcquirerSilentError(message) from error

    def _call(self, method: str, path: str, sent: dict[str, Any] | None = None) -> tuple[int, bytes]:
        body = None if sent is None else json.dumps(sent).encode()
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = self._connection()
        try:
            connection.connect()
            with _hung_up_after(_STEPS * self._timeout_s, connection.sock):
                connection.request(method, self._parts.path.rstrip("/") + path, body, headers)
                answer = connection.getresponse()
                status, content = answer.status, answer.read(_LONGEST + 1)
        except (OSError, http.client.HTTPException) as error:
            message = f"{method} {path}: {error!r}"
            raise AcquirerSilentError(message) from error
        finally:
            connection.close()
        return _judged(status, content)

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self._timeout_s)
        return http.client.HTTPSConnection(host, port, timeout=self._timeout_s, context=self._tls)


@contextmanager
def _hung_up_after(seconds: float, line: socket.socket) -> Iterator[None]:
    """A socket's own time-out bounds only the wait for the next byte."""

    def hang_up() -> None:
        with suppress(OSError):
            socket.socket.shutdown(line, socket.SHUT_RDWR)  # past TLS, whose own state another thread is using

    watch = threading.Timer(seconds, hang_up)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def _judged(status: int, content: bytes) -> tuple[int, bytes]:
    if status in _REFUSALS and status != _NOT_FOUND and status not in _SAYS_NOTHING:
        message = f"it refused with {status}: {content[:200]!r}"
        raise AcquirerRefusedError(message)
    if (status not in _DONE and status != _NOT_FOUND) or len(content) > _LONGEST:
        message = f"it answered {status} with {len(content)} bytes"
        raise AcquirerSilentError(message)
    return status, content


def _read(body: bytes, kind: type[Any]) -> Any:  # noqa: ANN401 - of that kind
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        message = f"its answer cannot be read: {error}"
        raise AcquirerSilentError(message) from error
