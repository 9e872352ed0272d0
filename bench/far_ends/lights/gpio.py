"""A cabinet wired to a board's GPIO header that is reached over the network, as the pigpio daemon serves it.

gpiozero drives another board's pins through that daemon (``GPIOZERO_PIN_FACTORY=pigpio``, ``PIGPIO_ADDR``,
``PIGPIO_PORT``); this is the daemon's side of the socket, with a cabinet on its pins.

https://abyz.me.uk/rpi/pigpio/sif.html : a command is four little-endian 32-bit words, command, p1, p2 and the length of
what follows; the answer is the same with the result as the fourth. A socket that asked ``NOIB`` is told level changes
of the pins it chose with ``NB``, 12 bytes each: sequence, flags, tick in microseconds, levels of pins 0 to 31.
"""

from __future__ import annotations

import argparse
import asyncio
import struct
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Final, Literal

from bench.far_ends.process import say_and_wait
from bench.knobs import KnobPanel

__all__ = ["Cabinet", "main", "wiring"]

_COMMAND: Final = struct.Struct("<IIII")
_REPORT: Final = struct.Struct("<HHII")
_MODES, _MODEG, _PUD, _READ, _WRITE, _BR1, _TICK, _HWVER = 0, 1, 2, 3, 4, 10, 16, 17
_NB, _NC, _PIGPV, _FG, _NOIB = 19, 21, 26, 97, 99
_PI_4B: Final = 0xC03111
_DAEMON: Final = 79
_BAD_COMMAND: Final = (-88) & 0xFFFFFFFF
_PINS: Final = 32
_OUTPUT: Final = 1
_SLOW_S: Final = 0.02
_SETTLE_S: Final = 0.02
"""Two lamps change one after the other: what is told of them waits for so long."""

Lamp = Literal["green", "amber", "red"]
Fault = Literal["none", "slow", "half", "cut"]
"""``slow``: each answer takes its time; ``half``: it ends in the middle, and ``cut``: the link with it."""
LAMPS: Final[Mapping[str, int]] = {"green": 17, "amber": 27, "red": 22}
BEEPER: Final = 12
SWITCHES: Final[Mapping[str, int]] = {"staff_key": 23, "door": 24, "help_button": 25, "tamper": 5, "cash_drawer": 6}
CLOSED_WHEN_ON: Final = frozenset({"staff_key", "help_button"})
"""The others are loops that open: a cut wire is told as an open door."""


def wiring() -> dict[str, int]:
    """The driver's settings for this cabinet: which pin is what."""
    wired = {**LAMPS, "beeper": BEEPER, **SWITCHES}
    return {f"{name}_pin": pin for name, pin in wired.items()}


