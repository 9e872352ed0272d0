"""A checkout scale's own side of Dialog 06 (Ohaus, Aviator 7000, pages 38 to 45; Cely, PI-100, page 14).

``python -m bench.far_ends.scale.dialog06 --link /tmp/scale --knob-socket /tmp/scale.knobs --pairs 1A2B:3C4D``

It weighs once for each order, wants the goods moved before it weighs again, and challenges at power-up, after a wrong
record, and every 50 weighings. With ``--pairs`` empty it never challenges.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS, Pointer, ScaleInside

__all__ = ["Dialog06", "expected"]

_STX, _ETX, _EOT, _ENQ, _ESC = 0x02, 0x03, 0x04, 0x05, 0x1B
_ACK, _NAK = b"\x06", b"\x15"
_WEIGHINGS = 50
_GRAMS = -3
_MINIMUM_DIVISIONS = 20
_PRICES = {5, 6}
_TARE, _TEXT = 4, 13
_FIELDS = {b"01": 2, b"03": 2, b"04": 2, b"05": 3}
"""What stands behind an ESC in each record: the price, and tare, text or both; in 01 an empty one."""


def expected(pairs: str, left: int, right: int) -> bytes:
    """What answers a challenge of ``left`` and ``right``: as binary digits turned in a ring, not as the host does it.

    >>> expected("1A2B:3C4D", 4, 8)
    b'A2B14D3C'
    """
    told = ""
    for pair in filter(None, pairs.split(",")):
        first, second = (f"{int(word, 16):016b}" for word in pair.split(":"))
        turned = first[left:] + first[:left], second[-right:] + second[:-right] if right else second
        told += "".join(f"{int(word, 2):04X}" for word in turned)
    return told.encode()


class Dialog06(ScaleInside):
    """Answers records."""

    model = "dialog06"

    def __init__(self, *, pairs: str = "", **options: Any) -> None:  # noqa: ANN401  the platter's own
        super().__init__(**options)
        if self.platter.unit != "kg" or self.platter.exponent != _GRAMS:
            text = "Dialog 06 is spoken here in kilograms with three decimals"
            raise ValueError(text)
        self._pairs = pairs
        self._record: bytearray | None = None
        self._after_eot = False
        self._price = self._tare = 0
        self._status = b"00"
        self._registered: int | None = None
        self._weighings = 0
        self._turns: tuple[int, int] | None = None
        self._challenges = 0
        self._answer = b""
        self._misprices = False

    def powered(self) -> None:
        """See ``Inside.powered``; the first record after power-up is answered by a challenge."""
        super().powered()
        self._record, self._after_eot, self._price, self._registered = None, False, 0, None
        self._challenge()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        for byte in data:
            if byte == _EOT:
                self._record, self._after_eot = None, True
            elif self._record is not None:
                self._record.append(byte)
                if byte == _ETX:
                    record, self._record = bytes(self._record[:-1]), None
                    self._take(record)
            elif self._after_eot and byte == _STX:
                self._record = bytearray()
            elif self._after_eot and byte == _ENQ:
                self._fetch()

    async def misprice(self, *, on: bool) -> None:
        """Have it compute amounts wrongly, or rightly again."""
        self._misprices = on

    def knobs(self) -> Sequence[Callable[..., Any]]:
        """See ``Inside.knobs``."""
        return (*super().knobs(), self.misprice)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {**super().state(), "misprice": self._misprices}

    def _challenge(self) -> None:
        if self._pairs:
            self._challenges += 1
            self._turns = (self._challenges * 3 % 16, self._challenges * 5 % 16)

    def _take(self, record: bytes) -> None:
        number, *parts = record.split(bytes((_ESC,)))
        match number:
            case b"01" | b"03" | b"04" | b"05":
                self._ordered(number, parts)
            case b"08":
                self.send(b"\x0209\x1b%s\x03" % self._status)
            case b"10" if self._turns is not None:
                right = parts == [expected(self._pairs, *self._turns)]
                self._answer = b"\x0211\x1b%d\x03" % right
                self._turns = None if right else self._turns
                self.send(_ACK)
            case b"20":
                self._challenge()
                self.send(_ACK)
            case _:
                self._refuse(b"10")

    def _ordered(self, number: bytes, parts: list[bytes]) -> None:
        if self._turns is not None:
            left, right = self._turns
            self.send(b"\x0211\x1b2%X%X\x03" % (left, right))
            return
        price, tare = b"".join(parts[:1]), b"".join(parts[1:2]) if number in {b"03", b"05"} else b"0000"
        whole = len(parts) == _FIELDS[number]
        wrong = {
            b"11": len(price) not in _PRICES or not price.isdigit() or not int(price),
            b"12": len(tare) != _TARE or not tare.isdigit(),
            b"13": number in {b"04", b"05"} and not (whole and len(parts[-1]) <= _TEXT),
            b"10": not whole or (number == b"01" and parts[-1]),
        }
        for code, is_wrong in wrong.items():
            if is_wrong:
                self._challenge()
                self._refuse(code)
                return
        self._price, self._tare = int(price), int(tare)
        self.send(_ACK)

    def _refuse(self, status: bytes) -> None:
        self._status = status
        self.send(_NAK)

    def _fetch(self) -> None:
        if self._answer:
            answer, self._answer = self._answer, b""
            self.send(answer)
            return
        pointer = self.platter.look()
        if pointer.where == "motion":
            self._registered = None
        refusal = self._refusal(pointer)
        if refusal:
            self._refuse(refusal)
        else:
            self._weigh(pointer)

    def _refusal(self, pointer: Pointer) -> bytes:
        named = {"motion": b"20", "under": b"31", "over": b"32", "fault": b"01"}.get(pointer.where, b"")
        if named or not self._price:
            return named or b"10"
        if pointer.gross - self._tare < _MINIMUM_DIVISIONS * self.platter.step:
            return b"30"
        return b"21" if pointer.gross == self._registered else b""

    def _weigh(self, pointer: Pointer) -> None:
        self._registered, self._status = pointer.gross, b"00"
        net = pointer.gross - self._tare
        amount = (net * self._price * 2 + 1000) // 2000 + self._misprices
        self.send(b"\x0202\x1b3\x1b%05d\x1b%06d\x1b%06d\x03" % (net, self._price, amount))
        self._price = 0
        self._weighings += 1
        if self._weighings % _WEIGHINGS == 0:
            self._challenge()


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scale.dialog06", Dialog06, options={**OPTIONS, "pairs": ""}))
