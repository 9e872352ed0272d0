"""The door through which everything enters: each reading, code and touch is checked before it becomes an input."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Final, assert_never, get_args

from hal.camera.contract import CodeSeen
from hal.card_reader.contract import Prompt
from hal.cash_recycler.contract import CashierTold, DepositTold
from hal.device import DeviceEvent, StatusChanged
from hal.fiscal.contract import FiscalSettled, FiscalState
from hal.lights.contract import SwitchTurned
from hal.loyalty_card.contract import CardPresented, CardRefused
from hal.printer.contract import DrawerMoved, PrinterState
from hal.scale.contract import Reading
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead
from kiosk.checkout import inputs as i
from kiosk.retail.codes import InHouse, read_code
from kiosk.retail.digits import latin_digits
from kiosk.retail.policy import Policy
from kiosk.retail.stored_value import is_number, masked
from kiosk.retail.tender_terms import read_voucher
from kiosk.settings import Phone
from kiosk.store.rows import Operator
from kiosk.workstation.cash import cash_input
from kiosk.workstation.fiscal import input_of
from kiosk.workstation.identity import Door, Hasher, e164
from kiosk.workstation.weights import STALE_MS, ScaleMemory

__all__ = ["Intake"]

_log = logging.getLogger(__name__)

_GROUP_SEPARATOR: Final = "\x1d"
"""The one control character that belongs in a code: GS1's field separator."""
_EAN_13: Final = 13
_PRINTER_LOST: Final = {
    "out": "paper_out",
    "cover_open": "cover_open",
    "cutter": "cutter",
    "head_hot": "head_hot",
    "offline": "offline",
    "error": "error",
}
"""States of a printer that keep it from printing, and the words for them."""
_SHOWN: Final = frozenset(
    {
        "scanner",
        "produce_scale",
        "bagging_scale",
        "printer",
        "card_reader",
        "cash_recycler",
        "camera",
        "lights",
        "fiscal",
        "loyalty_card",
    }
)
"""Devices by the names that there are words for; another is for the log."""
_CAUSES: Final = get_args(i.DeviceCause)


def _word(cause: str) -> i.DeviceCause:
    """A driver's sentence as a word that staff can be told in their language."""
    begins = cause.split(":", 1)[0]
    return next((word for word in _CAUSES if word == begins), "no_answer")


def _begins(data: str, prefix: str) -> bool:
    """Whether this is one of the shop's own EAN-13 numbers with this prefix: another length or check digit is none."""
    whole = len(data) == _EAN_13 and data.isascii() and data.isdigit()
    return bool(prefix) and data.startswith(prefix) and whole and isinstance(read_code(data), InHouse)


