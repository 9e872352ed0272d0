"""Scanner that types: a USB or Bluetooth keyboard to the kernel ("HID keyboard", "keyboard wedge").

Fits: every scanner as it leaves the factory, and those that can do nothing else. Where a scanner can be set to USB HID
POS, to USB-CDC or to SSI, do that instead: a keyboard tells no symbology, checks nothing, and needs the right layout.
Kernel: Linux input subsystem (Documentation/input/input.rst, ``linux/input.h``, ``linux/input-event-codes.h``). The
device is grabbed (EVIOCGRAB), so that what is scanned is not typed into the screen; without the grab it is not read.

Sample settings: ``model = "keyboard_wedge"``, ``device = "/dev/input/by-id/usb-Honeywell_Xenon-event-kbd"``,
``layout = "us"``, ``aim = true`` where the scanner is set to send AIM identifiers. The user must be in the group that
owns the device (``input``).

A code ends with Enter or Tab (the suffix). A pause of more than ``gap_ms`` between two keys, by the kernel's own
clock, spoils the code to its end, and so do a key that types nothing here and an overrun of the kernel's queue
(SYN_DROPPED): a code's tail is never told as a code. After ``rest_ms`` without a key a new code begins. FNC1 comes as
Ctrl and ``]``. Letters a layout has no key for come as Alt with digits of the keypad: with a leading 0 by
Windows-1252, else by code page 437. Caps Lock is taken to be off when the device is opened.

Unconfirmed, since it differs by maker: whether FNC1 is Ctrl and ``]`` in layouts other than the US one (both the key
that types ``]`` and the one in its US place are taken). A keyboard cannot be asked: that it is there and grabbed is its
proof of life.
"""

from __future__ import annotations

import fcntl
import logging
import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

from hal.device import ProtocolError
from hal.ports.device_file import DeviceFile
from hal.scanner.common.keyboards import KEYPAD, LAYOUTS, Country, compose
from hal.scanner.contract import MAXIMUM_CODE_LENGTH, CodeRead, code_text, split_identifier
from hal.streaming import StreamDevice

__all__ = ["Code", "Driver", "Event", "Events", "Refused", "Settings", "Typist", "grab"]

_log = logging.getLogger(__name__)

_EVIOCGRAB: Final = 0x40044590
_EVIOCSCLOCKID: Final = 0x400445A0
_CLOCK_MONOTONIC: Final = 1
_EVENT: Final = struct.Struct("@llHHi")
"""``struct input_event``: seconds, microseconds, type, code, value; 24 bytes, 16 on 32-bit machines."""

_EV_SYN, _EV_KEY = 0, 1
_SYN_REPORT, _SYN_DROPPED = 0, 3
_PRESSED, _RELEASED = 1, 0
_ENDS: Final = frozenset({28, 96, 15})  # Enter, the keypad's Enter, Tab
_SHIFTS: Final = frozenset({42, 54})
_CTRLS: Final = frozenset({29, 97})
_ALT, _ALTGR, _CAPS_LOCK = 56, 100, 58
_HARMLESS: Final = frozenset({69, 125, 126})  # Num Lock, the Windows keys
_RIGHT_BRACE: Final = 27
_SEPARATOR: Final = "\x1d"
_BYTE: Final = 256


