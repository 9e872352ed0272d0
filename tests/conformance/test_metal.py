"""``--bench`` runs the same suite on one device that is really there; here, a printer's far end as a program."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench.far_ends.line import Line
from bench.far_ends.scale.dialog06 import Dialog06
from hal.scale.contract import Reading
from tests.conformance.metal import BenchError, read_bench
from tests.support.rigs import opened
from tests.support.rigs.printer.escpos import FONT
from tests.support.waiting import wait_until_async

ROOT = Path(__file__).parents[2]


def test_the_suite_runs_on_the_device_that_the_option_names(tmp_path: Path) -> None:
    far = [sys.executable, "-m", "bench.far_ends.printer.escpos", "--folder", str(tmp_path / "receipts")]
    with subprocess.Popen(far, cwd=ROOT, stdout=subprocess.PIPE, text=True) as printer:
        assert printer.stdout is not None
        port = json.loads(printer.stdout.readline())["port"]
        option = f"printer=escpos:127.0.0.1,port={port},poll_ms=20,font={FONT}"
        done = _suite(option, "tests/conformance/test_every_driver.py", "-k", "health or step or again")
        printer.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "needs a hand" in done.stdout
    assert " passed" in done.stdout


def test_the_suite_runs_on_a_scale_at_a_serial_port_and_leaves_out_what_needs_a_hand(tmp_path: Path) -> None:
    """A pseudo-terminal stands for the metal: the suite knows nothing of the far end but the path of its port."""
    port = tmp_path / "scale"
    far = [sys.executable, "-m", "bench.far_ends.scale.toledo_8217", "--link", str(port)]
    with subprocess.Popen(far, cwd=ROOT, stdout=subprocess.PIPE, text=True) as scale:
        assert scale.stdout is not None
        assert json.loads(scale.stdout.readline())["where"] == str(port)
        option = f"scale=toledo_8217:{port},framing=8N1,poll_ms=5,answer_ms=100,retry_ms=10"
        done = _suite(option, "tests/conformance/test_every_driver.py")
        scale.terminate()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "there is no cable to pull" in done.stdout
    passed = int(done.stdout.rpartition(" passed")[0].split()[-1])
    assert passed > 5, done.stdout


def test_a_scale_that_weighs_only_at_a_price_has_one_on_the_bench(tmp_path: Path) -> None:
    """It would tell nothing, and the suite could not say whether that is the scale's fault."""

    async def weighed() -> bool:
        line = Line(Dialog06())
        option = f"scale=dialog06:{await line.start_pty(tmp_path / 'scale')},framing=8N1,poll_ms=5"
        try:
            async with read_bench(option).rig(by_hand=False)(tmp_path) as rig:
                seen = await opened(rig.driver)
                await wait_until_async(lambda: seen.of(Reading), what="a reading")
                return True
        finally:
            await line.close()

    assert asyncio.run(weighed())


def _suite(option: str, *what: str) -> subprocess.CompletedProcess[str]:
    suite = [sys.executable, "-m", "pytest", *what, "-q", "-rs", "-p", "no:cacheprovider", "--bench", option]
    return subprocess.run(suite, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("scale", "no driver scale/"),
        ("scale=any:/dev/ttyUSB0", "no driver scale/any"),
        ("printer=escpos", "needs host"),
        ("printer=escpos:192.0.2.9,dots=3", "dots is"),
        ("printer=escpos:192.0.2.9,colour=red", "unknown"),
    ],
)
def test_an_option_that_cannot_be_understood_is_refused_in_words(written: str, says: str) -> None:
    with pytest.raises(BenchError, match=says):
        read_bench(written)
