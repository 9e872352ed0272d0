"""A whole kiosk with the real printer driver at its far end: what becomes of a receipt of which nobody knows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from tests.support.kiosk import Lane, lane
from tests.support.rigs.printer.escpos import FONT
from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
MILK = "8901234567890"


@contextmanager
def _far_end(at: Lane, settings: str = "") -> Iterator[Path]:
    """The printer as a program, and the lane's settings naming it; gives the folder of its receipts."""
    folder = at.folder / "paper"
    program = [sys.executable, "-m", "bench.far_ends.printer.escpos", "--folder", str(folder), "--no-pictures"]
    program += ["--knob-socket", str(at.folder / "printer")]
    with subprocess.Popen(program, cwd=ROOT, stdout=subprocess.PIPE, text=True) as far:
        assert far.stdout is not None
        try:
            port = json.loads(far.stdout.readline())["port"]
            own = f'knob_socket = "{at.folder}/printer", folder = "{at.folder}/receipts"'
            simulated = f'model = "simulated"\nsettings = {{ {own} }}'
            times = "answer_timeout_ms = 100, confirm_timeout_ms = 300, poll_ms = 50, retry_ms = 20"
            own = f'host = "127.0.0.1", port = {port}, font = "{FONT}", {times}{settings}'
            text = at.settings.read_text(encoding="utf-8")
            assert simulated in text
            real = text.replace(simulated, f'model = "escpos"\nsettings = {{ {own} }}')
            at.settings.write_text(real, encoding="utf-8")
            yield folder
        finally:
            far.terminate()


def _papers(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"))]


def test_a_receipt_of_unknown_fate_is_followed_by_one_that_says_it_is_a_copy() -> None:
    with lane() as at, _far_end(at) as folder, at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        kiosk.touch(i.LanguageChosen("en"))
        at.turn("terminal", "auto", outcome="approve")
        at.turn("printer", "stall_after", rows=300)
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
        wait_until(lambda: at.happened(e.ReceiptUnknown), what="nobody knows")
        wait_until(lambda: at.happened(e.ReceiptFailed), what="a copy cannot be printed either")
        at.turn("printer", "stall", on=False)
        (printed,) = wait_until(lambda: at.happened(e.ReceiptPrinted), what="a copy")
        assert printed.copy
        assert [asked.copy for asked in at.happened(e.ReceiptRequested)][:2] == [False, True]
        assert len(at.happened(e.TransactionCompleted)) == 1
        whole = [paper["text"] for paper in _papers(folder) if paper["complete"]]
        half = [paper["text"] for paper in _papers(folder) if not paper["complete"]]
    assert [text[0] for text in whole] == ["COPY"]
    assert "COPY" not in half[0]


def test_cash_opens_the_drawer_at_a_printer_that_has_one() -> None:
    with lane() as at, _far_end(at, ', drawer = "pin2"'), at.kiosk() as kiosk:
        kiosk.sees(s.AttractBody)
        at.scan(MILK)
        kiosk.sees(s.BasketBody)
        assert at.state_of("printer")["drawer"] == "closed"
        kiosk.touch(i.CheckoutRequested(), i.TenderChosen("cash"))
        (asked,) = wait_until(lambda: at.happened(e.TenderRequested), what="cash is asked for")
        kiosk.touch(
            i.OperatorSignedIn("op1", "Rahima", "attendant", "pin"),
            i.OperatorActed("cash_received", amount=asked.amount),
        )
        wait_until(lambda: at.happened(e.ReceiptPrinted), what="a receipt")
        wait_until(lambda: at.state_of("printer")["drawer"] == "open", what="an open drawer")
