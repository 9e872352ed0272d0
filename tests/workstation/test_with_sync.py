"""The checkout beside the real sync process, out of reach of head office."""

from __future__ import annotations

import os
import subprocess
import sys

from kiosk.checkout import events as e
from kiosk.checkout import screen as s
from kiosk.sync.settings import BrokerSettings, SyncSettings, render
from tests.support.kiosk import ROOT, lane
from tests.support.ports import free_port


def test_a_lane_without_head_office_opens_a_series_of_its_own_and_sells() -> None:
    with lane(sync="sync.sock") as at:
        broker = BrokerSettings("127.0.0.1", free_port(), "ca.pem", "cert.pem", "key.pem")
        written = SyncSettings(
            kiosk="kiosk-7",
            store="dhaka-1",
            workstation="7",
            journal=str(at.data / "journal.db"),
            folder=str(at.data),
            socket=str(at.folder / "run" / "sync.sock"),
            broker=broker,
        )
        settings = at.folder / "sync.toml"
        settings.write_text(render(written), encoding="utf-8")
        command = [sys.executable, "-m", "kiosk.sync.main", "--settings", str(settings)]
        with (
            subprocess.Popen(command, stderr=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(ROOT)}) as sync,
            at.kiosk() as kiosk,
        ):
            try:
                kiosk.sees(s.AttractBody)
                assert at.happened(e.SeriesOpened)
                at.scan("8901234567890")
                kiosk.sees(s.BasketBody)
                assert kiosk.screens[-1].chrome.online is False
            finally:
                sync.terminate()
