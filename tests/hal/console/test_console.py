"""The engineer's tools: what is plugged in is told from sysfs, and a device of the settings is checked and shown."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from bench.far_ends.line import Inside, Line
from bench.far_ends.scale.cas import Cas
from bench.far_ends.scale.dialog06 import Dialog06
from bench.far_ends.scale.sma_scp0499 import SmaScp0499
from bench.far_ends.scanner.serial import SerialScanner
from hal.console.check import check
from hal.console.discover import discover, look, probe, settings_lines
from hal.console.main import SettingsError, main, read_device
from hal.console.monitor import described, monitor
from hal.drivers import CATEGORIES, available, load
from hal.loyalty_card.contract import CardPresented
from hal.scale.contract import Reading
from tests.support.rigs.card_reader.nexo import terminal_and_driver
from tests.support.rigs.printer.escpos import FONT
from tests.support.waiting import wait_until_async

ROOT = Path(__file__).parents[3]


def _write(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def _usb(root: Path, path: str, vendor: str, product: str, name: str) -> Path:
    device = root / "sys/devices/usb1" / path
    for key, value in (("idVendor", vendor), ("idProduct", product), ("product", name), ("manufacturer", "Maker")):
        _write(device / key, f"{value}\n")
    return device


def _link(link: Path, target: Path) -> None:
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(target)


def test_a_scanner_on_hid_is_known_by_its_usage_page_not_by_its_maker(tmp_path: Path) -> None:
    device = _usb(tmp_path, "1-1.3", "1234", "0001", "Unheard of")
    _write(device / "1-1.3:1.0/0003:1234:0001.0001/report_descriptor", bytes.fromhex("058C0902A101"))
    _link(tmp_path / "sys/bus/hid/devices/0003:1234:0001.0001", device / "1-1.3:1.0/0003:1234:0001.0001")
    (found,) = look(tmp_path)
    assert found.could_be == (("scanner", "hid_pos"),)
    assert found.where == "USB 1-1.3"


def test_a_keyboard_is_no_scanner(tmp_path: Path) -> None:
    device = _usb(tmp_path, "1-1.4", "046d", "c31c", "Keyboard")
    _write(device / "1-1.4:1.0/0003:046D:C31C.0002/report_descriptor", bytes.fromhex("05010906A101"))
    _link(tmp_path / "sys/bus/hid/devices/0003:046D:C31C.0002", device / "1-1.4:1.0/0003:046D:C31C.0002")
    assert list(look(tmp_path)) == []


def test_a_printer_is_known_by_its_class_and_named_by_its_place(tmp_path: Path) -> None:
    device = _usb(tmp_path, "1-1.2", "04b8", "0e15", "TM-T20II")
    _write(device / "1-1.2:1.0/bInterfaceClass", "07\n")
    _link(tmp_path / "sys/bus/usb/devices/1-1.2:1.0", device / "1-1.2:1.0")
    (found,) = look(tmp_path)
    lines = settings_lines(found.could_be[0], found)
    assert lines[:3] == ["[devices.printer]", 'category = "printer"', 'model = "escpos"']
    assert "usb_vendor = 0x04b8" in lines[3]
    assert 'connection = "usb"' in lines[3]


def test_a_cable_of_a_cable_maker_is_not_taken_for_a_scale(tmp_path: Path) -> None:
    device = _usb(tmp_path, "1-1.1", "0403", "6001", "FT232R")
    _write(device / "1-1.1:1.0/ttyUSB0/number", "0")
    _link(tmp_path / "sys/class/tty/ttyUSB0/device", device / "1-1.1:1.0/ttyUSB0")
    _write(tmp_path / "dev/ttyUSB0", "")
    _link(tmp_path / "dev/serial/by-id/usb-FTDI_FT232R_A1-if00-port0", tmp_path / "dev/ttyUSB0")
    (found,) = look(tmp_path)
    assert found.could_be == ()
    assert found.where.endswith("usb-FTDI_FT232R_A1-if00-port0")


def test_a_camera_on_the_ribbon_cable_is_libcamera_s_and_what_only_turns_pictures_is_no_camera(tmp_path: Path) -> None:
    names = ("rp1-cfe-csi2_ch0", "rp1-cfe-fe_image0", "pispbe-input", "rpi-hevc-dec", "bcm2835-isp-capture0")
    for number, name in enumerate((*names, "HD Pro Webcam C920", "HD Pro Webcam C920")):
        _write(tmp_path / f"sys/class/video4linux/video{number}/name", name)
    _write(tmp_path / "sys/class/video4linux/video6/index", "1")
    found = {each.where: each.could_be for each in look(tmp_path)}
    assert found == {f"{tmp_path}/dev/video5": (("camera", "v4l2"),), "CSI": (("camera", "picamera2"),)}
    (ribbon,) = (each for each in look(tmp_path) if each.where == "CSI")
    assert settings_lines(ribbon.could_be[0], ribbon)[1:] == ['category = "camera"', 'model = "picamera2"']


def test_nothing_plugged_in_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(discover(root=tmp_path)) == 1
    assert "nothing a kiosk could use" in capsys.readouterr().out


def _probed(inside: Inside, folder: Path, *, tcp: bool = False, **framing: Any) -> list[str]:  # noqa: ANN401
    async def run() -> list[str]:
        line = Line(inside)
        where = await (line.start_tcp() if tcp else line.start_pty(folder / "usb-cable"))
        await line.framing(**{"device": "8N1", "host": "8N1", **framing})
        try:
            return [text async for text in probe(where)]
        finally:
            await line.close()

    return asyncio.run(run())


def test_of_all_scales_only_the_one_that_is_there_answers_a_probe(tmp_path: Path) -> None:
    (answer,) = _probed(SmaScp0499(), tmp_path)
    assert answer.startswith("scale/sma_scp0499: ")


def test_a_scale_in_another_framing_is_named_by_it_when_it_is_probed(tmp_path: Path) -> None:
    answers = _probed(SmaScp0499(), tmp_path, tcp=True, device="7E1", host="8N1")
    (named,) = (answer for answer in answers if answer.startswith("scale/sma_scp0499: "))
    assert "the device speaks 7E1" in named


def test_nobody_at_a_port_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert asyncio.run(discover(str(tmp_path / "none"))) == 1
    assert "nobody answers at" in capsys.readouterr().out


def test_every_driver_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers"]) == 0
    assert "escpos" in capsys.readouterr().out


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_driver_shows_its_data_sheet_and_its_settings(category: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["drivers", category]) == 0
    listed = capsys.readouterr().out
    for model in available(category):
        assert f"{model} " in listed
        assert main(["drivers", category, model]) == 0
        told = capsys.readouterr().out
        assert "Sample settings:" in told
        assert "``" not in told


@pytest.mark.parametrize("wrong", [["drivers", "till"], ["drivers", "scale", "till"]])
def test_a_driver_that_is_not_there_is_refused_with_those_that_are(
    wrong: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(wrong) == 2
    assert "there are: ca" in capsys.readouterr().err.replace("adam, ", "")


def test_a_missing_settings_file_is_told_with_the_way_to_name_another(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "printer", "--settings", "/nowhere/kiosk.toml"]) == 2
    assert "--settings" in capsys.readouterr().err


@contextmanager
def _printer(folder: Path) -> Iterator[Path]:
    """A printer's far end as a program, and a settings file that names it."""
    far = [sys.executable, "-m", "bench.far_ends.printer.escpos", "--folder", str(folder / "receipts")]
    with subprocess.Popen(far, cwd=ROOT, stdout=subprocess.PIPE, text=True) as printer:
        assert printer.stdout is not None
        port = json.loads(printer.stdout.readline())["port"]
        settings = folder / "kiosk.toml"
        own = f'host = "127.0.0.1", port = {port}, font = "{FONT}"'
        settings.write_text(f'[devices.printer]\ncategory = "printer"\nmodel = "escpos"\nsettings = {{ {own} }}\n')
        try:
            yield settings
        finally:
            printer.terminate()


