"""emupos judges the ESC/POS driver: receipts in three languages on two papers, codes, states, faults, the drawer.

``python -m tests.conformance.emupos_printer`` prints its verdicts; ``judge`` gives them.
"""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Final

import zxingcpp
from PIL import Image, ImageChops

from bench.far_ends.printer.interpreter import Interpreter, Make, Receipt
from hal.printer.contract import Barcode, Cut, Document, DrawerMoved, PrinterState, QrCode, Rule, TextLine
from hal.printer.escpos import Driver
from hal.printer.protocol.job import Layout, encode
from hal.raster import Typesetter
from tests.support.emupos import Emupos, EmuposMissingError, emupos
from tests.support.ports import free_port
from tests.support.rigs import Seen, opened
from tests.support.rigs.printer.escpos import FONT, escpos_settings
from tests.support.waiting import wait_until_async

__all__ = ["judge"]

Verdict = tuple[str, str, str]
Check = Callable[[], Awaitable[None]]

_NAME: Final = "printer/escpos"
_MARGIN: Final = 24
_QR, _EAN = "https://shop.example/r/0190", "5901234123457"
_CODES: Final = (QrCode(_QR), Barcode(_EAN), Cut())
ENGLISH: Final = Document(
    "en",
    (
        TextLine("SHAPLA SUPERSTORE", align="centre", bold=True, size=2),
        TextLine("12 Mirpur Road, Dhaka", align="centre"),
        Rule(),
        TextLine("Mango Himsagar 0.560 kg", "67.20"),
        TextLine("  packaging of 12 g taken off the weight shown above", ""),
        TextLine("TOTAL", "Tk 152.20", bold=True, size=2),
        *_CODES,
    ),
)
PORTUGUESE: Final = Document(
    "pt",
    (
        TextLine("Mercearia São João", align="centre", bold=True, size=2),
        TextLine("Açúcar união", "R$ 4,99"),
        TextLine("  2 × R$ 2,49"),
        TextLine("TOTAL", "R$ 9,97", bold=True, size=2),
        *_CODES,
    ),
    "pt_BR",
)
BENGALI: Final = Document(
    "bn",
    (
        TextLine("শাপলা সুপারস্টোর", align="centre", bold=True, size=2),
        TextLine("হিমসাগর আম ০.৫৬০ কেজি", "৳৬৭.২০"),
        TextLine("সর্বমোট", "৳১৫২.২০", bold=True, size=2),
        Rule(),
        TextLine("ধন্যবাদ। আবার আসবেন।", align="centre"),
        Cut(),
    ),
    "bn",
)

_MEANS_NOTHING: Final = {"00", "10 14 08 01 03 14 01 06 02 08"}
"""What leads a printer out of something left half said: NULs, or DLE DC4 8, whose buffers this one does not have."""

_PROFILE_58: Final = """
type: printer
name: 58 mm
dpi: 203
width_dots: 384
font_a: { width: 12, height: 24 }
font_b: { width: 9, height: 17 }
code_pages: { 0: PC437 }
default_code_page: 0
drawer_sensor_open_level: high
"""


class _Paper:
    """One of the judge's printers with our driver at it. It has no words on jobs: GS r 1 confirms."""

    def __init__(self, device: str, dots: int, port: int, **more: object) -> None:
        self.device, self.dots = device, dots
        given: dict[str, Any] = {
            "host": "127.0.0.1",
            "port": port,
            "confirm_by": "paper_status",
            "answer_timeout_ms": 5000,
            "confirm_timeout_ms": 30_000,
            **more,
        }
        self.driver = Driver("printer", escpos_settings(**given))
        self.seen = Seen()

    async def print(self, document: Document, judge: Emupos) -> tuple[str, Image.Image]:
        """Print and give what came out: its text and its picture."""
        before = len(judge.receipts(self.device))
        outcome = await self.driver.print_document(document)
        assert outcome.outcome == "printed", outcome
        await wait_until_async(lambda: len(judge.receipts(self.device)) > before, what="the judge's receipt")
        text, picture = judge.receipts(self.device)[-1]
        return text, Image.open(picture).convert("L")

    def ours(self, document: Document) -> Receipt:
        """The same document as our own far end reads it."""
        wide = self.dots == 576
        layout = Layout(self.dots, "cp1252", "partial", 128) if wide else Layout(self.dots, "ascii", "partial", 24)
        typesetter = Typesetter(FONT, FONT.replace("Regular", "Bold"), 26, self.dots)
        receipts: list[Receipt] = []
        far = Interpreter(lambda _data: None, receipts.append, lambda _pin: None, Make(width=self.dots))
        far.receive(b"".join(encode(document, layout, typesetter)))
        return receipts[0]


