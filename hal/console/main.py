"""``python -m hal discover | check ROLE | monitor ROLE | drivers``: for whoever connects a device.

``discover`` lists what is plugged in, what it could be, and the lines for the settings file. ``check`` asks a device of
the settings how it is: internally; with ``--external`` also by what can be seen of it (test slip, lamps, beep); with
``--interactive`` by what somebody does to it. ``monitor`` shows what it tells, live. None of them charges a card.
``drivers`` lists the drivers; ``drivers scale cas`` shows the data sheet and the settings of one.

A kiosk that is running holds its devices: stop it first (``systemctl stop kiosk-checkout``).

Exit codes: 0 all is well; 1 something is not; 2 the command or the settings cannot be used.
"""

from __future__ import annotations

import argparse
import asyncio
import dataclasses
import importlib
import inspect
import json
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hal.console.check import check
from hal.console.discover import discover
from hal.console.monitor import monitor
from hal.device import Device, DeviceError
from hal.drivers import CATEGORIES, available, load

__all__ = ["SettingsError", "main", "read_device"]

DEFAULT_SETTINGS = "/etc/kiosk/kiosk.toml"


class SettingsError(ValueError):
    """The settings file names no such device, or one that cannot be made."""


def read_device(settings: Path, role: str) -> tuple[str, Device]:
    """The device ``role`` of a settings file, with its category. Raises ``SettingsError`` in words for an engineer."""
    try:
        devices = tomllib.loads(settings.read_text(encoding="utf-8")).get("devices", {})
    except OSError as error:
        text = f"{settings} cannot be read: {error.strerror}; name the settings file with --settings"
        raise SettingsError(text) from error
    except ValueError as error:
        text = f"{settings} is no TOML: {error}"
        raise SettingsError(text) from error
    about = devices.get(role) if isinstance(devices, dict) else None
    if not isinstance(about, dict):
        there = ", ".join(devices) if isinstance(devices, dict) and devices else "none"
        text = f"{settings} names no device {role!r:.40}; there are: {there}"
        raise SettingsError(text)
    category, model, own = about.get("category"), about.get("model"), about.get("settings", {})
    if not isinstance(category, str) or not isinstance(model, str) or not isinstance(own, dict):
        text = f"{settings}: devices.{role} needs category, model and settings"
        raise SettingsError(text)
    return category, _loaded(category, model, role, own)


def _loaded(category: str, model: str, name: str, settings: Mapping[str, Any]) -> Device:
    try:
        return load(category, model, name, settings)
    except DeviceError as error:
        raise SettingsError(str(error)) from error


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m hal",
        description=(__doc__ or "").replace("``", ""),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True)
    found = commands.add_parser("discover", help="what is plugged in, and what it could be")
    found.add_argument(
        "--probe",
        metavar="PORT",
        help="ask at this serial port who is there: writes a few harmless bytes for each scale",
    )
    for name, words in (("check", "ask one device of the settings how it is"), ("monitor", "show what it tells, live")):
        one = commands.add_parser(name, help=words)
        one.add_argument("role", help="the device's name in the settings, such as produce_scale")
        one.add_argument("--settings", type=Path, default=Path(DEFAULT_SETTINGS), help="settings file (%(default)s)")
        if name == "check":
            one.add_argument("--external", action="store_true", help="also print, beep, light up")
            one.add_argument("--interactive", action="store_true", help="also ask you to scan, weigh, turn the key")
    drivers = commands.add_parser("drivers", help="the drivers there are; of one, its data sheet and settings")
    drivers.add_argument("category", nargs="?", default="", help="only these")
    drivers.add_argument("model", nargs="?", default="", help="this one's data sheet")
    return parser.parse_args(given)


async def _run(arguments: argparse.Namespace) -> int:
    if arguments.command == "discover":
        return await discover(arguments.probe or "")
    category, device = read_device(arguments.settings, arguments.role)
    if arguments.command == "monitor":
        return await monitor(device)
    return await check(category, device, external=arguments.external, interactive=arguments.interactive)


def _drivers(category: str, model: str) -> int:
    """List all, or those of a category with what each is for, or show one's data sheet. Raises ``SettingsError``."""
    if not category:
        for each in CATEGORIES:
            print(f"{each:<14}{', '.join(available(each))}")
        return 0
    if category not in CATEGORIES:
        text = f"no category {category!r:.40}; there are: {', '.join(CATEGORIES)}"
        raise SettingsError(text)
    if model and model not in available(category):
        text = f"no {category} driver {model!r:.40}; there are: {', '.join(available(category))}"
        raise SettingsError(text)
    for each in [model] if model else available(category):
        driver = importlib.import_module(f"hal.{category}.{each}")
        sheet = (driver.__doc__ or "").strip().replace("``", "")
        print(sheet if model else f"{each:<24}{sheet.partition(chr(10))[0]}")
        if model:
            _show_settings(driver.Settings)
    return 0


def _show_settings(settings: Any) -> None:  # noqa: ANN401 - a driver's own class
    print("\nSettings:\n")
    for field in dataclasses.fields(settings):
        needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        default = "" if field.default is dataclasses.MISSING else f" = {json.dumps(field.default, default=str)}"
        print(f"  {field.name}: {field.type}{' (needed)' if needed else default}")
    words = inspect.getdoc(settings) or ""
    print(f"\n{words.replace('``', '')}")


def main(given: Sequence[str] | None = None) -> int:
    """The program."""
    arguments = _arguments(given)
    try:
        if arguments.command == "drivers":
            return _drivers(arguments.category, arguments.model)
        return asyncio.run(_run(arguments))
    except SettingsError as error:
        print(f"hal: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0
    except DeviceError as error:
        print(f"hal: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
