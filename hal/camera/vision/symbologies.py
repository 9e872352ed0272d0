"""The symbologies of a shop, as zxing-cpp knows them, and how a decoded symbol becomes a sighting.

zxing-cpp (3.x) tells UPC-A as EAN-13 with a leading zero, expands UPC-E to 13 digits, verifies every check digit and
checksum a symbology has, and gives the AIM identifier; so nothing of that is done twice here. Its plain text mode
leaves FNC1 as 1D hex, as a scanner sends it.
"""

from __future__ import annotations

from typing import Any

import zxingcpp

from hal.camera.vision.sightings import Sighting

__all__ = ["EVERY", "LINEAR", "PLAIN", "is_linear", "sighting"]

_F = zxingcpp.BarcodeFormat

_LINEAR = [
    _F.EAN13,
    _F.EAN8,
    _F.UPCA,
    _F.UPCE,
    _F.Code128,
    _F.Code39,
    _F.ITF,
    _F.DataBarOmni,
    _F.DataBarLtd,
    _F.DataBarExp,
]
LINEAR = zxingcpp.BarcodeFormats(_LINEAR)
"""One row of bars, which any line across it reads. Stacked DataBar has several rows and is read as a picture."""

_EVERY = [
    *_LINEAR,
    _F.DataBarStk,
    _F.DataBarStkOmni,
    _F.DataBarExpStk,
    _F.QRCode,
    _F.MicroQRCode,
    _F.DataMatrix,
    _F.PDF417,
    _F.Aztec,
]
EVERY = zxingcpp.BarcodeFormats(_EVERY)
"""All that a shop scans."""
PLAIN = zxingcpp.TextMode.Plain

_LINEAR_KINDS = frozenset({"EAN-13", "EAN-8", "UPC-A", "UPC-E", "Code 128", "Code 39", "ITF", "DataBar Limited"})
_GTIN_13 = frozenset({"UPC-A", "UPC-E"})
_SHORTEST_ITF = 6
"""Two or four digits of Interleaved 2 of 5 are found in any fence; the trade uses fourteen."""


def sighting(found: Any, scale: float = 1.0) -> Sighting | None:  # noqa: ANN401  the library's own, without types
    """What zxing-cpp found in a picture ``scale`` times as large as the frame; ``None`` for what is no code."""
    data, kind = str(found.text), str(found.format)
    if not data or not found.valid or (kind.startswith("ITF") and len(data) < _SHORTEST_ITF):
        return None
    if kind in _GTIN_13:
        data = data.zfill(13)
    at = found.position
    corners = (at.top_left, at.top_right, at.bottom_right, at.bottom_left)
    (a, b, c, d) = ((corner.x / scale, corner.y / scale) for corner in corners)
    return Sighting(data, str(found.symbology_identifier), kind, (a, b, c, d))


def is_linear(seen: Sighting) -> bool:
    """It is one row of bars that any single line across it reads."""
    return seen.kind in _LINEAR_KINDS
