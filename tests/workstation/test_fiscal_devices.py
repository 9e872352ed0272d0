"""Real fiscal drivers at a whole kiosk: Germany with its TSE, Bangladesh with an SDC; the power goes in the middle."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from bench import leash
from hal.fiscal.common.tr03151 import Signed, verify
from kiosk.checkout import events as e
from kiosk.checkout import inputs as i
from kiosk.checkout import screen as s
from kiosk.retail.money import Money
from kiosk.retail.tax import TaxClass
from tests.support.kiosk import ROOT, Lane, Running, lane
from tests.support.shop import MemoryBook, small_shop
from tests.support.waiting import wait_until

MILK = "8901234567890"


class _German(MemoryBook):
    """The small shop with German rates."""

    def tax_class(self, tax_class: str) -> TaxClass | None:
        """Standard and exempt."""
        rates = {"standard": 1900, "exempt": 0}
        return TaxClass(tax_class, (("2025-01-09", rates[tax_class]),)) if tax_class in rates else None


def _german() -> MemoryBook:
    shop = small_shop()
    policy = replace(shop.policy, country="DE", currency="EUR", legal_series="", languages=("en",))
    milk = replace(shop.items["milk"], price=Money(129, "EUR"))
    return _German(policy, {"milk": milk}, (), {})


@contextmanager
def _far_end(at: Lane, module: str, *arguments: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", f"bench.far_ends.fiscal.{module}", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command += ["--knob-socket", str(at.folder / "fiscal")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as far_end:
        leash.put_on(far_end.pid)
        try:
            assert far_end.stdout is not None
            yield json.loads(far_end.stdout.readline())
        finally:
            far_end.terminate()
            far_end.wait()
            leash.let_go(far_end.pid)


def _name_device(at: Lane, model: str, settings: dict[str, object], *, country: str = "bd") -> None:
    told = ", ".join(f"{name} = {json.dumps(value)}" for name, value in settings.items())
    device = f'[devices.fiscal]\ncategory = "fiscal"\nmodel = "{model}"\nsettings = {{ {told} }}\n'
    text = at.settings.read_text(encoding="utf-8").replace('country = "bd"', f'country = "{country}"')
    at.settings.write_text(text + device, encoding="utf-8")


def test_a_german_sale_is_signed_once_though_the_power_goes_while_the_tse_is_silent() -> None:
    with lane(_german()) as at, _far_end(at, "tse", "--folder", str(at.folder / "tse")) as told:
        _name_device(at, "tse", {**told["settings"], "poll_ms": 200, "retry_ms": 50}, country="de")
        with at.headless() as kiosk:
            kiosk.sees("AttractBody")
            at.scan(MILK)
            wait_until(lambda: at.happened(e.FiscalBegun), what="a sale begun at its first line")
            at.turn("fiscal", "fault", kind="silent")
            kiosk.touch("CheckoutRequested")
            kiosk.touch("TenderChosen", tender_id="card")
            wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
            at.turn("terminal", "tap", outcome="approve")
            wait_until(lambda: at.happened(e.FiscalRequested), what="the request")
            kiosk.kill()
        at.turn("fiscal", "fault", kind="none")
        with at.headless() as kiosk:
            wait_until(lambda: at.happened(e.ReceiptPrinted), what="the receipt")
            (given,) = at.happened(e.FiscalNumberGiven)
            assert at.state_of("fiscal")["finished"] == 1
        code = next(text.value for text in given.printed if text.kind == "qr")
        assert code in json.dumps(at.receipts())
        fields = code.split(";")
        keys = (base64.b64decode(fields[10]), base64.b64decode(fields[11]))
        signed = Signed(int(fields[4]), int(fields[5]), 1, given.utc_ms // 1000, fields[8], *keys, fields[1])
        assert fields[3] == "Beleg^1.29_0.00_0.00_0.00_0.00^1.29:Unbar"
        assert verify(signed, fields[3])
        assert "not signed" not in json.dumps(at.receipts()[-1])


def test_an_invoice_of_bangladesh_bears_the_sdc_s_number_and_one_of_an_outage_ours() -> None:
    with lane() as at, _far_end(at, "efd_sdc", "--tcp", "0", "--memory", str(at.folder / "sdc.jsonl")) as told:
        _name_device(at, "efd_sdc", {"port": told["where"], "poll_ms": 50, "retry_ms": 50, "answer_ms": 1_000})
        with at.kiosk() as kiosk:
            kiosk.sees(s.AttractBody)
            _sell(at, kiosk, 1)
            at.turn("fiscal", "unplug")
            wait_until(lambda: at.happened(e.FiscalOutageBegan), what="an outage")
            _sell(at, kiosk, 2)
            at.turn("fiscal", "plug")
            wait_until(lambda: at.happened(e.FiscalOutageEnded), what="its end")
        first, second = at.happened(e.FiscalNumberGiven)
        assert (first.by, first.series, first.number) == ("device", "SDC-BENCH-000007", 1)
        assert (second.by, second.outcome, second.number) == ("checkout", "outage", 1)
        assert [late.number for late in at.happened(e.FiscalRegistered)] == [2]


def _sell(at: Lane, kiosk: Running, nth: int) -> None:
    at.scan(MILK)
    kiosk.sees(s.BasketBody)
    kiosk.touch(i.CheckoutRequested(), i.TenderChosen("card"))
    wait_until(lambda: at.state_of("terminal")["pending"], what="the terminal asks for a card")
    at.turn("terminal", "tap", outcome="approve")
    wait_until(lambda: len(at.happened(e.ReceiptPrinted)) == nth, what="a receipt")