class Intake:
    """Belongs to the engine's loop. ``put`` hands an input to the engine.

    ``operators`` and ``policy`` are asked for anew each time: they follow the price book in force.
    ``certified``: the devices that are scales verified for trade. ``sign_ins``: the file that remembers wrong ones.
    """

    def __init__(
        self,
        *,
        put: Callable[[i.Input], None],
        mono_ms: Callable[[], int],
        hasher: Hasher,
        phone: Phone,
        policy: Callable[[], Policy],
        operators: Callable[[], Sequence[Operator]],
        certified: Collection[str] = (),
        sign_ins: Path | None = None,
    ) -> None:
        self._put, self._mono_ms = put, mono_ms
        self._hasher, self._phone = hasher, phone
        self._policy, self._operators = policy, operators
        self._door = Door(mono_ms, sign_ins)
        self._scales = {
            "produce_scale": ScaleMemory("produce", certified="produce_scale" in certified),
            "bagging_scale": ScaleMemory("bagging"),
        }
        self._stale_timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._pin_turn = asyncio.Lock()
        self._lost: dict[str, i.DeviceCause] = {}
        self._near_end = False

    def touch(self, touch: i.Touch) -> None:
        """Something the screen submitted."""
        match touch:
            case i.PinTyped():
                task = asyncio.get_running_loop().create_task(self._check_pin(touch.pin))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case i.PhoneTyped():
                number = e164(touch.number, self._phone)
                known = i.LoyaltyPresented(self._hasher.of("phone", number), "phone") if number else i.PhoneRefused()
                self._put(known)
            case i.ValueNumberTyped():
                number = latin_digits("".join(touch.number.split()))
                ours = is_number(number, self._policy().stored_value)
                self._put(self._value_card(number, keyed=True) if ours else i.ValueNumberRefused())
            case i.CodeScanned():
                self.code(touch.data, touch.symbology, touch.source)
            case _:
                self._put(touch)

    def event(self, event: DeviceEvent) -> None:  # noqa: C901 - one flat table
        """Something a device told."""
        match event:
            case CodeRead() | CodeSeen():
                self.code(event.data, event.symbology, event.device)
            case Reading():
                self._reading(event)
            case CardPresented():
                self._put(i.LoyaltyPresented(self._hasher.of("card", event.data), "card"))
            case CardRefused():
                self._put(i.LoyaltyRefused(event.reason))
            case StatusChanged():
                self._status(event)
            case PrinterState():
                self._printer(event)
            case DrawerMoved():
                self._drawer(event.device, is_open=event.is_open)
            case SwitchTurned():
                self._switch(event)
            case FiscalState() | FiscalSettled():
                self._fiscal(event)
            case DepositTold() | CashierTold():
                self._cash(event)
            case Prompt():
                self._put(i.TerminalPrompted(event.request, event.prompt))
            case _:
                _log.warning("%s told something nobody knows: %s", event.device, type(event).__name__)

    def code(self, data: str, symbology: str, source: str) -> None:
        """A code: a badge, a loyalty card, or something to ring up. What is no code is dropped, without its content."""
        data = data.strip("\r\n")
        if not 0 < len(data) <= MAXIMUM_CODE_LENGTH or not all(s.isprintable() or s == _GROUP_SEPARATOR for s in data):
            _log.warning("%s: dropped %d characters that are no code", source, len(data))
            return
        policy = self._policy()
        if _begins(data, policy.badge_prefix):
            self._put(self._door.by_badge(self._hasher.of("badge", data), self._operators()))
        elif _begins(data, policy.member_prefix):
            self._put(i.LoyaltyPresented(self._hasher.of("card", data), "card"))
        elif is_number(data, policy.stored_value):
            self._put(self._value_card(data, keyed=False))
        else:
            self._put(self._voucher(data, policy) or i.CodeScanned(data, symbology, source))

    def _value_card(self, number: str, *, keyed: bool) -> i.ValueCardPresented:
        return i.ValueCardPresented(self._hasher.of("value", number), masked(number), keyed)

    def _voucher(self, data: str, policy: Policy) -> i.VoucherPresented | None:
        """A paper voucher, if the code is built like one of this shop's."""
        for offered in policy.tenders:
            read = read_voucher(data, offered.codes) if offered.kind == "paper_voucher" else None
            if read is not None:
                return i.VoucherPresented(offered.tender_id, self._hasher.of("value", data), read.worth)
        return None

    def lost(self, device: str, cause: str) -> None:
        """A device is not there; told once, and again only for another cause (the cover is closed, but no paper)."""
        word, before = _word(cause), self._lost.get(device)
        if word != before:
            _log.warning("%s lost: %s", device, cause)
            if device in _SHOWN:
                self._put(i.DeviceLost(device, word))
        self._lost[device] = word
        if device in self._scales:
            self._scales[device].forget()
            self._stop_stale_timer(device)

    def back(self, device: str) -> None:
        """A device is there; told if it was lost."""
        if self._lost.pop(device, None) is not None:
            _log.warning("%s back", device)
            if device in _SHOWN:
                self._put(i.DeviceBack(device))

    def open_sign_in(self) -> None:
        """Forget wrong PINs and badges."""
        self._door.open()

    def close(self) -> None:
        """Let timers and checks go."""
        for device in tuple(self._stale_timers):
            self._stop_stale_timer(device)
        for task in self._tasks:
            task.cancel()

    async def _check_pin(self, pin: str) -> None:
        async with self._pin_turn:
            answer = await asyncio.to_thread(self._door.by_pin, pin, tuple(self._operators()))
        self._put(answer)

    def _reading(self, reading: Reading) -> None:
        memory = self._scales.get(reading.device)
        if memory is None:
            _log.warning("a scale is called produce_scale or bagging_scale, not %s", reading.device)
            return
        now = self._mono_ms()
        read = memory.take(reading, now)
        if memory.heard_ms == now:
            self._watch_stale(reading.device, memory)
        if read is not None:
            self._put(read)

    def _watch_stale(self, device: str, memory: ScaleMemory) -> None:
        """One timer per scale: it looks when the last reading was, and sleeps until that one is old."""
        if device not in self._stale_timers:
            self._later(device, memory, STALE_MS)

    def _later(self, device: str, memory: ScaleMemory, milliseconds: int) -> None:
        loop = asyncio.get_running_loop()
        self._stale_timers[device] = loop.call_later(milliseconds / 1000, self._look_stale, device, memory)

    def _look_stale(self, device: str, memory: ScaleMemory) -> None:
        del self._stale_timers[device]
        quiet = self._mono_ms() - memory.heard_ms
        if quiet < STALE_MS:
            self._later(device, memory, STALE_MS - quiet)
            return
        read = memory.stale(self._mono_ms())
        if read is not None:
            self._put(read)

    def _stop_stale_timer(self, device: str) -> None:
        timer = self._stale_timers.pop(device, None)
        if timer is not None:
            timer.cancel()

    def _status(self, event: StatusChanged) -> None:
        match event.status:
            case "lost":
                self.lost(event.device, event.cause or "no_answer")
            case "ready":
                self.back(event.device)
            case "warning":
                _log.warning("%s: %s", event.device, event.cause)

    def _printer(self, event: PrinterState) -> None:
        near_end = event.state == "near_end"
        if near_end != self._near_end:
            self._near_end = near_end
            self._put(i.ConditionChanged("near_end", on=near_end))
        cause = _PRINTER_LOST.get(event.state)
        if cause is not None:
            self.lost(event.device, cause)
        else:
            self.back(event.device)

    def _drawer(self, device: str, *, is_open: bool) -> None:
        _log.info("%s: the cash drawer is %s", device, "open" if is_open else "closed")
        self._put(i.DrawerMoved(is_open))

    def _fiscal(self, event: FiscalState | FiscalSettled) -> None:
        told = input_of(event)
        if told is not None:
            self._put(told)

    def _cash(self, event: DepositTold | CashierTold) -> None:
        told = cash_input(event)
        if told is not None:
            self._put(told)
        elif isinstance(event, CashierTold):
            _log.warning("%s: %s", event.device, event.state)

    def _switch(self, event: SwitchTurned) -> None:
        match event.switch:
            case "staff_key":
                self._put(i.KeySwitchTurned(event.on, event.found))
            case "help_button":
                if event.on:
                    self._put(i.HelpPressed())
            case "cash_drawer":
                self._drawer(event.device, is_open=event.on)
            case "door" | "tamper":
                _log.warning("the cabinet's %s contact is %s", event.switch, "open" if event.on else "closed")
                self._put(i.CabinetMoved(event.switch, event.on, event.found))
            case _:
                assert_never(event.switch)
