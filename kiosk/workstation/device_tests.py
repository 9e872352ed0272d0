"""Devices tested from the staff's screen: asked how they are, and made to do what can be seen or heard.

UnifiedPOS's internal and external health checks, but for what moves money or waits for a card: a terminal and a fiscal
device are asked how they are and nothing else. What is put on a scale or passed over a scanner is seen on the screen.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, get_args

from hal.device import DeviceError
from hal.lights.contract import Colour
from hal.printer.contract import Cut, Document, Feed, QrCode, Rule, TextLine
from kiosk.workstation.devices import Rack

__all__ = ["slip", "try_out"]

_PATIENCE_S: Final = 15.0
_LAMP_S: Final = 0.6


def slip(job: str) -> Document:
    """Every script that is printed here, a price, a code and a cut: what a receipt has."""
    return Document(
        job,
        (
            TextLine("TEST · পরীক্ষা · TESTE", align="centre", bold=True, size=2),
            Rule(),
            TextLine("abc ABC ãçé 0123456789", "12.34"),
            TextLine("অ আ ক খ ০১২৩৪৫৬৭৮৯", "১২.৩৪"),
            QrCode("test"),
            Feed(2),
            Cut(),
        ),
        "en",
    )


async def try_out(rack: Rack, name: str, *, lamp_s: float = _LAMP_S) -> tuple[bool, str]:
    """Whether the device is well, and what there is to say of it. Never raises: a driver's fault is a result too."""
    device = rack.get(name)
    if device is None:
        return False, f"{name}: none in the settings"
    try:
        async with asyncio.timeout(_PATIENCE_S):
            health = await device.check_health()
            done = await _done(device, rack.category_of(name), lamp_s) if health.ok else ""
    except DeviceError as error:
        return False, str(error)
    except TimeoutError:
        return False, f"{name}: no answer in {_PATIENCE_S:g} s"
    except Exception as error:  # noqa: BLE001 - a driver's fault must not end the engine
        return False, f"{name}: driver: {type(error).__name__}"
    return (health.ok and not done.startswith("!")), f"{health.text} {done.removeprefix('!')}".strip()


async def _done(device: Any, category: str, lamp_s: float) -> str:  # noqa: ANN401 - its category says what it can do
    """What it did that can be seen or heard; begins with ! where it could not."""
    match category:
        case "printer":
            outcome = await device.print_document(slip(f"test-{device.name}"))
            return "" if outcome.outcome == "printed" else f"! {outcome.outcome} {outcome.reason}"
        case "lights":
            for colour in get_args(Colour):
                await device.show(colour)
                await asyncio.sleep(lamp_s)
            await device.beep("attention")
        case "scanner":
            await device.beep("good")
        case "camera":
            frame = await device.frame()
            return f"{frame.width}x{frame.height}"
        case _:
            pass
    return ""
