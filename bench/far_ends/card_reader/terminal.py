"""A card terminal behind its wire: one payment at a time, cards tapped by knobs, every charge remembered on disk.

Each wire's far end subclasses it. A request seen again is never charged again: its first outcome is the answer. A
payment whose till is gone stays on the display until it is tapped or aborted. A day is what was taken and given back
since a till ended the last one.

The charges file is append-only JSON lines, on disk before the answer: ``what`` is ``approved``, ``declined``,
``cancelled`` or ``reversed``, with ``request``, ``amount_minor``, ``currency``, ``kind``, ``reference``, ``time``; or
``day_ended``, with ``number``.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from bench.knobs import KnobPanel, KnobRefusedError

__all__ = ["ACQUIRER", "TERMINAL_ID", "Charges", "Day", "Pending", "Silence", "VirtualTerminal", "slip"]

ACQUIRER, TERMINAL_ID = "Bench Bank", "BENCH007"
_LONGEST_DELAY_MS = 600_000
_TOLD = (
    "request", "currency", "approval_code", "brand", "masked_pan", "reference", "reason", "signature", "acquirer",
    "terminal_id", "entry",
)  # fmt: skip

Silence = Literal["off", "before", "after_charge"]


@dataclass(slots=True)
class Day:
    """What was taken and what was given back since the day before ended."""

    number: int = 1
    taken: list[dict[str, Any]] = field(default_factory=list)
    returned: list[dict[str, Any]] = field(default_factory=list)

    @property
    def amount_minor(self) -> int:
        """Taken less given back."""
        taken, returned = (sum(int(deed["amount_minor"]) for deed in deeds) for deeds in (self.taken, self.returned))
        return taken - returned


class Charges:
    """The terminal's own memory: one file, one line a deed, fsynced."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.outcomes: dict[str, dict[str, Any]] = {}
        self.reversed: dict[str, dict[str, Any]] = {}
        self.day = Day()
        file.parent.mkdir(parents=True, exist_ok=True)
        content = file.read_bytes() if file.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        if whole != content:  # a line torn by a power cut was never answered
            os.truncate(file, len(whole))
        for line in whole.splitlines():
            self._apply(json.loads(line))

    def append(self, what: str, **told: object) -> dict[str, Any]:
        """Write one deed to disk and give it back with its time."""
        deed: dict[str, Any] = {"what": what, **told, "time": datetime.now(UTC).isoformat(timespec="milliseconds")}
        with self._file.open("ab") as out:
            out.write(json.dumps(deed).encode() + b"\n")
            out.flush()
            os.fsync(out.fileno())
        self._apply(deed)
        return deed

    def _apply(self, deed: dict[str, Any]) -> None:
        match deed["what"]:
            case "day_ended":
                self.day = Day(deed["number"] + 1)
            case "refunded":
                self.outcomes[deed["request"]] = deed
                self.day.returned.append(deed)
            case "reversed":
                self.reversed[deed["request"]] = deed
                self.day.returned.append(deed)
            case what:
                self.outcomes[deed["request"]] = deed
                if what == "approved":
                    self.day.taken.append(deed)


@dataclass(frozen=True, slots=True)
class Pending:
    """The payment on the display."""

    request: str
    amount_minor: int
    currency: str
    kind: str
    more: Mapping[str, object]
    """What this wire's terminal remembers of it besides."""
    done: asyncio.Future[dict[str, Any]]


def slip(deed: Mapping[str, Any]) -> tuple[str, ...]:
    """The cardholder's copy of an approved payment, or of a refund."""
    amount = f"{deed['amount_minor'] // 100}.{deed['amount_minor'] % 100:02} {deed['currency']}"
    signed = ("SIGNATURE CHECKED BY STAFF",) if deed["signature"] else ()
    return (
        "CARDHOLDER COPY",
        f"{deed['brand']} {deed['masked_pan']}",
        "AID A0000000031010",
        f"AMOUNT {amount}",
        f"AUTH {deed['approval_code']}  TID {deed['terminal_id']}",
        *signed,
        "REFUNDED" if deed["what"] == "refunded" else "APPROVED",
    )