class Cabinet:
    """The board and what is wired to it. ``start``, then hosts and knobs do the rest, then ``close``."""

    def __init__(self, *, name: str = "lights") -> None:
        self.port = 0
        self._speaking = asyncio.Event()
        self._speaking.set()
        self.fault_now: Fault = "none"
        self.on = dict.fromkeys(SWITCHES, False)
        self._modes = [0] * _PINS
        self._levels = 0
        self._told = ""
        self._server: asyncio.Server | None = None
        self._hosts: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = {}
        self._listeners: dict[int, tuple[asyncio.StreamWriter, int]] = {}
        self._settling: asyncio.TimerHandle | None = None
        self._reported = 0
        self._handles = 0
        self._beeping = False
        for switch in SWITCHES:
            self._wire(switch)
        switches = (self.staff_key, self.door, self.help_button, self.tamper, self.cash_drawer)
        knobs = (*switches, self.silence, self.fault, self.restart, self.unplug, self.plug)
        self.panel = KnobPanel(name=name, category="lights", model="gpio", knobs=knobs, state=self._state)

    async def start(self, port: int = 0) -> int:
        """Listen on loopback; 0 is any free port. Gives the port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self.port

    async def close(self) -> None:
        """Switch the board off."""
        await self._switch_off()
        await self.panel.close()

    async def staff_key(self, *, on: bool) -> None:
        """Turn the staff key."""
        self._turn("staff_key", on=on)

    async def door(self, *, on: bool) -> None:
        """Open the cabinet's door (on) or close it."""
        self._turn("door", on=on)

    async def help_button(self, *, on: bool) -> None:
        """Press the shopper's help button, or let go of it."""
        self._turn("help_button", on=on)

    async def tamper(self, *, on: bool) -> None:
        """Open what nobody should open, or close it."""
        self._turn("tamper", on=on)

    async def cash_drawer(self, *, on: bool) -> None:
        """Pull the cash drawer open, or push it shut."""
        self._turn("cash_drawer", on=on)

    async def silence(self, *, on: bool) -> None:
        """Stop answering, with the link up; what was asked meanwhile is answered afterwards."""
        if on:
            self._speaking.clear()
        else:
            self._speaking.set()

    async def fault(self, *, kind: Fault) -> None:
        """How its answers fail from now on; ``none``: no more."""
        self.fault_now = kind

    async def restart(self) -> None:
        """The board starts anew: it hangs up, and its pins are inputs again."""
        await self._switch_off()
        await self.start(self.port)

    async def unplug(self) -> None:
        """Cut the board's network."""
        await self._switch_off()
        self.panel.tell("plugged", plugged=False)

    async def plug(self) -> None:
        """Give it back, at the same port."""
        if self._server is None:
            await self.start(self.port)
            self.panel.tell("plugged", plugged=True)

    def lit(self) -> tuple[str, ...]:
        """The lamps that are on now."""
        return tuple(lamp for lamp, pin in LAMPS.items() if self._is_driven_high(pin))

    def _state(self) -> Mapping[str, object]:
        lit = self.lit()
        return {"plugged": self._server is not None, "colour": lit[0] if lit else "off", "blinking": False, **self.on}

    def _turn(self, switch: str, *, on: bool) -> None:
        if self.on[switch] != on:
            self.on[switch] = on
            self._wire(switch)
            self._report()
            self.panel.tell("switch", switch=switch, on=on)

    def _wire(self, switch: str) -> None:
        """A closed contact pulls its pin to ground; an open one leaves it to the pull-up."""
        self._set(SWITCHES[switch], high=self.on[switch] != (switch in CLOSED_WHEN_ON))

    def _set(self, pin: int, *, high: bool) -> None:
        self._levels = self._levels | 1 << pin if high else self._levels & ~(1 << pin)

    def _is_driven_high(self, pin: int) -> bool:
        return self._modes[pin] == _OUTPUT and bool(self._levels >> pin & 1)

    def _report(self) -> None:
        tick = time.monotonic_ns() // 1000 & 0xFFFFFFFF
        for writer, bits in self._listeners.values():
            if bits and self._speaking.is_set() and not writer.is_closing():
                writer.write(_REPORT.pack(self._reported & 0xFFFF, 0, tick, self._levels))
                self._reported += 1

    async def _switch_off(self) -> None:
        if self._server is None:
            return
        self._server.close()
        self._server = None
        tasks = [task for task in self._hosts.values() if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._modes = [0] * _PINS  # a board that starts again drives nothing
        self._tell_light()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._hosts[writer] = asyncio.current_task()
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                command, p1, p2, extra = _COMMAND.unpack(await reader.readexactly(_COMMAND.size))
                await reader.readexactly(extra if command not in {_NOIB, _NC} else 0)
                await self._speaking.wait()
                answer = _COMMAND.pack(command, p1, p2, self._result(command, p1, p2, writer))
                if not await self._answered(writer, answer):
                    break
        self._listeners = {handle: each for handle, each in self._listeners.items() if each[0] is not writer}
        del self._hosts[writer]
        writer.close()  # in order: the client library's own thread dies of a reset

    async def _answered(self, writer: asyncio.StreamWriter, answer: bytes) -> bool:
        """Whether more may be asked over this link."""
        if self.fault_now == "slow":
            await asyncio.sleep(_SLOW_S)
        whole = self.fault_now not in {"half", "cut"}
        writer.write(answer if whole else answer[: len(answer) // 2])
        return self.fault_now != "cut"

    def _result(self, command: int, p1: int, p2: int, writer: asyncio.StreamWriter) -> int:
        pin = p1 % _PINS
        if command in {_MODES, _WRITE}:
            self._modes[pin] = p2 if command == _MODES else _OUTPUT
            if command == _WRITE:
                self._set(pin, high=bool(p2))
            self._lamps_may_have_changed()
            return 0
        if command == _NOIB:
            self._handles += 1
            self._listeners[self._handles] = (writer, 0)
            return self._handles
        if command == _NB and p1 in self._listeners:
            self._listeners[p1] = (self._listeners[p1][0], p2)
            return 0
        if command == _NC:
            self._listeners.pop(p1, None)
            return 0
        return {_MODEG: self._modes[pin], _READ: self._levels >> pin & 1}.get(command, self._known(command))

    def _known(self, command: int) -> int:
        tick = time.monotonic_ns() // 1000 & 0xFFFFFFFF
        return {_PUD: 0, _FG: 0, _BR1: self._levels, _TICK: tick, _HWVER: _PI_4B, _PIGPV: _DAEMON}.get(
            command, _BAD_COMMAND
        )

    def _lamps_may_have_changed(self) -> None:
        if self._settling is None:
            self._settling = asyncio.get_running_loop().call_later(_SETTLE_S, self._tell_light)
        beeping = self._is_driven_high(BEEPER)
        if beeping != self._beeping:
            self._beeping = beeping
            self.panel.tell("beeper", on=beeping)

    def _tell_light(self) -> None:
        if self._settling is not None:
            self._settling.cancel()
            self._settling = None
        told = (*self.lit(), "off")[0]
        if told != self._told:
            self._told = told
            self.panel.tell("light", colour=told, blinking=False)


async def _run(arguments: argparse.Namespace) -> None:
    cabinet = Cabinet(name=arguments.name)
    port = await cabinet.start(arguments.port)
    if arguments.knob_socket:
        await cabinet.panel.start(arguments.knob_socket)
    try:
        await say_and_wait({"port": port, "knob_socket": arguments.knob_socket, "settings": wiring()})
    finally:
        await cabinet.close()


def main(given: list[str] | None = None) -> int:
    """Run the cabinet until it is told to stop; prints ``{"port": 40123}`` when it is ready."""
    parser = argparse.ArgumentParser(prog="python -m bench.far_ends.lights.gpio", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1; 0 is any free one")
    parser.add_argument("--knob-socket", default="", help="where the bench turns its knobs")
    parser.add_argument("--name", default="lights", help="its name on the bench")
    asyncio.run(_run(parser.parse_args(given)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