def test_an_external_check_of_a_printer_prints_a_test_slip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with _printer(tmp_path) as settings:
        assert main(["check", "printer", "--external", "--settings", str(settings)]) == 0
    told = capsys.readouterr().out
    assert "ok    internal" in told
    assert "ok    external: test slip printed" in told
    slip = json.loads(next((tmp_path / "receipts").glob("*.json")).read_text())
    assert slip["complete"]
    assert slip["qr"] == ["check"]


def test_an_interactive_check_of_a_printer_sees_its_cover_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printer: Any = load("printer", "simulated", "printer", {"folder": str(tmp_path)})

    async def run() -> int:
        checking = asyncio.ensure_future(check("printer", printer, external=False, interactive=True, patience=5))
        await wait_until_async(lambda: "please open the printer's cover" in capsys.readouterr().err, what="asked")
        await printer.cover_open(on=True)
        return await checking

    assert asyncio.run(run()) == 0
    assert "ok    interactive" in capsys.readouterr().out


def test_an_external_check_of_a_terminal_shows_a_word_and_charges_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> tuple[int, list[str]]:
        async with terminal_and_driver(tmp_path) as (terminal, driver):
            code = await check("card_reader", driver, external=True, interactive=True)
            return code, terminal.heard

    code, heard = asyncio.run(run())
    assert (code, heard.count("Display"), heard.count("Payment")) == (0, 2, 0)
    assert "its display said TEST" in capsys.readouterr().out