class VirtualTerminal:
    """What every wire's terminal can do; a subclass brings the wire, ``unplug``, ``plug`` and more knobs."""

    model = ""

    def __init__(self, charges: Path, *, name: str, knobs: tuple[Callable[..., Awaitable[object]], ...]) -> None:
        self.charges = Charges(charges)
        self.pending: Pending | None = None
        self.silenced: Silence = "off"
        self.delay_ms = 0
        self._auto: Literal["off", "approve", "decline"] = "off"
        every: tuple[Callable[..., Awaitable[object]], ...]
        every = (self.tap, self.by_hand, self.silence, self.auto, self.delay, *knobs)
        self.panel = KnobPanel(name=name, category="card_reader", model=self.model, knobs=every, state=self._state)

    def prompted(self, prompt: str, request: str) -> None:
        """Tell the tills what is asked of the shopper, on a wire that has words for it."""

    def wired(self) -> Mapping[str, object]:
        """What a late watcher must know of the wire."""
        return {}

    async def tap(
        self, *, outcome: Literal["approve", "decline", "partial", "signature"], amount_minor: int = 0
    ) -> dict[str, Any]:
        """Tap a card on the payment that waits; partial approves amount_minor of it, signature wants one judged."""
        pending = self.pending
        if pending is None:
            text = "no payment waits for a card"
            raise KnobRefusedError(text)
        if outcome == "partial" and not 0 < amount_minor < pending.amount_minor:
            text = f"a partial approval is 1 to {pending.amount_minor - 1}"
            raise KnobRefusedError(text)
        approved = {"partial": amount_minor, "decline": 0}.get(outcome, pending.amount_minor)
        reason = "the bank declined" if outcome == "decline" else ""
        return self.settle(pending, approved, reason, signature=outcome == "signature")

    async def by_hand(self, *, amount_minor: int) -> dict[str, Any]:
        """Take a payment keyed in at the terminal itself, of which no till knows."""
        if self.pending is not None or amount_minor <= 0:
            text = "a payment waits for a card" if self.pending is not None else "an amount is above 0"
            raise KnobRefusedError(text)
        request = f"by-hand-{len(self.charges.outcomes) + 1}"
        done: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        currency = next((deed["currency"] for deed in self.charges.outcomes.values()), "EUR")
        more = self.marked(request)
        return self.settle(Pending(request, amount_minor, currency, "card", more, done), amount_minor, "")

    def marked(self, request: str) -> Mapping[str, object]:  # noqa: ARG002  for the wires that mark a payment
        """What is written down beside a payment that no till has asked for."""
        return {}

    def end_day(self) -> Day:
        """End the terminal's day; gives what it came to."""
        ended = self.charges.day
        self.charges.append("day_ended", number=ended.number, amount_minor=ended.amount_minor)
        self.panel.tell("day_ended", number=ended.number, amount_minor=ended.amount_minor)
        return ended

    async def silence(self, *, kind: Silence) -> None:
        """Answer nothing: before (new requests are never got) or after_charge (they are, and may charge)."""
        self.silenced = kind

    async def auto(self, *, outcome: Literal["off", "approve", "decline"]) -> None:
        """Settle every payment at once, without a tap."""
        self._auto = outcome
        if self.pending is not None and outcome != "off":
            self.settle(self.pending, self.pending.amount_minor if outcome == "approve" else 0, "")

    async def delay(self, *, milliseconds: int) -> None:
        """Wait this long before doing anything that is asked."""
        if not 0 <= milliseconds <= _LONGEST_DELAY_MS:
            text = f"milliseconds is 0 to {_LONGEST_DELAY_MS}"
            raise KnobRefusedError(text)
        self.delay_ms = milliseconds

    async def charge(self, request: str, amount_minor: int, currency: str, kind: str, **more: object) -> dict[str, Any]:
        """Wait for a card; gives the payment. ``more`` is written down beside it."""
        if request in self.charges.outcomes:
            return self.payment(request)
        if self.pending is not None and self.pending.request != request:
            return {"request": request, "outcome": "declined", "reason": "busy with another payment"}
        if self.pending is None:
            done: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
            self.pending = Pending(request, amount_minor, currency, kind, more, done)
            self.panel.tell("pending", request=request, amount_minor=amount_minor, currency=currency, kind=kind)
        pending = self.pending
        self.prompted("present_card" if kind == "card" else "wait", request)
        if self._auto != "off":
            self.settle(pending, amount_minor if self._auto == "approve" else 0, "")
        return await asyncio.shield(pending.done)

    def settle(
        self, pending: Pending, approved_minor: int, reason: str, what: str = "", *, signature: bool = False
    ) -> dict[str, Any]:
        """Write down what became of the payment on the display and tell everybody."""
        serial = f"{len(self.charges.outcomes) + 1:06}"
        card: dict[str, object] = {}
        if approved_minor:
            card = {"approval_code": serial, "brand": "Bench", "masked_pan": "************0007", "signature": signature}
            card |= {"acquirer": ACQUIRER, "terminal_id": TERMINAL_ID, "entry": "contactless"}
        self.pending = None
        done = "refunded" if "refund_of" in pending.more else "approved"
        self.charges.append(
            what or (done if approved_minor else "declined"),
            request=pending.request,
            amount_minor=approved_minor,
            requested_minor=pending.amount_minor,
            currency=pending.currency,
            kind=pending.kind,
            reference=f"T{serial}",
            reason=reason,
            **card,
            **pending.more,
        )
        payment = self.payment(pending.request)
        pending.done.set_result(payment)
        self.panel.tell("settled", **payment)
        return payment

    def payment(self, request: object) -> dict[str, Any]:
        """What became of a request, in the words of the simulated terminal's wire."""
        if self.pending is not None and self.pending.request == request:
            return {"request": request, "outcome": "in_progress"}
        deed = self.charges.outcomes.get(request) if isinstance(request, str) else None
        if deed is None:
            return {"request": request, "outcome": "not_found"}
        if request in self.charges.reversed:
            return {"request": request, "outcome": "cancelled", "reason": "reversed", "reference": deed["reference"]}
        is_partial = deed["what"] == "approved" and deed["amount_minor"] < deed["requested_minor"]
        return {
            **{key: deed[key] for key in _TOLD if key in deed},
            "outcome": "partial" if is_partial else "approved" if deed["what"] == "refunded" else deed["what"],
            "approved_minor": deed["amount_minor"],
            "slip": list(slip(deed)) if deed["what"] in ("approved", "refunded") else [],
        }

    def stop(self, request: str, reason: str = "aborted") -> bool:
        """Take a payment off the display; true if it was there."""
        if self.pending is None or self.pending.request != request:
            return False
        self.settle(self.pending, 0, reason, "cancelled")
        return True

    def give_back(self, request: str, **more: object) -> bool:
        """Give an approved payment back, once; true if it is given back."""
        deed = self.charges.outcomes.get(request)
        if deed is None or deed["what"] != "approved":
            return False
        if request not in self.charges.reversed:
            told = {key: deed[key] for key in ("amount_minor", "currency", "reference")}
            self.charges.append("reversed", request=request, **told, **more)
            self.panel.tell("reversed", request=request, amount_minor=deed["amount_minor"])
        return True

    def _state(self) -> Mapping[str, object]:
        keys = ("request", "amount_minor", "currency", "kind")
        pending = {key: getattr(self.pending, key) for key in keys} if self.pending is not None else None
        known = {"silence": self.silenced, "auto": self._auto, "delay_ms": self.delay_ms, "pending": pending}
        return {**self.wired(), **known}
