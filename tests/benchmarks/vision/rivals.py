"""Three decoders as they come, each alone: zxing-cpp, ZBar through pyzbar, OpenCV's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

import cv2
import zxingcpp

from tests.benchmarks.vision.samples import Picture

__all__ = ["Decoder", "rivals", "witnessed"]

_ZBAR = ("EAN13", "EAN8", "UPCA", "UPCE", "I25", "DATABAR", "DATABAR_EXP", "CODE39", "CODE128", "QRCODE")
"""What ZBar knows of a shop's symbologies."""

Decoder = Callable[[Picture], set[str]]
"""What it reads in a grey picture."""


def rivals() -> dict[str, Decoder | None]:
    """By name; ``None`` for one that is not on this machine."""
    return {"zxing-cpp": _zxing, "pyzbar": _pyzbar(), "opencv": _opencv()}


def witnessed(decoders: Mapping[str, Decoder | None], grey: Picture, known: AbstractSet[str] = frozenset()) -> set[str]:
    """What stands in an unspoilt picture, whether or not the manifest says so: what two of them read alike, and what
    one reads that is ``known`` to stand in another picture (as 14 digits): nobody misreads into a code that there is.
    """
    read = [decoder(grey) for decoder in decoders.values() if decoder is not None]
    return {data for one in read for data in one if data.zfill(14) in known or sum(data in other for other in read) > 1}


def _zxing(grey: Picture) -> set[str]:
    return {found.text for found in zxingcpp.read_barcodes(grey, text_mode=zxingcpp.TextMode.Plain)}


def _pyzbar() -> Decoder | None:
    try:
        from pyzbar import pyzbar  # noqa: PLC0415  it raises where its system library is missing
    except ImportError:
        return None

    symbols = [getattr(pyzbar.ZBarSymbol, name) for name in _ZBAR]

    def read(grey: Picture) -> set[str]:
        found = pyzbar.decode(grey, symbols=symbols)
        return {_as_13_digits(each.type, each.data.decode("utf-8", "replace")) for each in found}

    return read


def _opencv() -> Decoder:
    bars, matrix = cv2.barcode.BarcodeDetector(), cv2.QRCodeDetector()

    def read(grey: Picture) -> set[str]:
        found: Any = bars.detectAndDecodeMulti(grey)
        text, _, _ = matrix.detectAndDecode(grey)
        return {data for data in (*(found[1] if found[0] else ()), text) if data}

    return read


def _as_13_digits(kind: str, data: str) -> str:
    """ZBar tells UPC-A in twelve digits and UPC-E unexpanded, in eight (GS1 General Specifications, zero suppression).

    >>> _as_13_digits("UPCE", "04252614")
    '0042100005264'
    """
    if kind == "UPCE" and len(data) == 8:
        body, last = data[1:7], data[6]
        middle = {
            "0": f"{body[:2]}00000{body[2:5]}",
            "1": f"{body[:2]}10000{body[2:5]}",
            "2": f"{body[:2]}20000{body[2:5]}",
            "3": f"{body[:3]}00000{body[3:5]}",
            "4": f"{body[:4]}00000{body[4]}",
        }.get(last, f"{body[:5]}0000{last}")
        return f"0{data[0]}{middle}{data[7]}"
    return data.zfill(13) if kind == "UPCA" else data
