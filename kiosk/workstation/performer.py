"""Carries out effects on devices, timers and the sync process; their answers come back as inputs. Never raises."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final, Protocol, assert_never

from hal.camera.contract import Camera, Guess
from hal.device import DeviceError
from hal.lights.contract import Lights
from hal.printer.contract import Document, Printer
from hal.scale.contract import PricingScale
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.checkout.events import Restartable, StoreCreditIssued, TransactionCompleted
from kiosk.retail.fiscal import FiscalText, FiscalWord
from kiosk.retail.policy import Policy
from kiosk.retail.transaction import TenderKind
from kiosk.workstation.cash import CashService
from kiosk.workstation.clock import Cancellable
from kiosk.workstation.day_paper import day_report
from kiosk.workstation.device_tests import slip, try_out
from kiosk.workstation.devices import Rack
from kiosk.workstation.fiscal import FiscalService
from kiosk.workstation.frames import FrameKeeper
from kiosk.workstation.parked_paper import parked_slip
from kiosk.workstation.payments import PaymentService, Word
from kiosk.workstation.terminal import close_day, tell_closed

__all__ = ["HeadOffice", "House", "MakeReceipt", "Performer", "Sounds"]

_log = logging.getLogger(__name__)

_NUMBER_DIGITS: Final = (4, 5)
_SUGGESTED: Final = 5
_WHOLE: Final = 10_000
"""A share of one, in the core's whole numbers."""


class MakeReceipt(Protocol):
    """Lays a receipt out; ``kiosk.workstation.receipt`` has the shop's."""

    def __call__(
        self,
        completed: TransactionCompleted,
        policy: Policy,
        legal_number: str,
        *,
        copy: bool,
        job: str,
        time_zone: str,
        printed: tuple[FiscalText, ...] = (),
        fiscal: FiscalWord = "",
        training: bool = False,
        owed: tuple[StoreCreditIssued, ...] = (),
    ) -> Document:
        """A document for the printer."""


class HeadOffice(Protocol):
    """What can be asked through the sync process; each answer comes within its deadline."""

    def standing(self, told: f.TellStanding) -> None:
        """Have it know how the lane's devices are."""

    async def member(self, correlation: str, keyed_hash: str, deadline_ms: int) -> i.MemberAnswered:
        """Who this is."""

    async def coupon(self, ask: f.AskCoupon) -> i.CouponAnswered:
        """Whether a coupon is kept for a basket."""

    async def serial(self, ask: f.AskSerial) -> i.SerialAnswered:
        """Whether a pack was sold before."""

    async def stock(self, ask: f.AskStock) -> i.StockAnswered:
        """How much of an item lies where."""

    async def bought(self, ask: f.AskBought) -> i.BoughtAnswered:
        """What a member has had today."""

    async def look(self, ask: f.AskValue) -> i.ValueLooked:
        """What is on a gift card or store credit."""

    async def numbers(self, correlation: str, deadline_ms: int) -> i.NumbersAnswered:
        """This workstation's highest numbers."""

    async def sale(self, ask: f.AskSale) -> i.SaleTold:
        """The sale of a receipt."""

    async def place(self, ask: f.AskPlace) -> i.PlaceTold:
        """How many in the shop are seen to before a call from here."""

    async def basket(self, ask: f.AskBasket) -> i.BasketTold:
        """A parked basket, for this lane alone."""

    async def baskets(self, ask: f.AskBaskets) -> i.BasketsTold:
        """The shop's parked baskets."""

    async def hold(self, ask: f.HoldReturns) -> i.HoldTold:
        """Whether units of a sale are kept for a return."""


class House(Protocol):
    """What the lane does to itself."""

    def open_sign_in(self) -> None:
        """Forget wrong PINs and badges."""

    def restart(self, what: Restartable) -> None:
        """Have the program, or the machine, started anew; returns before it is."""


Sounds = Callable[[str], None]
"""Plays an earcon by its name (``scan``, ``refusal``, ``help``, ``approved``, ``declined``)."""


