"""The identity of the legally relevant weighing software: its files, their checksum, and the one that was recorded.

What decides whether a weight may be priced and what it costs, and what carries the reading there: WELMEC 7.2 asks that
such software can be told apart from the rest, identified, and shown to be unchanged. The drivers end at the scale's
contract and are known by the scale's entry in the parameters.

After a change of one of these files: raise ``kiosk.retail.weighing.VERSION`` if what is accepted or priced changes, and
run ``python -m tools.record_weighing``. A test fails until then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from hal.device import Device
from kiosk.checkout.inputs import WeighingChecked

__all__ = ["FILES", "RECORDED", "checked", "measured"]

FILES = (
    "hal/scale/contract.py",
    "kiosk/checkout/deciding/weighing.py",
    "kiosk/retail/money.py",
    "kiosk/retail/weighing.py",
    "kiosk/retail/weight.py",
    "kiosk/workstation/weights.py",
)
"""In this order, from the folder in which the packages lie."""

RECORDED = "be1e8ca67cddafea0f26db8a8ffce7becbbf05ce88c4a2509be9d006d59333a9"

_PACKAGES = Path(__file__).parents[2]


def measured(packages: Path = _PACKAGES) -> str:
    """SHA-256, in hex, over each file's name and content, each behind its length. A missing file counts as empty."""
    digest = hashlib.sha256()
    for name in FILES:
        path = packages / name
        content = path.read_bytes() if path.is_file() else b""
        for part in (name.encode(), content):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()


def checked(scale: Device | None, model: str, settings: Mapping[str, object]) -> WeighingChecked:
    """What the checkout is told at start. ``scale``: the trade scale, if there is one, with its model and settings."""
    checksum = measured()
    written = ", ".join(f"{key}={value!r}" for key, value in sorted(settings.items()) if key != "knob_socket")
    described = f"{model} {hashlib.sha256(written.encode()).hexdigest()[:16]}" if scale is not None else ""
    return WeighingChecked(checksum, intact=checksum == RECORDED, scale=described)
