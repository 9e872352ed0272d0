"""Draw the screen's own pictures from paths: ``python -m tools.draw_pictures``. The result is kept in ``ui/assets``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from ui.drawing import paint

__all__ = ["attract", "attract_tall"]

_FOLDER: Final = Path(__file__).parents[1] / "ui" / "assets" / "pictures"
_WIDE: Final = (1600, 1000)
_TALL: Final = (1080, 1920)
_FINER: Final = 2


@dataclass(frozen=True, slots=True)
class _Piece:
    """Coloured shapes on a 24 x 24 grid, put at ``x``, ``y`` (of 1600 x 1000) and scaled."""

    x: float
    y: float
    scale: float
    shapes: tuple[tuple[str, str], ...]


_LEAF: Final = "fill M 12 22 C 2 16 2 6 12 2 C 22 6 22 16 12 22 Z"
_VEIN: Final = "stroke 0.7 M 12 21 L 12 6"

_BOTTLE: Final = (
    ("fill M 9.6 0.6 L 14.4 0.6 L 14.4 3 L 9.6 3 Z", "D9482B"),
    (
        "fill M 10 3 L 14 3 L 14 7 C 14.4 9 17 9.6 17 12.6 L 17 26 L 7 26 L 7 12.6 C 7 9.6 9.6 9 10 7 Z",
        "F4FAFF",
    ),
    ("fill M 7 14 L 17 14 L 17 21 L 7 21 Z", "2E86D1"),
    ("fill O 12 17.5 2.4", "F4FAFF"),
    ("stroke 0.8 M 15.4 12.4 L 15.4 13.2", "C9DDEE"),
)
_BREAD: Final = (
    (
        (
            "fill M 3 8 C 3 2.6 8 1.4 12 1.4 C 16 1.4 21 2.6 21 8 C 21 10 19.6 11 19 11.4 L 19 24 L 5 24 L 5 11.4"
            " C 4.4 11 3 10 3 8 Z"
        ),
        "B9722B",
    ),
    (
        (
            "fill M 4.8 8 C 4.8 4 8.6 3 12 3 C 15.4 3 19.2 4 19.2 8 C 19.2 9.6 18 10.2 17.4 10.6 L 17.4 24 L 6.6 24"
            " L 6.6 10.6 C 6 10.2 4.8 9.6 4.8 8 Z"
        ),
        "F0C987",
    ),
    ("stroke 0.9 M 9 9.6 L 12 7.4", "D9A55C"),
    ("stroke 0.9 M 11.4 13 L 14.4 10.8", "D9A55C"),
)
_CARROT: Final = (
    ("stroke 1.3 M 12 6 L 9 0.4", "2F8F3A"),
    ("stroke 1.3 M 12 6 L 12.4 -0.6", "3DA648"),
    ("stroke 1.3 M 12 6 L 15.6 0.8", "2F8F3A"),
    ("fill M 7.4 8 C 7.4 4.6 16.6 4.6 16.6 8 C 16.6 13 14 19 12 25 C 10 19 7.4 13 7.4 8 Z", "F07A1E"),
    ("stroke 0.7 M 8 10.4 L 10.8 10.6", "CC5C0C"),
    ("stroke 0.7 M 13 13.6 L 15.2 13.4", "CC5C0C"),
    ("stroke 0.7 M 10 16.6 L 12 16.8", "CC5C0C"),
)
_BANANAS: Final = (
    (
        (
            "fill M 4 3 C 5 14 12 21.6 22.6 20.4 C 23.6 20.2 23.6 18.6 22.6 18.4 C 15.6 17 11 12 9.4 3.6"
            " C 9.2 2.4 4 1.6 4 3 Z"
        ),
        "E2A90F",
    ),
    (
        (
            "fill M 5.4 2.6 C 8 12.4 14 18.4 23 17.6 C 24 17.4 24 15.8 23.2 15.6 C 17 14 12.6 9.6 10.6 2.8"
            " C 10 1.4 5.2 1.4 5.4 2.6 Z"
        ),
        "F8CB2E",
    ),
    ("stroke 1.5 M 8 2.6 L 7.4 -0.6", "7A5A14"),
    ("fill O 23 16.8 0.9", "7A5A14"),
    ("fill O 22.8 19.4 0.9", "7A5A14"),
)
_TOMATO: Final = (
    (
        "fill M 12 4 C 19.6 1.8 23 7 22.6 12.4 C 22 19 17.4 22 12 22 C 6.6 22 2 19 1.4 12.4 C 1 7 4.4 1.8 12 4 Z",
        "D93A2B",
    ),
    ("fill M 5 9 C 5.6 6.6 8 5.6 9.6 6 C 8 7 6.6 8.6 6.4 10.6 C 6.2 12 4.6 11 5 9 Z", "F0776A"),
    (
        (
            "fill M 12 5.4 C 10 7.6 7.6 7 6.6 5.6 C 8.4 5.2 9.4 4.6 10.4 3.6 C 9.8 2.6 11 0.4 12 0.2"
            " C 13 1.6 13.2 2.6 13.6 3.6 C 14.6 4.6 16 5 17.6 5.2 C 16.4 7 14 7.4 12 5.4 Z"
        ),
        "2F8F3A",
    ),
)
_APPLE: Final = (
    (
        (
            "fill M 12 5.6 C 16 2.6 22.6 4.6 22.2 12 C 21.8 18.4 17.6 23.6 14.4 22.6 C 12.8 22 11.2 22 9.6 22.6"
            " C 6.4 23.6 2.2 18.4 1.8 12 C 1.4 4.6 8 2.6 12 5.6 Z"
        ),
        "8CC63F",
    ),
    ("fill M 5 10 C 5.4 7.4 7.6 6.4 9 6.8 C 7.6 8 6.8 9.6 6.6 11.4 C 6.4 13 4.8 12 5 10 Z", "C5E59B"),
    ("stroke 1.1 M 12 6 C 12 4 12.6 2.4 14 1.2", "6B4A22"),
)
_BASKET: Final = (
    ("fill M 1 9 L 47 9 C 48 9 48.6 10 48.4 11 L 48 13 L 0 13 L -0.4 11 C -0.6 10 0 9 1 9 Z", "E9A23B"),
    ("fill M 2 13 L 46 13 L 42.6 32 C 42.4 33.4 41.4 34 40 34 L 8 34 C 6.6 34 5.6 33.4 5.4 32 Z", "F6B94F"),
    ("stroke 1.5 M 10.4 17 L 12.4 30", "C97F1E"),
    ("stroke 1.5 M 17.2 17 L 18.2 30", "C97F1E"),
    ("stroke 1.5 M 24 17 L 24 30", "C97F1E"),
    ("stroke 1.5 M 30.8 17 L 29.8 30", "C97F1E"),
    ("stroke 1.5 M 37.6 17 L 35.6 30", "C97F1E"),
    ("stroke 1.2 M 4 20.6 L 44 20.6", "DD9430"),
    ("stroke 1.2 M 5 26.6 L 43 26.6", "DD9430"),
)
_GREENS: Final = ((_LEAF, "3DA648"), (_VEIN, "2B7F35"))
_DARK_GREENS: Final = ((_LEAF, "2B7F35"), (_VEIN, "1E6328"))

_STILL_LIFE: Final = (
    _Piece(895, -10, 15.5, (("fill O 24 28 26", "0F8060"),)),
    _Piece(925, 40, 13.5, (("fill O 26 28 24", "15906D"),)),
    _Piece(1385, 105, 11.5, _DARK_GREENS),
    _Piece(1320, 65, 12.5, _GREENS),
    _Piece(1000, 40, 14.6, _BOTTLE),
    _Piece(1110, 85, 16.5, _BREAD),
    _Piece(1270, 110, 12.0, _CARROT),
    _Piece(895, 230, 10.0, _DARK_GREENS),
    _Piece(1296, 255, 9.6, _APPLE),
    _Piece(940, 255, 10.5, _TOMATO),
    _Piece(1110, 245, 11.5, _BANANAS),
    _Piece(880, 320, 13.2, _BASKET),
    _Piece(1430, 650, 6.4, _TOMATO),
)


def _ground(size: tuple[int, int]) -> Image.Image:
    """Brand green, darker towards the bottom, where the buttons stand."""
    top, bottom = (13, 116, 86), (6, 66, 49)
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        share = y / size[1]
        column.putpixel((0, y), tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True)))
    return column.resize(size)


def attract() -> Image.Image:
    """A basket of shopping at the right, quiet green at the left for the words."""
    return _still_life(_WIDE, across=0, down=0, larger=1)


def attract_tall() -> Image.Image:
    """The same for a tall window: words above, the basket below them."""
    return _still_life(_TALL, across=-1005, down=690, larger=1.28)


def _still_life(final: tuple[int, int], *, across: float, down: float, larger: float) -> Image.Image:
    size = (final[0] * _FINER, final[1] * _FINER)
    image = _ground(size)
    for piece in _STILL_LIFE:
        x, y = (piece.x * larger + across) * _FINER, (piece.y * larger + down) * _FINER
        for shape, colour in piece.shapes:
            paint(image, shape, colour, x=x, y=y, scale=piece.scale * larger * _FINER)
    return image.resize(final, Image.Resampling.LANCZOS)


def main() -> None:
    """Write the pictures."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name, picture in (("attract", attract()), ("attract_tall", attract_tall())):
        path = _FOLDER / f"{name}.png"
        picture.save(path, optimize=True)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
