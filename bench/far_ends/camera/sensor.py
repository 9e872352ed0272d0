"""What stands before a camera's lens, and the sensor that sees it: pictures with noise, as JPEGs, and knobs.

A code is drawn as a print of it on white card, before a grey counter. No two pictures in a row are the same, as with a
real sensor, unless the knob ``freeze`` says so.
"""

from __future__ import annotations

import asyncio
import io
import itertools
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, Literal

import numpy as np
import zxingcpp
from PIL import Image, ImageOps

from bench.knobs import KnobRefusedError, Knobs
from samples.catalogue import picture_path

__all__ = ["FORMATS", "Sensor", "printed"]

_F = zxingcpp.BarcodeFormat
FORMATS: Final[Mapping[str, tuple[Any, bool]]] = {
    "]E0": (_F.EAN13, False),
    "]E4": (_F.EAN8, False),
    "]A0": (_F.Code39, False),
    "]C0": (_F.Code128, False),
    "]C1": (_F.Code128, True),
    "]I0": (_F.ITF, False),
    "]L2": (_F.PDF417, False),
    "]Q1": (_F.QRCode, False),
    "]Q3": (_F.QRCode, True),
    "]d1": (_F.DataMatrix, False),
    "]d2": (_F.DataMatrix, True),
    "]e0": (_F.DataBarExp, True),
    "]z0": (_F.Aztec, False),
}
"""How a code is drawn, by its AIM identifier; where the second is true its data has brackets: ``(01)0590...``."""

_SIZE = (480, 360)
_MODULE = 3
"""Pixels of a module, less where the code would not fit."""
_GREY, _NOISE = 110, 6
_VARIANTS = 4
_SPOILT = 2
"""One byte in so many hundred of a garbled picture is another."""


def printed(data: str, symbology: str) -> Image.Image:
    """A code in black on white card. Raises ``KnobRefusedError`` for what cannot be drawn."""
    if symbology not in FORMATS:
        text = f"symbology is one of {', '.join(FORMATS)}"
        raise KnobRefusedError(text)
    form, gs1 = FORMATS[symbology]
    try:
        code = zxingcpp.create_barcode(data, form, gs1=True) if gs1 else zxingcpp.create_barcode(data, form)
    except ValueError as error:
        text = f"{data!r:.60} cannot be drawn as {symbology}: {error}"
        raise KnobRefusedError(text) from error
    for module in range(_MODULE, 0, -1):
        picture = Image.fromarray(np.array(code.to_image(scale=module, add_quiet_zones=True)))
        if picture.width < _SIZE[0] and picture.height < _SIZE[1]:
            card = Image.new("L", (picture.width + 24, picture.height + 24), 235)
            card.paste(picture, (12, 12))
            return card
    text = f"{data!r:.60} is too large for the picture"
    raise KnobRefusedError(text)


class Sensor:
    """Gives pictures at a rate, of what is held before it."""

    def __init__(self, *, per_second: int = 15, seed: int = 1) -> None:
        self.plugged = asyncio.Event()
        self.plugged.set()
        self.held: tuple[str, str] | None = None
        self.fault: Literal["none", "freeze", "garble", "silence"] = "none"
        self._period = 1 / per_second
        self._chance = np.random.default_rng(seed)
        self._noise = [
            self._chance.integers(-_NOISE, _NOISE, _SIZE[::-1], np.int16, endpoint=True) for _ in range(_VARIANTS)
        ]
        self._blank = self._pictures(None)
        self._now = self._blank

    async def show(self, *, data: str, symbology: str = "]E0") -> None:
        """Hold a code before the camera; GS1 data with brackets round its application identifiers."""
        self._now, self.held = self._pictures(printed(data, symbology)), (data, symbology)

    async def lay(self, *, picture: str) -> None:
        """Lay produce before the camera: a photograph of the sample shop, by file name."""
        file = picture_path(picture)
        if file.parent != picture_path("any").parent or not file.is_file():
            text = f"no photograph {picture!r:.60} in the sample shop"
            raise KnobRefusedError(text)
        photograph = ImageOps.fit(Image.open(file).convert("RGB"), _SIZE)
        self._now, self.held = self._pictures(photograph), (picture, "")

    async def blank(self) -> None:
        """Take it away."""
        self._now, self.held = self._blank, None

    async def suffer(self, *, fault: Literal["none", "freeze", "garble", "silence"]) -> None:
        """What ails the camera: the same picture for ever, pictures that arrive spoilt, no pictures."""
        self.fault = fault

    def knobs(self) -> Knobs:
        """The knobs that every camera's far end has, besides unplug and plug."""
        return (self.show, self.lay, self.blank, self.suffer)

    def state(self) -> dict[str, object]:
        """For a watcher who comes late."""
        return {"plugged": self.plugged.is_set(), "held": list(self.held or ()), "fault": self.fault}

    async def pictures(self) -> AsyncIterator[bytes]:
        """JPEGs, one after another."""
        for number in itertools.count():
            if self.fault != "silence":
                picture = self._now[0 if self.fault == "freeze" else number % _VARIANTS]
                yield self._spoilt(picture) if self.fault == "garble" else picture
            await asyncio.sleep(self._period)

    def _pictures(self, card: Image.Image | None) -> list[bytes]:
        scene = Image.new("RGB", _SIZE, (_GREY, _GREY, _GREY))
        if card is not None:
            scene.paste(card, ((_SIZE[0] - card.width) // 2, (_SIZE[1] - card.height) // 2))
        plain = np.asarray(scene, np.int16)
        return [_jpeg(np.clip(plain + noise[:, :, None], 0, 255).astype(np.uint8)) for noise in self._noise]

    def _spoilt(self, jpeg: bytes) -> bytes:
        body = np.frombuffer(jpeg, np.uint8).copy()
        for at in self._chance.integers(0, len(body), max(len(body) * _SPOILT // 100, 1)):
            body[at] ^= 0xFF
        return body.tobytes()


def _jpeg(picture: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    out = io.BytesIO()
    Image.fromarray(picture).save(out, "JPEG", quality=85)
    return out.getvalue()