class Performer:
    """Belongs to the engine's loop. ``policy`` is asked anew each time: it follows the price book in force.

    ``payments`` gives whom to ask for money of a kind; ``after`` is the clock's.
    """

    def __init__(
        self,
        *,
        put: Callable[[i.Input], None],
        rack: Rack,
        payments: Callable[[TenderKind], PaymentService],
        head_office: HeadOffice,
        policy: Callable[[], Policy],
        make_receipt: MakeReceipt,
        time_zone: str,
        sounds: Sounds,
        house: House,
        frames: FrameKeeper,
        after: Callable[[float, Callable[[], None]], Cancellable],
    ) -> None:
        self._put, self._rack, self._head_office = put, rack, head_office
        self._payments = payments
        self._policy, self._make_receipt, self._time_zone = policy, make_receipt, time_zone
        self._sounds, self._house = sounds, house
        self._frames, self._after = frames, after
        self._fiscal = FiscalService(rack=rack, put=put, policy=policy, time_zone=time_zone)
        self._cash = CashService(rack=rack, put=put)
        self._timers: dict[str, Cancellable] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._light = f.SetLight("off")
        self._closed = False

    def perform(self, effect: f.Effect) -> None:  # noqa: C901, PLR0912, PLR0915 - one flat table
        """Carry an effect out, or begin to."""
        match effect:
            case f.Charge():
                self._spawn(self._pay(self._payments(effect.kind).charge(effect)))
            case f.AskTerminal():
                self._spawn(self._pay(self._payments(effect.kind).status(effect)))
            case f.AbortTerminal():
                self._spawn(self._pay(self._payments(effect.kind).abort(effect)))
            case f.Refund():
                self._spawn(self._pay(self._payments(effect.kind).refund(effect)))
            case f.Reverse():
                self._spawn(self._pay(self._payments(effect.kind).reverse(effect)))
            case f.Print() | f.PrintReport() | f.PrintSlip():
                self._spawn(self._print(effect))
            case (
                f.FiscalBegin()
                | f.FiscalSign()
                | f.FiscalCancel()
                | f.FiscalVoid()
                | f.FiscalConfirm()
                | f.FiscalCloseDay()
            ):
                self._spawn(self._fiscal.perform(effect))
            case (
                f.TakeCash()
                | f.AskCash()
                | f.EndCash()
                | f.JudgeNote()
                | f.PayOut()
                | f.AskPayout()
                | f.LookAtCash()
                | f.CountCash()
            ):
                self._spawn(self._cash.perform(effect))
            case f.OpenDrawer():
                self._spawn(self._open_drawer())
            case f.AskMember():
                self._spawn(
                    self._answer(self._head_office.member(effect.correlation, effect.keyed_hash, effect.deadline_ms))
                )
            case f.AskCoupon():
                self._spawn(self._answer(self._head_office.coupon(effect)))
            case f.AskStock():
                self._spawn(self._answer(self._head_office.stock(effect)))
            case f.AskSerial():
                self._spawn(self._answer(self._head_office.serial(effect)))
            case f.KeepFrames() | f.ReleaseFrames() | f.TidyFrames():
                self._spawn(self._frames.perform(effect))
            case f.AskBought():
                self._spawn(self._answer(self._head_office.bought(effect)))
            case f.AskValue():
                self._spawn(self._answer(self._head_office.look(effect)))
            case f.AskSale():
                self._spawn(self._answer(self._head_office.sale(effect)))
            case f.AskPlace():
                self._spawn(self._answer(self._head_office.place(effect)))
            case f.AskBasket():
                self._spawn(self._answer(self._head_office.basket(effect)))
            case f.AskBaskets():
                self._spawn(self._answer(self._head_office.baskets(effect)))
            case f.HoldReturns():
                self._spawn(self._answer(self._head_office.hold(effect)))
            case f.AskNumbers():
                self._spawn(self._answer(self._head_office.numbers(effect.correlation, effect.deadline_ms)))
            case f.AskProduce():
                self._spawn(self._ask_produce(effect))
            case f.SetLight():
                self._light = effect
                self.relight()
            case f.Beep():
                self._beep(effect)
            case f.StartTimer():
                self._start_timer(effect)
            case f.StopTimer():
                self._stop_timer(effect.name)
            case f.Enable():
                self._rack.let_flow(effect.device, wanted=True)
            case f.Disable():
                self._rack.let_flow(effect.device, wanted=False)
            case f.WeighAt():
                self._weigh_at(effect)
            case f.CloseTerminalDay():
                self._spawn(self._pay(close_day(self._rack, effect)))
            case f.TellTerminal():
                self._closed = effect.closed
                self._spawn(tell_closed(self._rack, self._policy().languages, closed=effect.closed))
            case f.TellStanding():
                self._head_office.standing(effect)
            case f.PrintTest():
                self._spawn(self._print_slip(effect.job))
            case f.TestDevice():
                self._spawn(self._test_device(effect.device))
            case f.OpenSignIn():
                self._house.open_sign_in()
            case f.Restart():
                self._house.restart(effect.what)
            case _:
                assert_never(effect)

    def relight(self) -> None:
        """Show the light as it should be; again when the light came back."""
        lights: Lights | None = self._rack.of("lights")
        if lights is not None:
            self._spawn(self._shine(lights))

    def tell_terminal(self) -> None:
        """The terminal has come back: it is told again that the lane is closed."""
        if self._closed:
            self._spawn(tell_closed(self._rack, self._policy().languages, closed=True))

    def look_at_cash(self) -> None:
        """Have it told how the cash recycler stands: it has come up, or something about it has changed."""
        self._spawn(self._cash.look())

    async def _shine(self, lights: Lights) -> None:
        with suppress(DeviceError):  # that they are away was told; they are lit again when they are back
            await lights.show(self._light.colour, blinking=self._light.blinking)

    async def stop(self) -> None:
        """Let timers and tasks go. What was asked of a terminal or printer is asked about after the next start."""
        for name in tuple(self._timers):
            self._stop_timer(name)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # --- money ---------------------------------------------------------------------------------------------------

    async def _pay(self, asked: Coroutine[Any, Any, Word | i.ReversalAnswered | i.TerminalDayAnswered | None]) -> None:
        word = await asked
        if word is not None:
            self._put(word)

    # --- the trade scale -----------------------------------------------------------------------------------------

    def _weigh_at(self, effect: f.WeighAt) -> None:
        """Tell a scale that computes prices; one that refuses keeps another price, and then its amount is refused."""
        scale: PricingScale | None = self._rack.get("produce_scale")
        if scale is not None and "price" in scale.capabilities:
            self._spawn(scale.price(effect.unit_price))

    # --- paper, light and sound ----------------------------------------------------------------------------------

    async def _print(self, job: f.Print | f.PrintReport | f.PrintSlip) -> None:
        printer: Printer | None = await self._rack.ready("printer")
        if printer is None:
            self._put(i.PrinterAnswered(job.job, "failed", "no printer in the settings"))
            return
        try:
            document = self._laid_out(job)
        except Exception as error:  # noqa: BLE001 - a sale stands, whatever its paper does
            _log.exception("the paper of job %s could not be laid out", job.job)
            self._put(i.PrinterAnswered(job.job, "failed", f"layout: {type(error).__name__}"))
            return
        await self._print_document(printer, document)

    async def _print_slip(self, job: str) -> None:
        printer: Printer | None = self._rack.of("printer")
        if printer is None:
            self._put(i.PrinterAnswered(job, "failed", "no printer in the settings"))
            return
        await self._print_document(printer, slip(job))

    async def _test_device(self, name: str) -> None:
        ok, found = await try_out(self._rack, name)
        if self._rack.category_of(name) == "lights":
            self.relight()
        self._put(i.DeviceChecked(name, ok, found))

    def _laid_out(self, job: f.Print | f.PrintReport | f.PrintSlip) -> Document:
        policy, zone = self._policy(), self._time_zone
        if isinstance(job, f.PrintSlip):
            return parked_slip(job, policy, time_zone=zone)
        if isinstance(job, f.PrintReport):
            found = job.reconciliation
            return day_report(job.report, policy, copy=job.copy, job=job.job, time_zone=zone, reconciliation=found)
        return self._make_receipt(
            job.completed,
            policy,
            job.legal_number,
            copy=job.copy,
            job=job.job,
            time_zone=zone,
            printed=job.printed,
            fiscal=job.fiscal,
            training=job.training,
            owed=job.owed,
        )

    async def _print_document(self, printer: Printer, document: Document) -> None:
        try:
            outcome = await printer.print_document(document)
        except DeviceError as error:
            self._put(i.PrinterAnswered(document.job, "failed", str(error)))
        except Exception as error:  # noqa: BLE001 - a sale stands, whatever its paper does
            _log.exception("the printer's driver failed on %s", document.job)
            self._put(i.PrinterAnswered(document.job, "unknown", f"driver: {type(error).__name__}"))
        else:
            self._put(i.PrinterAnswered(document.job, outcome.outcome, outcome.reason))

    async def _open_drawer(self) -> None:
        """The drawer is a convenience: staff at a lane without one, or whose printer is lost, have a key or a till."""
        printer: Printer | None = self._rack.of("printer")
        if printer is None or "drawer" not in printer.capabilities:
            return
        try:
            await printer.open_drawer()
        except DeviceError as error:
            _log.warning("the cash drawer was not opened: %s", error)

    def _beep(self, beep: f.Beep) -> None:
        try:
            self._sounds(beep.sound)
        except Exception:  # noqa: BLE001 - a missing sound costs no sale
            _log.exception("the sound %s could not be played", beep.sound)
        scanner = self._rack.get("scanner")
        if beep.sound == "refusal" and scanner is not None:
            self._spawn(scanner.beep("bad"))

    # --- timers and questions ------------------------------------------------------------------------------------

    def _start_timer(self, timer: f.StartTimer) -> None:
        self._stop_timer(timer.name)
        self._timers[timer.name] = self._after(timer.milliseconds / 1000, partial(self._elapsed, timer.name))

    def _stop_timer(self, name: str) -> None:
        handle = self._timers.pop(name, None)
        if handle is not None:
            handle.cancel()

    def _elapsed(self, name: str) -> None:
        del self._timers[name]
        self._put(i.TimerElapsed(name))

    async def _answer(
        self,
        asked: Coroutine[
            Any,
            Any,
            i.MemberAnswered
            | i.CouponAnswered
            | i.SerialAnswered
            | i.StockAnswered
            | i.BoughtAnswered
            | i.ValueLooked
            | i.NumbersAnswered
            | i.SaleTold
            | i.HoldTold
            | i.BasketTold
            | i.PlaceTold
            | i.BasketsTold,
        ],
    ) -> None:
        self._put(await asked)

    async def _ask_produce(self, ask: f.AskProduce) -> None:
        """One answer, whatever the camera does or does not do: the pick list waits for it."""
        guesses: tuple[Guess, ...] = ()
        camera: Camera | None = self._rack.of("camera")
        try:
            if camera is not None:
                async with asyncio.timeout(ask.deadline_ms / 1000):
                    guesses = await camera.likeliest_produce()
        except (DeviceError, TimeoutError) as error:
            _log.info("no produce suggested: %s", str(error) or "no answer in time")
        except Exception:  # noqa: BLE001 - a driver's fault must not hold up the pick list
            _log.exception("the camera's driver failed on produce")
        known = [guess for guess in guesses if _is_number(guess.key)][:_SUGGESTED]
        shares = tuple(round(guess.score * _WHOLE) for guess in known)
        self._put(i.ProduceSeen(ask.correlation, tuple(guess.key for guess in known), shares))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _is_number(key: str) -> bool:
    """A price look-up number; a model may know things by other names too."""
    return key.isascii() and key.isdecimal() and len(key) in _NUMBER_DIGITS


async def _guarded(work: Coroutine[Any, Any, None]) -> None:
    """An effect that nobody waits for may fail; it is told in the log."""
    try:
        await work
    except DeviceError as error:
        _log.info("%s", error)
    except Exception:  # noqa: BLE001 - a driver's fault must not end the engine
        _log.exception("an effect failed")
