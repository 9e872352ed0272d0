"""Fake devices in a rack, with the performer over them: what an effect asks of a device and what is answered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from hal.card_reader.contract import DayTotal, Payment
from hal.device import DeviceEvent, Health, NoHardwareError, Sink
from hal.printer.contract import Document, PrintOutcome
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.events import Restartable, StoreCreditIssued, TransactionCompleted
from kiosk.retail.fiscal import FiscalText
from kiosk.retail.money import Money
from kiosk.retail.policy import Policy
from kiosk.retail.transaction import TransactionId
from kiosk.workstation.devices import Rack
from kiosk.workstation.frames import FrameKeeper, FrameStore
from kiosk.workstation.payments import TerminalPayments
from kiosk.workstation.performer import Performer
from tests.support.shop import bangladesh
from tests.support.waiting import wait_until_async

TAKA = Money(9500, "BDT")


@dataclass
class FakeDevice:
    """Fails as it is told before it works; remembers what was asked of it."""

    name: str
    failures: list[Exception] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    simulated: bool = True
    capabilities: frozenset[str] = frozenset()
    sink: Sink | None = None

    async def open(self, sink: Sink) -> None:
        self.calls.append("open")
        self.sink = sink
        if self.failures:
            raise self.failures.pop(0)

    async def claim(self) -> None:
        self.calls.append("claim")

    async def enable(self) -> None:
        self.calls.append("enable")

    async def disable(self) -> None:
        self.calls.append("disable")

    async def close(self) -> None:
        self.calls.append("close")

    async def check_health(self) -> Health:
        return Health(ok=True, text="")


@dataclass
class FakeTerminal(FakeDevice):
    """Answers with a payment or raises."""

    answer: Payment | Exception = field(default_factory=lambda: Payment("t", "approved", 9500, "BDT", reference="r"))
    day_totals: tuple[DayTotal, ...] = (DayTotal("VISA", 3, 28_500),)

    async def pay(self, request: str, amount_minor: int, currency: str, *, kind: str) -> Payment:
        self.calls.append(f"pay {request} {amount_minor} {currency} {kind}")
        return self._answer()

    async def pay_in_parts(self, request: str, amount_minor: int, currency: str, *, count: int, by: str) -> Payment:
        self.calls.append(f"pay {request} {amount_minor} {currency} {count} {by}")
        return self._answer()

    async def status(self, request: str) -> Payment:
        self.calls.append(f"status {request}")
        return self._answer()

    async def end_of_day(self) -> tuple[str, ...]:
        self.calls.append("end_of_day")
        self._answer()
        return ("TOTAL 4111 1111 1111 1111", "VISA 3 285.00")

    async def display(self, lines: tuple[str, ...]) -> None:
        self.calls.append(f"display {len(lines)}")

    async def abort(self, request: str) -> None:
        self.calls.append(f"abort {request}")

    async def reverse(self, request: str, amount_minor: int, currency: str, reference: str) -> bool:
        self.calls.append(f"reverse {request} {amount_minor} {currency} {reference}")
        return self._answer().outcome == "approved"

    def _answer(self) -> Payment:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@dataclass
class FakePrinter(FakeDevice):
    """Prints, or raises."""

    outcome: PrintOutcome | Exception = field(default_factory=lambda: PrintOutcome("j", "printed"))

    async def print_document(self, document: Document) -> PrintOutcome:
        self.calls.append(f"print {document.job}")
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


@dataclass
class FakeLights(FakeDevice):
    """Remembers what it showed; a dark one raises."""

    dark: bool = False

    async def show(self, colour: str, *, blinking: bool = False) -> None:
        if self.dark:
            text = "no lamp"
            raise NoHardwareError(text)
        self.calls.append(f"{colour} {blinking}")


class NobodyAsked:
    """Head office out of reach."""

    async def member(self, correlation: str, keyed_hash: str, deadline_ms: int) -> i.MemberAnswered:
        return i.MemberAnswered(correlation, offline=True)

    async def coupon(self, ask: f.AskCoupon) -> i.CouponAnswered:
        return i.CouponAnswered(ask.correlation, offline=True)

    def standing(self, told: f.TellStanding) -> None: ...

    async def serial(self, ask: f.AskSerial) -> i.SerialAnswered:
        return i.SerialAnswered(ask.item_id, ask.serial, offline=True)

    async def stock(self, ask: f.AskStock) -> i.StockAnswered:
        return i.StockAnswered(ask.correlation, offline=True)

    async def bought(self, ask: f.AskBought) -> i.BoughtAnswered:
        return i.BoughtAnswered(ask.member_id, ask.rule, offline=True)

    async def look(self, ask: f.AskValue) -> i.ValueLooked:
        return i.ValueLooked(ask.correlation, offline=True)

    async def numbers(self, correlation: str, deadline_ms: int) -> i.NumbersAnswered:
        return i.NumbersAnswered(correlation, offline=True)

    async def sale(self, ask: f.AskSale) -> i.SaleTold:
        return i.SaleTold(ask.correlation, offline=True)

    async def place(self, ask: f.AskPlace) -> i.PlaceTold:
        return i.PlaceTold(ask.correlation)

    async def baskets(self, ask: f.AskBaskets) -> i.BasketsTold:
        return i.BasketsTold(ask.correlation, offline=True)

    async def basket(self, ask: f.AskBasket) -> i.BasketTold:
        return i.BasketTold(ask.correlation, "offline")

    async def hold(self, ask: f.HoldReturns) -> i.HoldTold:
        return i.HoldTold(ask.hold, "offline")


@dataclass
class Rig:
    """A rack of fakes and a performer over it."""

    devices: list[tuple[str, FakeDevice]]
    put: list[i.Input] = field(default_factory=list)
    told: list[DeviceEvent] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    ready: list[str] = field(default_factory=list)
    sounds: list[str] = field(default_factory=list)
    house: list[str] = field(default_factory=list)
    receipt_fails: bool = False
    frames: FrameStore = field(default_factory=lambda: FrameStore(Path("there is no such folder")))

    def __post_init__(self) -> None:
        self.rack = Rack(
            self.devices,
            tell=self.told.append,
            lost=lambda name, cause: self.lost.append((name, cause)),
            ready=self.ready.append,
            close_s=0.2,
        )
        self.performer = Performer(
            put=self.put.append,
            rack=self.rack,
            payments=lambda _kind: TerminalPayments(self.rack),
            head_office=NobodyAsked(),
            policy=bangladesh,
            make_receipt=self._receipt,
            time_zone="Asia/Dhaka",
            sounds=self.sounds.append,
            frames=FrameKeeper(self.frames, rack=self.rack, put=self.put.append, utc_ms=lambda: 0),
            house=self,
            after=lambda seconds, deed: asyncio.get_running_loop().call_later(seconds, deed),
        )

    def open_sign_in(self) -> None:
        self.house.append("open_sign_in")

    def restart(self, what: Restartable) -> None:
        self.house.append(what)

    def _receipt(
        self,
        completed: TransactionCompleted,
        policy: Policy,
        legal_number: str,
        *,
        copy: bool,
        job: str,
        time_zone: str,
        printed: tuple[FiscalText, ...] = (),
        fiscal: str = "",
        training: bool = False,
        owed: tuple[StoreCreditIssued, ...] = (),
    ) -> Document:
        if self.receipt_fails:
            text = "no such word"
            raise LookupError(text)
        return Document(job, ())

    def run(self, work: Callable[[], Awaitable[None]], *, up: bool = True) -> None:
        async def whole() -> None:
            if up:
                self.rack.start()
                await wait_until_async(lambda: len(self.ready) >= len(self.devices), what="the rack is up")
            try:
                await work()
            finally:
                await self.performer.stop()
                await self.rack.stop()

        asyncio.run(whole())

    def answers(self, effect: f.Effect, *, up: bool = True) -> i.Input:
        """What an effect is answered with."""

        async def work() -> None:
            self.performer.perform(effect)
            await wait_until_async(lambda: self.put, what="an answer")

        self.run(work, up=up)
        (answer,) = self.put
        return answer


def a_sale() -> TransactionCompleted:
    identity = TransactionId("s", "7", "2027-01-15", 1, 1, "u")
    return TransactionCompleted(
        identity, 1, "en", "BDT", 1, prices_include_tax=True, lines=(), subtotal=TAKA, discount=Money(0, "BDT"),
        tax=(), total=TAKA, tenders=(),
    )  # fmt: skip