@dataclass(frozen=True, slots=True)
class Settings:
    """``layout``: the country the scanner is set to. ``aim``: it sends AIM identifiers; what has none is refused."""

    device: str
    layout: Country = "us"
    aim: bool = False
    gap_ms: int = 100
    rest_ms: int = 1_000
    retry_ms: int = 250

    def __post_init__(self) -> None:
        """Refuse what is no device."""
        if not self.device.startswith("/") or min(self.gap_ms, self.retry_ms) < 1 or self.rest_ms < self.gap_ms:
            text = "device is a path (/dev/input/by-id/...-event-kbd); gap_ms and retry_ms above 0, rest_ms over gap_ms"
            raise ValueError(text)


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the kernel; ``time_us`` by its clock."""

    time_us: int
    kind: int
    code: int
    value: int


@dataclass(frozen=True, slots=True)
class Code:
    """What was typed up to an end."""

    data: str
    symbology: str


@dataclass(frozen=True, slots=True)
class Refused:
    """What was typed and is no code, and why."""

    reason: str


def grab(descriptor: int) -> None:
    """Take the keyboard for ourselves, its times by a clock that never jumps. Raises ``OSError`` (EBUSY: taken)."""
    fcntl.ioctl(descriptor, _EVIOCGRAB, 1)
    fcntl.ioctl(descriptor, _EVIOCSCLOCKID, struct.pack("i", _CLOCK_MONOTONIC))


class Events:
    """Bytes of the device into events, however they were cut."""

    def __init__(self) -> None:
        self._buffer = b""

    def feed(self, data: bytes) -> Iterator[Event]:
        """The events these bytes complete."""
        self._buffer += data
        whole = len(self._buffer) - len(self._buffer) % _EVENT.size
        complete, self._buffer = self._buffer[:whole], self._buffer[whole:]
        for seconds, micros, kind, code, value in _EVENT.iter_unpack(complete):
            yield Event(seconds * 1_000_000 + micros, kind, code, value)


class Typist:
    """Keys into codes."""

    def __init__(self, settings: Settings) -> None:
        self._country: Country = settings.layout
        self._layout = LAYOUTS[settings.layout]
        self._aim = settings.aim
        self._gap_us, self._rest_us = settings.gap_ms * 1_000, settings.rest_ms * 1_000
        self._held: set[int] = set()
        self._caps = False
        self._overrun = False
        self._last_us = 0
        self._typed: list[str] = []
        self._dead = self._digits = self._spoilt = ""

    def take(self, event: Event) -> Code | Refused | None:
        """What one event completes."""
        if event.kind == _EV_SYN:
            if event.code == _SYN_DROPPED:
                self._overrun, self._spoilt = True, "keys the kernel had no room for"
                self._held.clear()
            elif event.code == _SYN_REPORT:
                self._overrun = False
            return None
        if self._overrun or event.kind != _EV_KEY or event.value not in {_PRESSED, _RELEASED}:
            return None
        pause, self._last_us = event.time_us - self._last_us, event.time_us
        told = None
        if pause >= self._rest_us:
            told = self._forget("a code whose end did not come")
        elif not 0 <= pause <= self._gap_us and self._typed:
            self._spoilt = self._spoilt or "a pause inside a code"  # its rest is no code of its own
        if event.value == _PRESSED and event.code in _ENDS:
            return self._end()
        self._key(event.code, pressed=event.value == _PRESSED)
        return told

    def _forget(self, why: str) -> Refused | None:
        """Begin anew; tells whether something was begun."""
        begun = bool(self._typed or self._dead or self._digits or self._spoilt)
        refused = Refused(self._spoilt or f"{len(self._typed)} keys of {why}") if begun else None
        self._typed.clear()
        self._held.clear()
        self._dead = self._digits = self._spoilt = ""
        return refused

    def _end(self) -> Code | Refused | None:
        typed = "".join(self._typed) + self._dead
        if self._spoilt:
            return self._forget("")
        self._forget("")
        if not typed:
            return None
        try:
            data, symbology = typed.encode(), ""
            if self._aim:
                symbology, data = split_identifier(data)
            return Code(code_text(data, "utf-8"), symbology)
        except ProtocolError as error:
            return Refused(str(error))

    def _key(self, key: int, *, pressed: bool) -> None:
        if pressed:
            self._press(key)
            return
        self._held.discard(key)
        if key == _ALT and self._digits:
            self._keypad_code()

    def _press(self, key: int) -> None:
        if key == _CAPS_LOCK:
            self._caps = not self._caps
        elif key in _SHIFTS | _CTRLS | {_ALT, _ALTGR}:
            self._held.add(key)
        elif _ALT in self._held:
            digit = KEYPAD.get(key, "")
            self._digits += digit
            self._spoilt = self._spoilt or ("" if digit.isdigit() else "a key with Alt that types nothing")
        elif self._held & _CTRLS:
            self._control(key)
        elif key not in _HARMLESS:
            self._type(self._on(key))

    def _on(self, key: int) -> str:
        """What a key types now."""
        if key in KEYPAD:
            return KEYPAD[key]
        level = 2 if _ALTGR in self._held else 1 if self._held & _SHIFTS else 0
        character = self._layout.get(key, ("", "", ""))[level]
        swapped = character.swapcase() if self._caps else character
        return swapped if len(swapped) == 1 else character

    def _control(self, key: int) -> None:
        if key == _RIGHT_BRACE or "]" in self._layout.get(key, ()):
            self._type(_SEPARATOR)
        else:
            self._spoilt = self._spoilt or "a key with Ctrl that types nothing"

    def _type(self, character: str, *, by_number: bool = False) -> None:
        if not character:
            self._spoilt = self._spoilt or "a key that types nothing in this layout"
        elif by_number:  # no dead key, whatever its sign
            self._typed.append(self._dead + character)
            self._dead = ""
        else:
            typed, self._dead = compose(self._country, self._dead, character)
            self._typed.append(typed)
        if len(self._typed) > MAXIMUM_CODE_LENGTH:
            self._typed.clear()
            self._spoilt = f"more than {MAXIMUM_CODE_LENGTH} keys"

    def _keypad_code(self) -> None:
        """Alt was let go: the digits typed meanwhile are a character's number."""
        digits, self._digits = self._digits, ""
        number = int(digits) if len(digits) <= len("0255") else 0
        if not 0 < number < _BYTE:
            self._type("")
            return
        try:
            character = bytes((number,)).decode("cp1252" if digits.startswith("0") else "cp437")
        except UnicodeDecodeError:
            character = ""
        self._type(character, by_number=True)


class Driver(StreamDevice):
    """``grabbed`` is called with the open device; a test without a kernel's keyboard gives its own."""

    def __init__(self, name: str, settings: Settings, grabbed: Callable[[int], None] = grab) -> None:
        port = DeviceFile(settings.device, flags=os.O_RDONLY, opened=grabbed)
        super().__init__(name, port, retry_ms=settings.retry_ms)
        self._settings = settings

    async def beep(self, sound: Literal["good", "bad"]) -> None:
        """See ``Scanner.beep``: a keyboard has none the host could sound."""
        self.need_enabled()
        _log.debug("%s has no beeper for %s", self.name, sound)

    async def probe(self) -> str:
        """See ``StreamDevice.probe``."""
        return f"grabbed, layout {self._settings.layout}; a keyboard cannot be asked more"

    async def converse(self) -> None:
        """See ``StreamDevice.converse``."""
        events, typist, warned = Events(), Typist(self._settings), False
        self.answered()
        while True:
            for event in events.feed(await self.port.read()):
                told = typist.take(event)
                if isinstance(told, Code):
                    warned = False
                    self.tell(CodeRead(self.name, told.data, told.symbology))
                elif told is not None:
                    _log.warning("%s: refused %s", self.name, told.reason)
                    if not warned:
                        warned = True
                        self.warn(f"refused {told.reason}")
