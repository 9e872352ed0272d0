"""A port by the name it has in the settings: a device file, or a terminal server on the network."""

from __future__ import annotations

from hal.ports.port import Port
from hal.ports.serial import Framing, SerialLine, SerialPort
from hal.ports.tcp import TcpPort

__all__ = ["port_named"]


def port_named(name: str, *, baud: int = 9_600, framing: Framing = "8N1") -> Port:
    """``/dev/serial/by-id/…`` is a serial port; ``192.0.2.9:4001`` is a terminal server, which keeps its own framing.

    Raises ``ValueError`` for a name that is neither.

    >>> port_named("192.0.2.9:4001").where, port_named("/dev/ttyS0").where
    ('192.0.2.9:4001', '/dev/ttyS0')
    """
    if name.startswith("/"):
        return SerialPort(SerialLine(name, baud, framing))
    host, _, number = name.rpartition(":")
    if not host or not (number.isascii() and number.isdigit()) or not 0 < int(number) < 1 << 16:
        text = f"port is a device file (/dev/serial/by-id/...) or host:port, not {name!r:.60}"
        raise ValueError(text)
    return TcpPort(host, int(number))