def _lines(text: str) -> list[str]:
    """A receipt's lines of text as the judge dumps them, less the marks of pictures and empty lines."""
    lines = [line.rstrip() for line in text.splitlines()]
    return [line for line in lines if line.strip() and not line.strip().startswith("[")]


async def _text(paper: _Paper, document: Document, judge: Emupos) -> None:
    text, _ = await paper.print(document, judge)
    ours = [line for line in paper.ours(document).text if line.strip()]
    told = [line.strip() for line in _lines(text)]
    assert ours, "every line was drawn"
    assert told == [line.strip() for line in ours], f"it reads {told}, our far end {ours}"


async def _codes(paper: _Paper, document: Document, judge: Emupos) -> None:
    _, picture = await paper.print(document, judge)
    read = {code.text for code in zxingcpp.read_barcodes(picture)}
    assert read == {_QR, _EAN}, f"a scanner reads {sorted(read)} from its picture"


async def _picture(paper: _Paper, document: Document, judge: Emupos) -> None:
    """Every dot of a drawn receipt is where our own far end has it."""
    drawn = replace(document, parts=(*(part for part in document.parts if part not in _CODES), Cut()))
    _, picture = await paper.print(drawn, judge)
    far = paper.ours(drawn)
    assert not "".join(far.text), "a line went as text"
    ours = far.strip.picture(torn=False)
    ours = ours.crop((_MARGIN, _MARGIN, ours.width - _MARGIN, ours.height - _MARGIN))
    theirs, mine = (image.point(lambda level: 0 if level < 128 else 255) for image in (picture, ours))
    boxes = [ImageChops.invert(image).getbbox() for image in (theirs, mine)]
    assert None not in boxes, "nothing was drawn"
    inked = [image.crop(box) for image, box in zip((theirs, mine), boxes, strict=True)]
    assert inked[0].size == inked[1].size, f"its drawing is {inked[0].size}, ours {inked[1].size}"
    assert ImageChops.difference(*inked).getbbox() is None, "its dots are not ours"


async def _states(paper: _Paper, judge: Emupos) -> None:
    for fault, state in (
        ("paper-near-end", "near_end"),
        ("paper-out", "out"),
        ("cover-open", "cover_open"),
        ("offline", "offline"),
    ):
        for on, wanted in ((True, state), (False, "ok")):
            judge.fault(paper.device, fault, on=on)
            expected = PrinterState("printer", wanted)  # type: ignore[arg-type]  # the states above
            await wait_until_async(partial(_last_is, paper.seen, expected), what=f"{fault} told")


def _last_is(seen: Seen, state: PrinterState) -> bool:
    return seen.of(PrinterState)[-1] == state


async def _stopped(paper: _Paper, judge: Emupos) -> None:
    judge.fault(paper.device, "paper-out", on=True)
    outcome = await paper.driver.print_document(ENGLISH)
    judge.fault(paper.device, "paper-out", on=False)
    assert (outcome.outcome, outcome.reason) == ("failed", "paper out"), outcome


