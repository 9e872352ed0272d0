"""The units: what systemd itself makes of them, and what of the product they rely on."""

from __future__ import annotations

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

import headoffice.main
import kiosk.sync.main
import ui.main
from kiosk.bootstrap import REBOOT
from kiosk.settings import load

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
SERVICES = ("headoffice.service", "kiosk-checkout.service", "kiosk-sync.service")
MOST_EXPOSED = 20
"""In tenths, of 0 (closed) to 100. Measured with systemd 252: sync and head office 1.2, the checkout 1.5.

The checkout's 0.3 more are its devices: their groups and kinds, netlink for what is plugged in, /proc/cpuinfo for GPIO,
user ids that device groups must see through, and memory that Mesa compiles shaders into. Of what is left, half is that
all three may open Internet sockets.
"""

needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed (Debian package systemd)"
)
each_service = pytest.mark.parametrize("service", SERVICES)

SANDBOX = {
    "AmbientCapabilities": [""],
    "CapabilityBoundingSet": [""],
    "DevicePolicy": ["closed"],
    "KeyringMode": ["private"],
    "LimitCORE": ["0"],
    "LockPersonality": ["yes"],
    "NoNewPrivileges": ["yes"],
    "PrivateTmp": ["yes"],
    "ProtectHome": ["yes"],
    "ProtectSystem": ["strict"],
    "RestrictNamespaces": ["yes"],
    "RestrictSUIDSGID": ["yes"],
    "Restart": ["always"],
    "SystemCallArchitectures": ["native"],
    "SystemCallFilter": ["@system-service", "~@privileged @resources"],
    "UMask": ["0077"],
}

Unit = dict[str, dict[str, list[str]]]


def read_unit(path: Path) -> Unit:
    """Sections, keys and, since a key may come again, all its values."""
    unit: Unit = {}
    section = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            unit[section] = {}
        elif line and not line.startswith("#"):
            key, equals, value = line.partition("=")
            assert equals, f"{path.name}: {line}"
            unit[section].setdefault(key, []).append(value)
    return unit


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", "--no-pager", *arguments],  # noqa: S607 - wherever the system has it
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )


def verify(folder: Path, *units: Path) -> str:
    """What ``systemd-analyze verify`` has to say. It looks for the programs: ``folder`` gets stand-ins."""
    copies = []
    for unit in units:
        text = unit.read_text(encoding="utf-8")
        for program in [line.split()[0] for line in read_unit(unit).get("Service", {}).get("ExecStart", [])]:
            stand_in = folder / Path(program).name
            stand_in.touch(mode=0o755)
            text = text.replace(program, str(stand_in))
        copies.append(folder / unit.name)
        copies[-1].write_text(text, encoding="utf-8")
    told = analyze("verify", "--man=no", *map(str, copies))
    return told.stdout + told.stderr


@needs_systemd
def test_systemd_has_nothing_to_say_against_the_units(tmp_path: Path) -> None:
    assert verify(tmp_path, *(UNITS / name for name in (*SERVICES, "kiosk.target"))) == ""


@needs_systemd
def test_a_misspelt_key_would_be_noticed(tmp_path: Path) -> None:
    unit = (UNITS / "kiosk-sync.service").read_text(encoding="utf-8")
    (tmp_path / "kiosk-sync.service").write_text(unit.replace("WatchdogSec=", "WatchDogSec="), encoding="utf-8")
    assert "WatchDogSec" in verify(tmp_path, tmp_path / "kiosk-sync.service")


def exposed_too_much(unit: Path) -> bool:
    told = analyze("security", "--offline=yes", f"--threshold={MOST_EXPOSED}", str(unit))
    assert f"Overall exposure level for {unit.name}" in told.stdout, told.stdout + told.stderr
    return told.returncode != 0


@needs_systemd
@each_service
def test_what_a_broken_in_service_could_reach_is_little(service: str) -> None:
    assert not exposed_too_much(UNITS / service)


@needs_systemd
def test_a_unit_without_its_capabilities_and_files_bounded_would_be_noticed(tmp_path: Path) -> None:
    unit = (UNITS / "kiosk-checkout.service").read_text(encoding="utf-8")
    open_ = unit.replace("CapabilityBoundingSet=\n", "").replace("ProtectSystem=strict\n", "")
    (tmp_path / "kiosk-checkout.service").write_text(open_, encoding="utf-8")
    assert exposed_too_much(tmp_path / "kiosk-checkout.service")


@each_service
def test_every_service_is_started_again_and_boxed_in(service: str) -> None:
    settings = read_unit(UNITS / service)["Service"]
    assert {key: settings.get(key) for key in SANDBOX} == SANDBOX


