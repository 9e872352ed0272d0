"""``python -m hal discover``: what is plugged in, what it could be, and the lines for the settings file.

All is read from sysfs and ``/dev``, where anybody may read; no device is opened and nothing is written to one. What a
serial cable leads to cannot be seen from here: ``--probe PORT`` asks, with the harmless question of each scale's own
health check, and only at the port that was named. A device is never taken for one because nothing else was there.
"""

from __future__ import annotations

import dataclasses
import importlib
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hal.device import DeviceError, DeviceEvent
from hal.drivers import available, load
from hal.ports.overheard import SPEAKS

__all__ = ["Found", "discover", "look", "probe", "settings_lines"]

Model = tuple[str, str]
"""Category and model of a driver."""

_MAKERS: Final[Mapping[str, tuple[str, tuple[Model, ...]]]] = {
    "0c2e": ("Honeywell", (("scanner", "serial"),)),
    "23d0": ("Youjie", (("scanner", "serial"),)),
    "05e0": ("Zebra", (("scanner", "zebra_ssi"), ("scanner", "serial"))),
    "05f9": ("Datalogic", (("scanner", "serial"), ("scanner", "datalogic_single_cable"), ("scale", "toledo_8217"))),
    "065a": ("Opticon", (("scanner", "serial"),)),
    "0eb8": ("Mettler-Toledo", (("scale", "toledo_8217"),)),
    "04b8": ("Epson", (("printer", "escpos"),)),
    "0519": ("Star", (("printer", "escpos"),)),
}
"""Makers by USB vendor, and what a *serial* port of theirs could be."""
_CABLES: Final = {"0403": "FTDI", "067b": "Prolific", "10c4": "Silicon Labs", "1a86": "WCH"}
"""Makers of USB-to-serial cables: the device is at the other end."""
_HID_PAGES: Final[Mapping[bytes, Model]] = {
    b"\x05\x8c": ("scanner", "hid_pos"),
    b"\x05\x8d": ("scale", "hid_pos"),
}
"""A HID report descriptor begins with its usage page: bar code scanner and scale of the POS usage tables."""
_KEYBOARD: Final = b"\x05\x01\x09\x06"
_MAGTEK: Final = "0801"
_PRINTER_CLASS, _SMART_CARD_CLASS = "07", "0b"
_RIBBON: Final = ("unicam", "rp1-cfe")
"""How the nodes of a Raspberry Pi's camera on the ribbon cable are called: libcamera's, and no other library's."""
_NO_CAMERA: Final = ("codec", "isp", "hevc")
"""Parts of the names of nodes that turn pictures into others: a Raspberry Pi has a dozen."""
_ANY_SERIAL: Final = "any scanner, scale, printer, terminal or cash recycler with a serial line"
_NAMES: Final = {"scale": "produce_scale"}
_PROBED: Final = "scale"


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is plugged in. ``could_be``: drivers, likeliest first; ``about``: what settings may name it by."""

    where: str
    what: str
    could_be: tuple[Model, ...]
    about: Mapping[str, str] = field(default_factory=dict)


async def discover(port: str = "", *, root: Path = Path("/")) -> int:
    """Print what is there; with ``port``, who answers at it. Exit code 1 when nothing is there or nobody answers."""
    if port:
        answers = [text async for text in probe(port)]
        print(
            "\n".join(answers) if answers else f"nobody answers at {port}; is it switched on, and is its cable right?"
        )
        return 0 if answers else 1
    found = list(look(root))
    for each in found:
        print(f"{each.where}: {each.what}")
        print(f"    could be: {', '.join('/'.join(model) for model in each.could_be) or _ANY_SERIAL}")
        for model in each.could_be[:1]:
            print("".join(f"    {line}\n" for line in settings_lines(model, each)))
    if not found:
        print("nothing a kiosk could use is plugged in here; devices on the network are named by address, not found")
    return 0 if found else 1


def look(root: Path = Path("/")) -> Iterator[Found]:
    """Everything plugged in that a kiosk could use, under the file system ``root``."""
    yield from _serial(root)
    yield from _usb(root)
    yield from _hid(root)
    yield from _cameras(root)
    yield from _pins(root)


def settings_lines(model: Model, found: Found) -> list[str]:
    """The lines of a settings file that name ``found`` as a device of this driver.

    >>> settings_lines(("printer", "simulated"), Found("x", "y", ()))
    ['[devices.printer]', 'category = "printer"', 'model = "simulated"']
    """
    category, name = model
    lines = [f"[devices.{_NAMES.get(category, category)}]", f'category = "{category}"', f'model = "{name}"']
    own = {key: value for key, value in _own(model, found).items() if value}
    if own:
        lines.append(f"settings = {{ {', '.join(f'{key} = {value}' for key, value in own.items())} }}")
    return lines


def _own(model: Model, found: Found) -> Mapping[str, str]:
    """The driver's settings that say which device it is, as TOML values."""
    if model[1] not in available(model[0]):
        return {}
    kind = importlib.import_module(f"hal.{model[0]}.{model[1]}").Settings
    hints, own = typing.get_type_hints(kind), {}
    names = {each.name for each in dataclasses.fields(kind)}
    for key, value in found.about.items():
        if key in names:
            own[key] = value if hints[key] is int else f'"{value}"'
    if "connection" in names and "connection" in found.about:
        own["connection"] = f'"{found.about["connection"]}"'
    return own


