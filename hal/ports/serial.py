"""A serial port, USB-CDC included, in asyncio. pyserial opens it and sets the line; the loop watches its descriptor.

pyserial: https://pyserial.readthedocs.io/en/latest/pyserial_api.html#serial.Serial (``exclusive`` takes a lock, so that
two programs never share a scale). It sets the parity of a line and has the kernel check none of it: here a character
that fails is read as NUL, which no protocol takes for one of its own (termios(3): INPCK without IGNPAR and PARMRK).

POSIX calls a line set when any part of what was asked for was done. So what became of it is read back: an adapter that
knows no parity, and a pseudo-terminal, are refused in words and not spoken to in another framing.
"""

from __future__ import annotations

import errno
import termios
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import serial

from hal.device import ClaimedError, NoHardwareError
from hal.ports.descriptor import Descriptor

__all__ = ["Flow", "Framing", "SerialLine", "SerialPort", "settle"]

Framing = Literal["8N1", "8E1", "8O1", "7E1", "7O1", "7N2", "7E2", "8N2"]
"""Data bits, parity (none, even, odd), stop bits."""

Flow = Literal["none", "rts_cts", "xon_xoff"]
"""How the device says that it takes no more for now; Linux knows these two."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """How a line is set. ``path``: the device file; name it by ``/dev/serial/by-id/…`` or ``by-path``, which say which
    device it is, not by ``ttyUSB0``, which says which was found first.
    """

    path: str
    baud: int = 9_600
    framing: Framing = "8N1"
    dtr: bool = True
    rts: bool = True
    flow: Flow = "none"


class SerialPort:
    """See ``Port``."""

    def __init__(self, line: SerialLine) -> None:
        self._line = line
        self._serial: serial.Serial | None = None
        self._descriptor: Descriptor | None = None

    @property
    def where(self) -> str:
        """See ``Port.where``."""
        return self._line.path

    async def open(self) -> None:
        """See ``Port.open``."""
        await self.close()
        line = self._line
        opened = serial.Serial(timeout=0, write_timeout=0, exclusive=True)
        try:
            opened.baudrate, opened.bytesize = line.baud, int(line.framing[0])
            opened.parity, opened.stopbits = line.framing[1], int(line.framing[2])
            opened.xonxoff, opened.rtscts = line.flow == "xon_xoff", line.flow == "rts_cts"
            opened.dtr, opened.rts, opened.port = line.dtr, line.rts, line.path
            opened.open()
            settle(opened.fileno(), line)
        except NoHardwareError:
            opened.close()
            raise
        except termios.error as error:
            opened.close()
            text = f"{line.path} cannot be set to {line.baud} baud {line.framing}: {error.args[-1]}"
            raise NoHardwareError(text) from error
        except (serial.SerialException, OSError, ValueError) as error:
            opened.close()
            raise _not_opened(line.path, error) from error
        opened.reset_input_buffer()
        self._serial, self._descriptor = opened, Descriptor(opened.fileno(), line.path)

    async def read(self) -> bytes:
        """See ``Port.read``."""
        return await self._open_one().read()

    async def write(self, data: bytes) -> None:
        """See ``Port.write``."""
        await self._open_one().write(data)

    async def close(self) -> None:
        """See ``Port.close``."""
        opened, self._serial = self._serial, None
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            descriptor.release()
        if opened is not None:
            with suppress(termios.error):  # gone already
                opened.reset_output_buffer()  # else the kernel waits half a minute for a device that takes nothing
            opened.close()

    def _open_one(self) -> Descriptor:
        if self._descriptor is None:
            text = f"{self._line.path} is not open"
            raise ConnectionResetError(text)
        return self._descriptor


def settle(number: int, line: SerialLine) -> None:
    """Have characters that fail their parity check come as NUL, and see that the line is set as it should be.

    Stop bits are not looked at: one more or less between two characters harms nobody who listens. Raises
    ``NoHardwareError`` for a line that stays at another framing.
    """
    attributes = termios.tcgetattr(number)
    if line.framing[1] != "N":
        attributes[0] |= termios.INPCK
        attributes[0] &= ~(termios.IGNPAR | termios.PARMRK)
        termios.tcsetattr(number, termios.TCSANOW, attributes)
    control = attributes[2]
    bits = {termios.CS7: "7", termios.CS8: "8"}.get(control & termios.CSIZE, "5 or 6")
    parity = ("O" if control & termios.PARODD else "E") if control & termios.PARENB else "N"
    if bits + parity != line.framing[:2]:
        text = f"{line.path} cannot be set to {line.baud} baud {line.framing}: it stays at {bits}{parity}"
        raise NoHardwareError(text)


def _not_opened(path: str, error: Exception) -> NoHardwareError | ClaimedError:
    number = getattr(error, "errno", None)
    if number in {errno.EWOULDBLOCK, errno.EBUSY}:
        return ClaimedError(f"{path} is held by another program; end it")
    if number == errno.EACCES:
        return NoHardwareError(f"{path} may not be opened; is the user in the group dialout?")
    if number in {errno.ENOENT, errno.ENXIO, errno.ENODEV}:
        return NoHardwareError(f"{path} is not there; check cable and power")
    return NoHardwareError(f"{path}: {error}")