@each_service
def test_a_service_runs_a_program_of_the_distribution_as_nobody_of_consequence(service: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    settings = read_unit(UNITS / service)["Service"]
    (start,) = settings["ExecStart"]
    assert Path(start.split()[0]).name in project["scripts"]
    assert settings["User"] in (["kiosk"], ["headoffice"])
    assert settings["WorkingDirectory"] == ["/var/lib/" + settings["StateDirectory"][0]]


@pytest.mark.parametrize(("unit", "most_s"), [("kiosk-checkout.service", 8), ("kiosk-sync.service", 30)])
def test_a_program_that_hangs_is_started_again_in_seconds(unit: str, most_s: int) -> None:
    settings = read_unit(UNITS / unit)["Service"]
    assert settings["Type"] == ["notify"]
    assert settings["NotifyAccess"] == ["main"]
    assert 0 < int(settings["WatchdogSec"][0]) <= most_s
    assert int(settings["TimeoutAbortSec"][0]) <= 3
    assert "PYTHONFAULTHANDLER=1" in settings["Environment"]
    assert int(settings["RestartSec"][0]) <= 5


@pytest.mark.parametrize("unit", ["kiosk-checkout.service", "kiosk-sync.service"])
def test_neither_takes_away_the_folder_that_both_have_their_sockets_in(unit: str) -> None:
    settings = read_unit(UNITS / unit)["Service"]
    assert settings["RuntimeDirectory"] == settings["StateDirectory"] == ["kiosk"]
    assert settings["RuntimeDirectoryPreserve"] == ["yes"]


def test_sync_goes_first_and_the_checkout_does_not_need_it() -> None:
    target = read_unit(UNITS / "kiosk.target")["Unit"]
    assert target["Wants"] == ["kiosk-sync.service kiosk-checkout.service kiosk-reboot.path"]
    checkout = read_unit(UNITS / "kiosk-checkout.service")["Unit"]
    assert "kiosk-sync.service" in checkout["After"][0].split()
    assert not {"Requires", "Requisite", "BindsTo"} & set(checkout)
    sync = read_unit(UNITS / "kiosk-sync.service")["Unit"]
    assert sync["StartLimitIntervalSec"] == ["0"]  # it never gives up
    assert {each["PartOf"][0] for each in (checkout, sync)} == {"kiosk.target"}


def test_the_machine_is_started_anew_for_the_file_that_the_checkout_leaves() -> None:
    asked = read_unit(UNITS / "kiosk-reboot.path")
    assert asked["Path"]["PathExists"] == [f"/run/kiosk/{REBOOT}"]
    assert asked["Unit"]["PartOf"] == ["kiosk.target"]
    done = read_unit(UNITS / "kiosk-reboot.service")["Service"]["ExecStart"]
    assert done == [f"/usr/bin/rm --force /run/kiosk/{REBOOT}", "/usr/bin/systemctl reboot"]


def test_the_checkout_that_starts_in_vain_again_and_again_starts_the_machine_again() -> None:
    checkout = read_unit(UNITS / "kiosk-checkout.service")["Unit"]
    assert {key: value for key, value in checkout.items() if key.startswith("StartLimit")} == {
        "StartLimitIntervalSec": ["300"],
        "StartLimitBurst": ["10"],
        "StartLimitAction": ["reboot"],
    }


def test_the_checkout_reaches_its_devices_and_no_network() -> None:
    checkout = read_unit(UNITS / "kiosk-checkout.service")["Service"]
    assert checkout["IPAddressDeny"] == ["any"]
    assert "AF_UNIX" in checkout["RestrictAddressFamilies"][0].split()
    assert set(checkout["SupplementaryGroups"][0].split()) == {
        "video",
        "render",
        "input",
        "audio",
        "dialout",
        "lp",
        "gpio",
    }
    allowed = {line.split()[0].removeprefix("char-") for line in checkout["DeviceAllow"]}
    assert {"drm", "input", "usb_device", "ttyUSB", "ttyACM", "gpiochip"} <= allowed
    assert "PrivateDevices" not in checkout
    assert "SDL_VIDEODRIVER=kmsdrm" in checkout["Environment"]


def test_settings_that_cannot_be_used_are_not_tried_again_and_again(tmp_path: Path) -> None:
    missing = ["--settings", str(tmp_path / "none.toml")]
    ends = {
        "kiosk-checkout.service": ui.main.main(missing),
        "kiosk-sync.service": kiosk.sync.main.main(missing),
        "headoffice.service": headoffice.main.main(["--broker", "nowhere"]),
    }
    for service, code in ends.items():
        assert read_unit(UNITS / service)["Service"]["RestartPreventExitStatus"][0].split()[0] == str(code)


def test_the_settings_shown_in_the_documentation_are_read_and_lie_where_the_units_let_them(tmp_path: Path) -> None:
    page = (ROOT / "docs/operate/running.md").read_text(encoding="utf-8")
    (tmp_path / "kiosk.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    layers = load(tmp_path / "kiosk.toml")
    assert layers.warnings == ()
    settings = read_unit(UNITS / "kiosk-checkout.service")["Service"]
    assert layers.data == Path("/var/lib", settings["StateDirectory"][0])
    assert layers.run == Path("/run", settings["RuntimeDirectory"][0])


def test_every_group_and_user_that_a_kiosk_needs_is_made_where_it_is_missing() -> None:
    lines = (UNITS / "kiosk.sysusers.conf").read_text(encoding="utf-8").splitlines()
    made = {tuple(line.split()[:2]) for line in lines if not line.startswith("#")}
    needed = read_unit(UNITS / "kiosk-checkout.service")["Service"]["SupplementaryGroups"][0].split()
    assert made == {("u", "kiosk"), *(("g", group) for group in needed)}


def test_a_kiosk_that_is_wrongly_installed_does_not_start_the_machine_again_and_again() -> None:
    checkout = read_unit(UNITS / "kiosk-checkout.service")["Service"]
    missing = {"200": "folder", "203": "program", "216": "group", "217": "user"}  # systemd.exec(5)
    assert set(missing) <= set(checkout["RestartPreventExitStatus"][0].split())
