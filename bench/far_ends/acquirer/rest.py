"""A small payment service provider: REST on loopback, a bearer key, signed notices, and a shopper's telephone as knobs.

Run it: ``python -m bench.far_ends.acquirer.rest --charges FILE --key-file K --secret-file S --hook URL``. It
prints ``{"url": ...}`` when it is ready. It speaks the protocol that ``headoffice/acquirers/rest.py`` documents, and
was written against that table, not against that code.

The telephone is the knob ``pay``: it pays the charge that was begun last, as somebody would who scans the code on show.
``pay_late`` pays one that was cancelled or has expired, as a bank does whose word was under way.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import secrets
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bench.far_ends.acquirer import emv
from bench.far_ends.acquirer.memory import Charge, Memory
from bench.far_ends.acquirer.notices import Manner, Notices
from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel, KnobRefusedError

__all__ = ["Provider", "main"]

_LONGEST_DELAY_MS = 600_000
_BANK = "00000000"
"""Where an end-to-end id of Pix names the payer's bank: E, eight figures, the minute in UTC, eleven characters."""


class _Server(uvicorn.Server):
    """Signals are the program's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave them alone."""
        yield


class Provider:
    """``start``, then knobs and clients do the rest, then ``close``. ``codes``: it makes the codes itself."""

    def __init__(
        self, charges: Path, *, key: str, secret: str, hook: str = "", merchant: str = "Bench", codes: bool = True
    ) -> None:
        self.memory = Memory(charges)
        self.notices = Notices(hook, secret)
        self._key, self._merchant, self._codes = key, merchant, codes
        self._silence: Literal["off", "before", "after"] = "off"
        self._auto: Literal["off", "pay", "decline"] = "off"
        self._refunds: Literal["done", "pending", "refused"] = "done"
        self._delay_ms = 0
        self._events = 0
        self._port = 0
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None
        knobs = (
            self.pay, self.pay_late, self.decline, self.expire, self.auto, self.silence, self.delay, self.notice,
            self.replay, self.refunds, self.unplug, self.plug,
        )  # fmt: skip
        self.panel = KnobPanel(name="acquirer", category="acquirer", model="rest", knobs=knobs, state=self._state)

    async def start(self, port: int = 0) -> str:
        """Listen on loopback (0: any free port); gives the address."""
        listening = socket.socket()
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        self._port = listening.getsockname()[1]
        config = uvicorn.Config(
            self._app(), log_level="warning", access_log=False, lifespan="off", timeout_graceful_shutdown=1
        )
        self._server = _Server(config)
        self._serving = asyncio.get_running_loop().create_task(self._server.serve([listening]))
        return f"http://127.0.0.1:{self._port}"

    async def close(self) -> None:
        """Hang up; the memory is on disk already."""
        await self.notices.close()
        await self._hang_up()
        await self.panel.close()

    # --- the telephone and the bank: knobs -------------------------------------------------------------------------

    async def pay(self, *, amount_minor: int = 0) -> dict[str, Any]:
        """Scan the code that was shown last and pay it; another amount than it asks where one is given."""
        charge = self.memory.newest("waiting")
        if charge is None:
            text = "no code waits to be paid"
            raise KnobRefusedError(text)
        return self._paid(charge, amount_minor)

    async def pay_late(self) -> dict[str, Any]:
        """Let a payment through for the charge that was cancelled or expired last."""
        charge = self.memory.newest("cancelled", "expired", "declined")
        if charge is None:
            text = "no charge was cancelled or has expired"
            raise KnobRefusedError(text)
        return self._paid(charge, 0)

    async def decline(self) -> None:
        """The bank declines the payment of the code that was shown last."""
        self._end("declined")

    async def expire(self) -> None:
        """The time of the code that was shown last is up."""
        self._end("expired")

    async def auto(self, *, outcome: Literal["off", "pay", "decline"]) -> None:
        """Pay or decline every charge as soon as it is begun."""
        self._auto = outcome

    async def silence(self, *, kind: Literal["off", "before", "after"]) -> None:
        """Answer nothing: before (nothing is done) or after (it is done all the same)."""
        self._silence = kind

    async def delay(self, *, milliseconds: int) -> None:
        """Wait this long before doing anything that is asked."""
        if not 0 <= milliseconds <= _LONGEST_DELAY_MS:
            text = f"milliseconds is 0 to {_LONGEST_DELAY_MS}"
            raise KnobRefusedError(text)
        self._delay_ms = milliseconds

    async def notice(self, *, manner: Literal["once", "twice", "off", "forged", "stale"], delay_ms: int = 0) -> None:
        """How the shop is told of what happens, and how late."""
        chosen: Manner = manner
        self.notices.manner, self.notices.delay_s = chosen, max(0, delay_ms) / 1000

    async def replay(self) -> int:
        """Send every notice of the day again, the newest first."""
        return self.notices.replay()

    async def refunds(self, *, manner: Literal["done", "pending", "refused"]) -> None:
        """How money is given back when that is asked for."""
        self._refunds = manner

    async def unplug(self) -> None:
        """Be out of reach; what it remembers stays."""
        await self._hang_up()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Be in reach again, at the same address."""
        if self._server is None:
            await self.start(self._port)
            self.panel.tell("plugged", plugged=True)

    def _state(self) -> Mapping[str, object]:
        waiting = self.memory.newest("waiting")
        return {
            "plugged": self._server is not None,
            "silence": self._silence,
            "auto": self._auto,
            "refunds": self._refunds,
            "notices_taken": self.notices.taken,
            "shown": _shown(waiting) if waiting is not None else None,
        }

    # --- what happens to a charge ----------------------------------------------------------------------------------

    def _paid(self, charge: Charge, amount_minor: int) -> dict[str, Any]:
        amount = amount_minor or charge.amount_minor
        name = f"E{_BANK}{time.strftime('%Y%m%d%H%M', time.gmtime())}{secrets.token_hex(6)[:11]}"
        self.memory.note("paid", charge.reference, amount_minor=amount, currency=charge.currency, bank_reference=name)
        self._tell(charge)
        return {"reference": charge.reference, "amount_minor": amount, "bank_reference": name}

    def _end(self, what: str) -> None:
        charge = self.memory.newest("waiting")
        if charge is None:
            text = "no code waits to be paid"
            raise KnobRefusedError(text)
        self.memory.note(what, charge.reference)
        self._tell(charge)

    def _tell(self, charge: Charge) -> None:
        self._events += 1
        self.panel.tell("charge", **_shown(charge))
        self.notices.send(self._events, charge.reference)

    # --- the interface ---------------------------------------------------------------------------------------------

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/v1/charges/{reference}", self._serve, methods=["GET", "PUT"]),
                Route("/v1/charges/{reference}/cancel", self._serve, methods=["POST"]),
                Route("/v1/charges/{reference}/refunds/{refund}", self._serve, methods=["PUT"]),
            ]
        )

    async def _serve(self, request: Request) -> Response:
        if request.headers.get("authorization") != f"Bearer {self._key}":
            return JSONResponse({"error": "the key is wrong"}, 401)
        asked = await request.json() if request.method != "GET" else {}
        await asyncio.sleep(self._delay_ms / 1000)
        if self._silence == "before":
            return await _say_nothing(request)
        answer = self._answer(request, asked)
        return await _say_nothing(request) if self._silence == "after" else answer

    def _answer(self, request: Request, asked: dict[str, Any]) -> Response:
        reference = request.path_params["reference"]
        if request.url.path.endswith("/cancel"):
            return self._cancel(reference)
        if "refund" in request.path_params:
            return self._refund(reference, request.path_params["refund"], asked)
        if request.method == "PUT":
            return self._create(reference, asked)
        return self._told(self.memory.standing(reference))

    def _create(self, reference: str, asked: dict[str, Any]) -> Response:
        amount, currency, seconds = asked.get("amount_minor"), asked.get("currency"), asked.get("seconds")
        known = self.memory.standing(reference)
        if known is not None:
            same = (known.amount_minor, known.currency) == (amount, currency)
            return self._told(known) if same else JSONResponse({"error": "another charge has this name"}, 422)
        if not (type(amount) is int and amount > 0 and type(seconds) is int and isinstance(currency, str)):
            return JSONResponse({"error": "a charge has an amount, a currency and a time"}, 422)
        try:
            payload = emv.code(reference, amount, currency, self._merchant)
        except KeyError:
            return JSONResponse({"error": f"{currency} is not taken"}, 422)
        charge = self.memory.note(
            "created",
            reference,
            amount_minor=amount,
            currency=currency,
            payload=payload if self._codes else "",
            expires=time.time() + seconds,
        )
        self.panel.tell("charge", **_shown(charge))
        answer = self._told(charge)
        if self._auto == "pay":
            self._paid(charge, 0)
        elif self._auto == "decline":
            self._end("declined")
        return answer

    def _cancel(self, reference: str) -> Response:
        charge = self.memory.standing(reference)
        if charge is not None and charge.status == "waiting":
            charge = self.memory.note("cancelled", reference)
            self._tell(charge)
        return self._told(charge)

    def _refund(self, reference: str, refund: str, asked: dict[str, Any]) -> Response:
        charge = self.memory.standing(reference)
        if charge is None:
            return JSONResponse({"error": "no such charge"}, 404)
        if refund in charge.refunds:
            return JSONResponse({"status": "done"})
        amount = asked.get("amount_minor")
        if type(amount) is not int or not 0 < amount <= charge.paid_minor - charge.refunded_minor:
            return JSONResponse({"error": "more than came cannot go back"}, 422)
        if self._refunds == "done":
            self.memory.note("refunded", reference, refund=refund, amount_minor=amount, currency=charge.currency)
            self._tell(charge)
        return JSONResponse({"status": self._refunds})

    def _told(self, charge: Charge | None) -> Response:
        if charge is None:
            return JSONResponse({"error": "no such charge"}, 404)
        told = dataclasses.asdict(charge)
        del told["refunds"], told["expires"], told["amount_minor"]
        left_ms = max(0, round((charge.expires - time.time()) * 1000)) if charge.status == "waiting" else 0
        return JSONResponse({**told, "left_ms": left_ms, "scheme": emv.scheme_of(charge.currency)})

    async def _hang_up(self) -> None:
        server, serving, self._server, self._serving = self._server, self._serving, None, None
        if server is not None and serving is not None:
            server.should_exit = server.force_exit = True
            await serving


async def _say_nothing(request: Request) -> Response:
    """Until whoever asked has hung up."""
    while not await request.is_disconnected():  # noqa: ASYNC110 - there is nothing to wait on
        await asyncio.sleep(0.02)
    return Response(status_code=499)


def _shown(charge: Charge) -> dict[str, object]:
    return {
        "reference": charge.reference,
        "status": charge.status,
        "amount_minor": charge.amount_minor,
        "paid_minor": charge.paid_minor,
        "refunded_minor": charge.refunded_minor,
        "currency": charge.currency,
    }


async def _run(arguments: argparse.Namespace) -> None:
    provider = Provider(
        arguments.charges,
        key=arguments.key_file.read_text(encoding="ascii").strip(),
        secret=arguments.secret_file.read_text(encoding="ascii").strip(),
        hook=arguments.hook,
        merchant=arguments.merchant,
        codes=not arguments.no_codes,
    )
    url = await provider.start(arguments.port)
    if arguments.knob_socket:
        await provider.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"url": url, "knob_socket": arguments.knob_socket})
    finally:
        await provider.close()


def main(given: list[str] | None = None) -> int:
    """Run the provider until it is told to stop; prints ``{"url": address}`` when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.acquirer.rest", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0: any free one")
    parser.add_argument("--charges", type=Path, required=True, help="the provider's memory, JSON lines")
    parser.add_argument("--key-file", type=Path, required=True, help="what clients show as their bearer key")
    parser.add_argument("--secret-file", type=Path, required=True, help="what notices are signed with")
    parser.add_argument("--hook", default="", help="where notices go; nowhere without it")
    parser.add_argument("--merchant", default="Bench", help="the shop's name in the code")
    parser.add_argument("--no-codes", action="store_true", help="leave it to the shop to make the codes")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
