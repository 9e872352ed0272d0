"""The udev and polkit rules: the devices that drivers speak to by libusb or pcscd are the service's user's to open."""

from __future__ import annotations

import importlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from hal.drivers import CATEGORIES, available

ROOT = Path(__file__).parents[2]
RULES = ROOT / "systemd/70-kiosk-devices.rules"
POLKIT = ROOT / "systemd/kiosk-pcscd.rules"
TERM = re.compile(r'[A-Z]+(\{[A-Za-z_]+\})?(==|!=|=)"[^"]*"')
VENDOR = re.compile(r"(?<![:0-9A-F])([02][0-9A-F]{3})\b")
HID_DRIVERS = sorted(
    f"hal.{category}.{model}" for category in CATEGORIES for model in available(category) if model.startswith("hid_")
)


def _lines() -> list[str]:
    return [line for line in RULES.read_text("utf-8").splitlines() if line and not line.startswith("#")]


def _granted() -> set[str]:
    lists = re.findall(r'ATTR\{idVendor\}=="([0-9a-f|]+)", GROUP="kiosk", MODE="0660"', RULES.read_text("utf-8"))
    return {vendor for each in lists for vendor in each.split("|")}


def test_every_rule_is_one() -> None:
    for line in _lines():
        assert all(TERM.fullmatch(term) for term in line.split(", ")), line
    labels = set(re.findall(r'LABEL="([^"]+)"', RULES.read_text("utf-8")))
    assert set(re.findall(r'GOTO="([^"]+)"', RULES.read_text("utf-8"))) == labels


@pytest.mark.skipif(shutil.which("udevadm") is None, reason="udevadm is not installed (Debian package udev)")
def test_udev_itself_finds_nothing_wrong() -> None:
    done = subprocess.run(["udevadm", "verify", str(RULES)], capture_output=True, text=True, check=False)  # noqa: S607  found above
    if "verify" in done.stderr and "Unknown" in done.stderr:
        pytest.skip("this udevadm cannot verify rules (systemd 254 can)")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", HID_DRIVERS)
def test_every_maker_that_a_hid_driver_names_is_let_through(module: str) -> None:
    document = importlib.import_module(module).__doc__ or ""
    fits = document.split("Fits:")[1].split("Source")[0]
    named = {vendor.lower() for vendor in VENDOR.findall(fits)}
    assert named
    assert named <= _granted()


def test_only_hid_devices_of_named_makers_are_let_through() -> None:
    lines = _lines()
    guard = next(at for at, line in enumerate(lines) if "ID_USB_INTERFACES" in line)
    assert all("GOTO" in line for line in lines[: guard + 1])
    assert all(line.startswith(("ATTR{idVendor}==", "LABEL=")) for line in lines[guard + 1 :])


def test_the_rules_speak_of_the_user_that_the_service_runs_as() -> None:
    service = (ROOT / "systemd/kiosk-checkout.service").read_text("utf-8")
    assert "User=kiosk\n" in service
    assert 'subject.user == "kiosk"' in POLKIT.read_text("utf-8")
    assert "DeviceAllow=char-usb_device rw" in service


def test_the_documentation_installs_both() -> None:
    page = (ROOT / "docs/operate/running.md").read_text("utf-8")
    assert RULES.name in page
    assert POLKIT.name in page