def test_a_device_that_is_not_there_fails_its_check_with_the_cause(capsys: pytest.CaptureFixture[str]) -> None:
    printer = load("printer", "escpos", "printer", {"host": "127.0.0.1", "port": 1, "font": FONT})
    assert asyncio.run(check("printer", printer, external=True, interactive=True, patience=0.2)) == 1
    told = capsys.readouterr().out
    assert "FAIL  internal" in told
    assert told.count("no connection to 127.0.0.1:1: connection refused") == 1
    assert "external" not in told


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[devices", "is no TOML"),
        ("", "names no device 'printer'"),
        ('[devices.printer]\ncategory = "printer"\nmodel = "none"', "no printer driver"),
        ("[devices.printer]\nmodel = 3", "needs category, model"),
    ],
)
def test_settings_that_cannot_be_used_are_refused_in_words(tmp_path: Path, content: str, says: str) -> None:
    settings = tmp_path / "kiosk.toml"
    settings.write_text(content)
    with pytest.raises(SettingsError, match=says):
        read_device(settings, "printer")


def test_the_monitor_shows_what_a_device_tells(capsys: pytest.CaptureFixture[str]) -> None:
    scale = load("scale", "simulated", "scale", {"period_ms": 5})
    assert asyncio.run(monitor(scale, seconds=0.2)) == 0
    told = capsys.readouterr().out
    assert "StatusChanged status=ready" in told
    assert "Reading value=0" in told


@pytest.mark.parametrize("command", ["check", "monitor"])
def test_a_scale_that_weighs_only_at_a_price_is_given_one_and_tells(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> int:
        inside = Dialog06(settle_looks=1)
        line = Line(inside)
        where = await line.start_pty(tmp_path / "usb-cable")
        scale = load("scale", "dialog06", "scale", {"port": where, "framing": "8N1"})
        await inside.put(grams=1_250)
        try:
            if command == "check":
                return await check("scale", scale, external=True, interactive=False)
            return await monitor(scale, seconds=1)
        finally:
            await line.close()

    assert asyncio.run(run()) == 0
    said = (
        "ok    external: Reading value="
        if command == "check"
        else "Reading value=1250 exponent=-3 unit=kg state=stable"
    )
    assert said in capsys.readouterr().out


def test_an_event_is_one_line_with_its_bytes_in_hex() -> None:
    reading = Reading("scale", 5, -3, "kg", "stable", 1, 2, b"\x02\r")
    assert "raw=02 0d" in described(reading)
    assert (
        described(CardPresented("loyalty_card", "magnetic", "2990000000019"))
        == "CardPresented kind=magnetic data=private"
    )


def test_what_can_be_asked_is_asked_and_nobody_listens_for_a_beep_that_was_never_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run() -> None:
        for category, model, inside in (("scale", "cas", Cas(settle_looks=1)), ("scanner", "serial", SerialScanner())):
            line = Line(inside)
            where = await line.start_pty(tmp_path / model)
            device = load(category, model, category, {"port": where, "framing": "8N1"})
            assert await check(category, device, external=True, interactive=False) == 0
            await line.close()

    asyncio.run(run())
    told = capsys.readouterr().out
    assert "ENQ and DC1 answered; it stands at" in told
    assert "nothing this scanner does can be seen with nobody at it" in told
    assert "did you hear it" not in told