async def _drawer(paper: _Paper, judge: Emupos) -> None:
    await paper.driver.open_drawer()
    await wait_until_async(lambda: paper.seen.of(DrawerMoved), what="the drawer is open")
    assert judge.get(f"/devices/{paper.device}")["state"]["drawer"] == "open"
    judge.close_drawer(paper.device)
    await wait_until_async(lambda: len(paper.seen.of(DrawerMoved)) > 1, what="the drawer is shut")


async def _nothing_unknown(judge: Emupos) -> None:
    unknown = {line.rpartition("unknown bytes")[2].strip() for line in judge.events.splitlines() if "unknown" in line}
    assert unknown <= _MEANS_NOTHING, f"it does not know {sorted(unknown)}"


def _checks(wide: _Paper, narrow: _Paper, judge: Emupos) -> dict[str, Check]:
    papers = {"80 mm": wide, "58 mm": narrow}
    checks: dict[str, Check] = {}
    for size, paper in papers.items():
        for document in (ENGLISH, PORTUGUESE):
            drawn = (paper, document) == (narrow, PORTUGUESE)  # it has no code page for it
            way, check = ("dots", _picture) if drawn else ("text", _text)
            about = f"{document.job} on {size}"
            checks[f"{way} of a receipt, {about}"] = _bound(check, paper, document, judge)
            checks[f"QR and EAN-13 read from its picture, {about}"] = _bound(_codes, paper, document, judge)
        checks[f"dots of a receipt, bn on {size}"] = _bound(_picture, paper, BENGALI, judge)
    checks["status codes, told at once (ASB)"] = _bound(_states, wide, judge)
    checks["status codes, asked for (DLE EOT)"] = _bound(_states, narrow, judge)
    checks["a receipt without paper fails and says why"] = _bound(_stopped, wide, judge)
    checks["the drawer opens, and its sense is told"] = _bound(_drawer, wide, judge)
    checks["no command that it does not know"] = _bound(_nothing_unknown, judge)
    return checks


def _bound(check: Callable[..., Awaitable[None]], *given: object) -> Check:
    return lambda: check(*given)


async def _judged(folder: Path) -> list[Verdict]:
    ports = {"wide": free_port(), "narrow": free_port()}
    (folder / "narrow.yaml").write_text(_PROFILE_58, encoding="utf-8")
    profiles = {"wide": "epson-tm-t20iii", "narrow": "./narrow.yaml"}
    devices = [
        {
            "id": name,
            "type": "printer",
            "profile": profiles[name],
            "connections": [{"tcp": {"port": port}}],
            "job_idle_timeout_ms": 500,
        }
        for name, port in ports.items()
    ]
    with emupos(folder, devices) as judge:
        wide = _Paper("wide", 576, ports["wide"], poll_ms=600_000, drawer="pin2", drawer_open_level="high")
        narrow = _Paper("narrow", 384, ports["narrow"], profile="generic_58", cut="partial")
        try:
            for paper in (wide, narrow):
                paper.seen = await opened(paper.driver)
            checks = _checks(wide, narrow, judge)
            return [(_NAME, what, await _verdict(check)) for what, check in checks.items()]
        finally:
            await wide.driver.close()
            await narrow.driver.close()


async def _verdict(check: Check) -> str:
    try:
        await check()
    except (AssertionError, TimeoutError, OSError) as error:
        return f"failed: {error}"
    return "passed"


def judge() -> Iterator[Verdict]:
    """Each thing it was asked to judge, and its verdict."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            yield from asyncio.run(_judged(Path(folder)))
        except EmuposMissingError as error:
            yield _NAME, "receipts, states and drawer", f"left out: {error}"


def main() -> int:
    """Print the verdicts; 1 if one is against us."""
    logging.disable(logging.CRITICAL)
    verdicts = list(judge())
    for driver, what, verdict in verdicts:
        sys.stdout.write(f"{driver}: {what}: {verdict}\n")
    return int(any(verdict.startswith("failed") for _, _, verdict in verdicts))


if __name__ == "__main__":
    raise SystemExit(main())