async def probe(port: str) -> typing.AsyncIterator[str]:
    """Each scale driver that gets a true answer at a serial port, as a line for an engineer; and each that got one in
    another framing than its own, by name.
    """
    heard: list[DeviceEvent] = []
    for model in available(_PROBED):
        kind = importlib.import_module(f"hal.{_PROBED}.{model}").Settings
        if model == "simulated" or "port" not in {each.name for each in dataclasses.fields(kind)}:
            continue
        try:
            device = load(_PROBED, model, f"{_PROBED}/{model}", {"port": port})
            await device.open(heard.append)
        except DeviceError as error:
            yield f"{_PROBED}/{model}: {error}"
            continue
        try:
            health = await device.check_health()
        finally:
            await device.close()
        if health.ok or SPEAKS in health.text:
            yield f"{_PROBED}/{model}: {health.text}"


def _serial(root: Path) -> Iterator[Found]:
    """Serial ports by what they are, not by the order they were found in."""
    links = {link.resolve(): link for link in _sorted(root / "dev/serial/by-id")}
    for tty in _sorted(root / "sys/class/tty"):
        device = tty / "device"
        if not device.exists():
            continue  # a virtual console
        node = root / "dev" / tty.name
        usb = _usb_parent(device)
        if usb is None and not tty.name.startswith(("ttyAMA", "ttyS")):
            continue
        if usb is None and not (device / "driver").exists():
            continue
        path = str(links.get(node.resolve(), node))
        vendor = _read(usb / "idVendor") if usb else ""
        maker, could_be = _MAKERS.get(vendor, ("", ()))
        if vendor in _CABLES:
            maker = f"{_CABLES[vendor]} cable, --probe {path} asks who is behind it:"
        what = " ".join(filter(None, (maker, _read(usb / "product") if usb else "serial port of the board")))
        yield Found(path, what, could_be, {"port": path, "serial_port": path, "connection": "serial"})


def _usb(root: Path) -> Iterator[Found]:
    """USB devices of the classes printer and smart card reader."""
    for interface in _sorted(root / "sys/bus/usb/devices"):
        kind = _read(interface / "bInterfaceClass")
        if kind not in {_PRINTER_CLASS, _SMART_CARD_CLASS}:
            continue
        usb = _usb_parent(interface)
        if usb is None:
            continue
        model = ("printer", "escpos") if kind == _PRINTER_CLASS else ("loyalty_card", "pcsc")
        yield Found(f"USB {usb.name}", _named(usb), (model,), _by_usb(usb))


def _hid(root: Path) -> Iterator[Found]:
    """Bar code scanners, scales and stripe readers on HID; keyboards only where a scanner's maker made them."""
    for hid in _sorted(root / "sys/bus/hid/devices"):
        usb = _usb_parent(hid)
        if usb is None:
            continue
        try:
            descriptor = (hid / "report_descriptor").read_bytes()
        except OSError:
            continue
        vendor = _read(usb / "idVendor")
        model = _HID_PAGES.get(descriptor[:2])
        if model is None and vendor == _MAGTEK:
            model = ("loyalty_card", "hid_msr")
        if model is None and descriptor.startswith(_KEYBOARD) and vendor in _MAKERS:
            model = ("scanner", "keyboard_wedge")
        if model is not None:
            about = _by_usb(usb) | {"device": _keyboard_link(root, usb)}
            yield Found(f"USB {usb.name}", _named(usb), (model,), about)


def _cameras(root: Path) -> Iterator[Found]:
    links = {link.resolve(): link for link in _sorted(root / "dev/v4l/by-id")}
    ribbon = False
    for video in _sorted(root / "sys/class/video4linux"):
        name = _read(video / "name") or "camera"
        if name.startswith(_RIBBON):
            ribbon = True
        if (
            _read(video / "index") not in {"", "0"}
            or name.startswith(_RIBBON)
            or any(each in name for each in _NO_CAMERA)
        ):
            continue  # the second node of a camera gives no picture
        node = root / "dev" / video.name
        path = str(links.get(node.resolve(), node))
        yield Found(path, name, (("camera", "v4l2"),), {"device": path})
    if ribbon:
        yield Found(
            "CSI", "camera on the ribbon cable; rpicam-hello --list-cameras numbers them", (("camera", "picamera2"),)
        )


def _pins(root: Path) -> Iterator[Found]:
    model = _read(root / "proc/device-tree/model").rstrip("\0")
    if "Raspberry Pi" in model and any((root / "dev").glob("gpiochip*")):
        yield Found("GPIO", model, (("lights", "gpio"),))


def _usb_parent(place: Path) -> Path | None:
    """The USB device that something in sysfs belongs to."""
    for parent in (place.resolve(), *place.resolve().parents):
        if (parent / "idVendor").exists():
            return parent
    return None


def _by_usb(usb: Path) -> dict[str, str]:
    vendor, product = _read(usb / "idVendor"), _read(usb / "idProduct")
    return {
        "connection": "usb",
        "usb": f"{vendor}:{product}",
        "usb_vendor": f"0x{vendor}",
        "usb_product": f"0x{product}",
        "usb_path": usb.name,
    }


def _keyboard_link(root: Path, usb: Path) -> str:
    """The by-id link of this device's keyboard, where udev made one."""
    for link in _sorted(root / "dev/input/by-id"):
        event = root / "sys/class/input" / link.resolve().name / "device"
        if link.name.endswith("-event-kbd") and event.exists() and _usb_parent(event) == usb:
            return str(link)
    return ""


def _named(usb: Path) -> str:
    names = (_read(usb / "manufacturer"), _read(usb / "product"))
    return " ".join(filter(None, (*names, f"({_read(usb / 'idVendor')}:{_read(usb / 'idProduct')})")))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _sorted(folder: Path) -> Iterable[Path]:
    return sorted(folder.iterdir()) if folder.is_dir() else ()
