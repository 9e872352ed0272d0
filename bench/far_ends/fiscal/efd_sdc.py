"""A sales data controller's own side of a house-made wire (no frame of a real one is published); nothing is certified.

``python -m bench.far_ends.fiscal.efd_sdc --link /tmp/sdc --knob-socket /tmp/sdc.knobs --memory /tmp/sdc.jsonl``

It numbers invoices without a gap, writes each to its memory before it answers, and gives an invoice that comes again
the number it has. Its authorisation code is a keyed hash: on the bench there is no authority to ask.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.far_ends.line import Inside, serve

__all__ = ["Sdc", "check_of", "framed"]

_KEY = b"the bench's own key"
_SDC = "SDC-BENCH-000007"
_PAGE = 5
_HEAD, _TAIL = 7, 5


def check_of(body: bytes) -> int:
    """CRC-16 with polynomial 1021 and start FFFF, bit by bit.

    >>> hex(check_of(b"123456789"))
    '0x29b1'
    """
    value = 0xFFFF
    for byte in body:
        value ^= byte << 8
        for _ in range(8):
            value = (value << 1 ^ 0x1021 if value & 0x8000 else value << 1) & 0xFFFF
    return value


def framed(told: Mapping[str, Any]) -> bytes:
    """A message on the wire."""
    body = json.dumps(told, ensure_ascii=False).encode()
    return b"\x01%06d%b%04X\x04" % (len(body), body, check_of(body))


class Sdc(Inside):
    """Answers one frame with one frame; a frame that is not right gets none."""

    category, model = "fiscal", "efd_sdc"

    def __init__(self, *, memory: str = "") -> None:
        super().__init__()
        self._memory = Path(memory) if memory else None
        self._heard = bytearray()
        self.invoices: dict[str, dict[str, Any]] = {}
        self.rows: list[dict[str, Any]] = []
        self._refusal: tuple[str, str, bool] | None = None
        self._mute = False
        self._ahead_ms = 0
        self._unsent = 0
        known = self._memory.read_text().splitlines() if self._memory is not None and self._memory.exists() else []
        for line in known:
            self._apply(json.loads(line))

    # -- on the bench --------------------------------------------------------------------------------------------------

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (self.refuse, self.mute, self.clock, self.unsent)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {"invoices": len(self.invoices), "unsent": self._unsent, "mute": self._mute}

    async def refuse(self, *, code: str, words: str, permanent: bool) -> None:
        """Refuse every new invoice in these words; an empty code: take them again."""
        self._refusal = (code, words, permanent) if code else None

    async def mute(self, *, on: bool) -> None:
        """Number invoices and say nothing."""
        self._mute = on

    async def clock(self, *, ahead_s: int) -> None:
        """Its clock goes wrong by so many seconds."""
        self._ahead_ms = ahead_s * 1000

    async def unsent(self, *, count: int) -> int:
        """So many invoices could not be sent to the authority yet."""
        self._unsent = count
        return count

    # -- the wire ------------------------------------------------------------------------------------------------------

    def powered(self) -> None:
        """See ``Inside.powered``."""
        self._heard.clear()

    def hung_up(self) -> None:
        """See ``Inside.hung_up``."""
        self._heard.clear()

    def receive(self, data: bytes) -> None:
        """See ``Inside.receive``."""
        self._heard += data
        while (start := self._heard.find(b"\x01")) >= 0:
            del self._heard[:start]
            size = bytes(self._heard[1:_HEAD])
            if len(size) < _HEAD - 1:
                return
            if not size.isdigit():
                del self._heard[:1]
                continue
            whole = _HEAD + int(size) + _TAIL
            if len(self._heard) < whole:
                return
            one = bytes(self._heard[:whole])
            del self._heard[:whole]
            self._take(one)

    def _take(self, one: bytes) -> None:
        body, check = one[_HEAD:-_TAIL], one[-_TAIL:-1]
        if check != b"%04X" % check_of(body) or one[-1:] != b"\x04":
            return
        asked = json.loads(body)
        told = self._told(asked)
        if not (self._mute and asked["do"] != "state"):
            self.send(framed({"n": asked["n"], **told}))

    def _told(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        match asked["do"]:
            case "state":
                return {"ok": True, "sdc": _SDC, "clock": self._now(), "pending": self._unsent}
            case "invoice":
                return self._whole(asked["invoice"])
            case "cancel":
                return self._credit(asked["id"], asked["why"])
            case "day":
                return {"ok": True, "report": self._day(asked["day"])}
            case "page":
                rows = [row for row in self.rows if row["day"] >= asked["since"]]
                first = int(asked["from"])
                more = first + _PAGE < len(rows)
                return {"ok": True, "rows": rows[first : first + _PAGE], "next": first + _PAGE if more else None}
        return _no("E00", "an unknown word", again=False)

    def _whole(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """An invoice; or a credit note, which must name the invoice it is of by the number on its paper."""
        of = content["original"]
        if of is None:
            if content["total"] < 0:
                return _no("E05", "a credit note without its invoice", again=False)
            return self._invoice(content["id"], "invoice", content)
        if not of["id"] or not of["number"]:
            return _no("E05", "a credit note without its invoice", again=False)
        if content["total"] > 0:
            return _no("E06", "a credit note gives back", again=False)
        mine = self.invoices.get(of["id"])
        if mine is not None and of["number"] not in (f"{_SDC}-{mine['number']:06d}", mine.get("own")):
            return _no("E07", "the invoice has another number", again=False)
        return self._invoice(content["id"], "credit note", content)

    def _invoice(self, key: str, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
        if key not in self.invoices:
            if self._refusal is not None:
                code, words, permanent = self._refusal
                return _no(code, words, again=not permanent)
            number, at = len(self.invoices) + 1, self._now()
            day = time.strftime("%Y-%m-%d", time.gmtime(at / 1000))
            of, own = (content.get("original") or {}).get("number", ""), content.get("own", "")
            row = {"kind": kind, "key": key, "number": number, "time": at, "total": content["total"], "day": day}
            row |= {name: told for name, told in (("original", of), ("own", own)) if told}
            self._write(row)
        row = self.invoices[key]
        of = row.get("original", "")
        signed = f"{_SDC}|{row['number']}|{row['time']}|{row['total']}|{key}|{of}"
        code = hmac.new(_KEY, signed.encode(), hashlib.sha256).hexdigest()[:16].upper()
        qr = f"EFD;{_SDC};{row['number']};{row['time']};{row['total']};{code}" + (f";{of}" if of else "")
        about = {"number": row["number"], "time": row["time"], "total": row["total"], "code": code, "qr": qr}
        about |= {"original": of} if of else {}
        return {"ok": True, "id": key.removeprefix("credit:"), "sdc": _SDC, **about}

    def _credit(self, key: str, why: str) -> dict[str, Any]:
        if key not in self.invoices:
            return _no("E04", "no such invoice", again=False)
        of = {"id": key, "number": f"{_SDC}-{self.invoices[key]['number']:06d}"}
        content = {"total": -self.invoices[key]["total"], "original": of}
        return self._invoice(f"credit:{key}", f"credit note: {why}", content)

    def _day(self, day: str) -> int:
        days = [row["key"] for row in self.rows if row["kind"] == "day"]
        if day not in days:
            self._write(
                {"kind": "day", "key": day, "number": len(days) + 1, "time": self._now(), "total": 0, "day": day}
            )
            days.append(day)
        return days.index(day) + 1

    def _write(self, row: dict[str, Any]) -> None:
        if self._memory is not None:
            with self._memory.open("ab") as out:
                out.write(json.dumps(row).encode() + b"\n")
                out.flush()
                os.fsync(out.fileno())
        self._apply(row)

    def _apply(self, row: dict[str, Any]) -> None:
        self.rows.append(row)
        if row["kind"] != "day":
            self.invoices[row["key"]] = row

    def _now(self) -> int:
        return time.time_ns() // 1_000_000 + self._ahead_ms


def _no(code: str, words: str, *, again: bool) -> dict[str, Any]:
    return {"ok": False, "code": code, "words": words, "again": again}


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.fiscal.efd_sdc", Sdc, options={"memory": ""}))
