"""The icon set, drawn by us as paths on a 24 x 24 grid, and its textures at any size."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from kivy.graphics.texture import Texture

from ui.drawing import mask

__all__ = ["ICONS", "icon_texture"]

ICONS: Final[dict[str, tuple[str, ...]]] = {
    "leaf": (
        (
            "fill M 20.5 3.5 C 11 3.2 4 6.5 4 13 C 4 15.2 4.8 17 6 18.2 C 7.5 19.6 9.4 20 11.2 20"
            " C 17.5 19.6 20.6 12.5 20.5 3.5 Z"
        ),
        "erase M 3 21.6 C 6.2 16.2 10 12.4 15.6 9.2 L 16 9.9 C 11 13.3 7.6 17 5 22.2 Z",
        "stroke 1.5 M 4 21 C 5 18.6 6 17 7.4 15.4",
    ),
    "scan": (
        "stroke 2 M 3 7.5 L 3 4 L 6.5 4",
        "stroke 2 M 17.5 4 L 21 4 L 21 7.5",
        "stroke 2 M 21 16.5 L 21 20 L 17.5 20",
        "stroke 2 M 6.5 20 L 3 20 L 3 16.5",
        "fill M 6.2 7.5 L 7.6 7.5 L 7.6 16.5 L 6.2 16.5 Z",
        "fill M 8.8 7.5 L 9.6 7.5 L 9.6 16.5 L 8.8 16.5 Z",
        "fill M 10.8 7.5 L 13 7.5 L 13 16.5 L 10.8 16.5 Z",
        "fill M 14.2 7.5 L 15 7.5 L 15 16.5 L 14.2 16.5 Z",
        "fill M 16.2 7.5 L 17.8 7.5 L 17.8 16.5 L 16.2 16.5 Z",
    ),
    "camera": (
        "stroke 1.9 M 3 8 L 3 18.5 L 21 18.5 L 21 8 L 16.6 8 L 15 5.5 L 9 5.5 L 7.4 8 Z",
        "stroke 1.9 O 12 13 3.4",
    ),
    "hand": (
        "stroke 1.9 M 7.6 13.2 L 7.6 6.4",
        "stroke 1.9 M 7.6 6.4 C 7.6 4.2 10.6 4.2 10.6 6.4 L 10.6 11.5",
        "stroke 1.9 M 10.6 5.2 C 10.6 2.8 13.6 2.8 13.6 5.2 L 13.6 11.5",
        "stroke 1.9 M 13.6 6.4 C 13.6 4.2 16.6 4.2 16.6 6.4 L 16.6 12",
        (
            "stroke 1.9 M 16.6 8.8 C 16.6 6.8 19.4 6.8 19.4 8.8 L 19.4 15 C 19.4 19 17 21.2 13.4 21.2"
            " C 10.4 21.2 9 20 7.4 17.6 L 4.2 13.4 C 3.4 11.8 5 10.6 6.4 11.8 L 7.6 13.2"
        ),
    ),
    "language": (
        "stroke 1.9 O 12 12 9",
        "stroke 1.7 M 3.4 12 L 20.6 12",
        "stroke 1.7 M 12 3 C 6.8 7.8 6.8 16.2 12 21",
        "stroke 1.7 M 12 3 C 17.2 7.8 17.2 16.2 12 21",
    ),
    "text": (
        "stroke 2.4 M 3 5.5 L 14.5 5.5",
        "stroke 2.4 M 8.75 5.5 L 8.75 19",
        "stroke 2 M 14 11 L 21.5 11",
        "stroke 2 M 17.75 11 L 17.75 19",
    ),
    "contrast": (
        "stroke 2 O 12 12 9",
        "fill M 12 3 C 24 3 24 21 12 21 Z",
    ),
    "plus": ("stroke 2.6 M 12 5 L 12 19", "stroke 2.6 M 5 12 L 19 12"),
    "minus": ("stroke 2.6 M 5 12 L 19 12",),
    "close": ("stroke 2.4 M 6 6 L 18 18", "stroke 2.4 M 18 6 L 6 18"),
    "bin": (
        "stroke 2 M 4 6.5 L 20 6.5",
        "stroke 2 M 9 6 L 9 3.6 L 15 3.6 L 15 6",
        "stroke 2 M 6 7 L 7 20.6 L 17 20.6 L 18 7",
        "stroke 1.8 M 10.2 10.5 L 10.5 17",
        "stroke 1.8 M 13.8 10.5 L 13.5 17",
    ),
    "search": ("stroke 2.4 O 10.5 10.5 6.5", "stroke 2.8 M 15.6 15.6 L 20.5 20.5"),
    "card": (
        (
            "stroke 2 M 4.5 5 L 19.5 5 C 20.6 5 21.5 5.9 21.5 7 L 21.5 17 C 21.5 18.1 20.6 19 19.5 19 L 4.5 19"
            " C 3.4 19 2.5 18.1 2.5 17 L 2.5 7 C 2.5 5.9 3.4 5 4.5 5 Z"
        ),
        "fill M 2.5 8.2 L 21.5 8.2 L 21.5 11.4 L 2.5 11.4 Z",
        "stroke 2 M 6 15.4 L 10 15.4",
    ),
    "cash": (
        "stroke 2 M 3 6 L 21 6 L 21 18 L 3 18 Z",
        "stroke 1.9 O 12 12 2.8",
        "fill O 6.2 12 1.1",
        "fill O 17.8 12 1.1",
    ),
    "qr": (
        "stroke 2 M 4 4 L 10 4 L 10 10 L 4 10 Z",
        "stroke 2 M 14 4 L 20 4 L 20 10 L 14 10 Z",
        "stroke 2 M 4 14 L 10 14 L 10 20 L 4 20 Z",
        "fill M 6.2 6.2 L 7.8 6.2 L 7.8 7.8 L 6.2 7.8 Z",
        "fill M 16.2 6.2 L 17.8 6.2 L 17.8 7.8 L 16.2 7.8 Z",
        "fill M 6.2 16.2 L 7.8 16.2 L 7.8 17.8 L 6.2 17.8 Z",
        "fill M 13 13 L 16 13 L 16 16 L 13 16 Z",
        "fill M 18 13 L 21 13 L 21 16 L 18 16 Z",
        "fill M 15.5 16 L 18.5 16 L 18.5 18.5 L 15.5 18.5 Z",
        "fill M 13 18.5 L 15.5 18.5 L 15.5 21 L 13 21 Z",
        "fill M 18.5 18.5 L 21 18.5 L 21 21 L 18.5 21 Z",
    ),
    "voucher": (
        (
            "stroke 2 M 3 6 L 21 6 L 21 9.6 C 18.2 9.8 18.2 14.2 21 14.4 L 21 18 L 3 18 L 3 14.4"
            " C 5.8 14.2 5.8 9.8 3 9.6 Z"
        ),
        "stroke 2 M 9.4 15 L 14.6 9",
        "fill O 9.6 9.6 1.2",
        "fill O 14.4 14.4 1.2",
    ),
    "wallet": (
        (
            "stroke 2 M 7 2.5 L 17 2.5 C 17.8 2.5 18.5 3.2 18.5 4 L 18.5 20 C 18.5 20.8 17.8 21.5 17 21.5 L 7 21.5"
            " C 6.2 21.5 5.5 20.8 5.5 20 L 5.5 4 C 5.5 3.2 6.2 2.5 7 2.5 Z"
        ),
        "stroke 2 M 10 18.2 L 14 18.2",
        "stroke 1.8 M 9 7 L 15 7 L 15 13 L 9 13 Z",
        "fill M 10.8 8.8 L 13.2 8.8 L 13.2 11.2 L 10.8 11.2 Z",
    ),
    "gift": (
        "stroke 2 M 3.5 8 L 20.5 8 L 20.5 12 L 3.5 12 Z",
        "stroke 2 M 5 12 L 5 20.5 L 19 20.5 L 19 12",
        "stroke 2 M 12 8 L 12 20.5",
        "stroke 2 M 12 8 C 9 8 6.4 7 6.4 5 C 6.4 2.6 10.6 2.4 12 8 C 13.4 2.4 17.6 2.6 17.6 5 C 17.6 7 15 8 12 8",
    ),
    "receipt": (
        "stroke 2 M 5 3.5 L 19 3.5 L 19 20.8 L 16.6 19 L 14.3 20.8 L 12 19 L 9.7 20.8 L 7.4 19 L 5 20.8 Z",
        "stroke 1.8 M 8.5 8 L 15.5 8",
        "stroke 1.8 M 8.5 11.5 L 15.5 11.5",
        "stroke 1.8 M 8.5 15 L 12.5 15",
    ),
    "check": ("stroke 3 M 4.5 12.6 L 9.6 17.6 L 19.5 6.6",),
    "warning": (
        "stroke 2.2 M 12 3.6 L 21.6 20 L 2.4 20 Z",
        "stroke 2.2 M 12 9.6 L 12 14",
        "fill O 12 17 1.25",
    ),
    "info": ("stroke 2 O 12 12 9", "stroke 2.2 M 12 11.2 L 12 16.6", "fill O 12 7.6 1.35"),
    "lock": (
        (
            "fill M 6 10.5 L 18 10.5 C 18.8 10.5 19.5 11.2 19.5 12 L 19.5 19.5 C 19.5 20.3 18.8 21 18 21 L 6 21"
            " C 5.2 21 4.5 20.3 4.5 19.5 L 4.5 12 C 4.5 11.2 5.2 10.5 6 10.5 Z"
        ),
        "stroke 2.2 M 7.8 10.5 L 7.8 7.6 C 7.8 2 16.2 2 16.2 7.6 L 16.2 10.5",
        "erase O 12 15 1.5",
        "erase M 11.3 15 L 12.7 15 L 12.7 18.4 L 11.3 18.4 Z",
    ),
    "scale": (
        "stroke 2 M 4 5 L 20 5",
        "stroke 2 M 12 5 L 12 9",
        "stroke 2 M 6 9 L 18 9 L 20.4 20.5 L 3.6 20.5 Z",
        "stroke 1.7 O 12 15 3.2",
        "stroke 1.6 M 12 15 L 13.7 13",
    ),
    "basket": (
        "stroke 2 M 2.8 10 L 21.2 10",
        "stroke 2 M 4.4 10.4 L 6.4 20 L 17.6 20 L 19.6 10.4",
        "stroke 2 M 7.6 10 L 11 3.8",
        "stroke 2 M 16.4 10 L 13 3.8",
        "stroke 1.8 M 9.6 13.6 L 10 16.8",
        "stroke 1.8 M 14.4 13.6 L 14 16.8",
    ),
    "phone": (
        (
            "stroke 2 M 8 2.8 L 16 2.8 C 17.1 2.8 18 3.7 18 4.8 L 18 19.2 C 18 20.3 17.1 21.2 16 21.2 L 8 21.2"
            " C 6.9 21.2 6 20.3 6 19.2 L 6 4.8 C 6 3.7 6.9 2.8 8 2.8 Z"
        ),
        "stroke 1.8 M 10.4 18.2 L 13.6 18.2",
    ),
    "person": (
        "stroke 2 O 12 7.8 4",
        "stroke 2 M 4.2 20.6 C 4.6 12.6 19.4 12.6 19.8 20.6 Z",
    ),
    "badge": (
        "stroke 2 M 5 6.5 L 19 6.5 L 19 21 L 5 21 Z",
        "stroke 2 M 12 2.6 L 12 8",
        "stroke 1.8 O 12 12.4 2.1",
        "stroke 1.8 M 8.4 18 C 8.8 14.9 15.2 14.9 15.6 18",
    ),
    "back": ("stroke 2.6 M 19.5 12 L 5 12", "stroke 2.6 M 11 5.6 L 4.6 12 L 11 18.4"),
    "next": ("stroke 2.6 M 9 5 L 16 12 L 9 19",),
    "backspace": (
        "stroke 2 M 8.6 5 L 21 5 L 21 19 L 8.6 19 L 2.8 12 Z",
        "stroke 2 M 11.4 9.2 L 17 14.8",
        "stroke 2 M 17 9.2 L 11.4 14.8",
    ),
    "keyboard": (
        "stroke 2 M 2.5 6 L 21.5 6 L 21.5 18 L 2.5 18 Z",
        "fill O 6.5 10 1.1 O 10.2 10 1.1 O 13.8 10 1.1 O 17.5 10 1.1",
        "stroke 1.8 M 8 14.4 L 16 14.4",
    ),
    "offline": (
        "stroke 2 M 3.2 10.2 C 8 5.4 16 5.4 20.8 10.2",
        "stroke 2 M 6.6 13.8 C 9.6 10.8 14.4 10.8 17.4 13.8",
        "fill O 12 18 1.7",
        "stroke 2.2 M 4 3.6 L 20 20.4",
    ),
    "power": (
        "stroke 2.4 M 12 3 L 12 11.4",
        "stroke 2.4 M 7 5.8 C 0.6 11.4 5 20.6 12 20.6 C 19 20.6 23.4 11.4 17 5.8",
    ),
    "star": (
        "stroke 2 M 12 3.2 L 14.7 8.9 L 21 9.7 L 16.4 14 L 17.6 20.2 L 12 17.1 L 6.4 20.2 L 7.6 14 L 3 9.7 L 9.3 8.9 Z",
    ),
    "exit": (
        "stroke 2.2 M 10 3.8 L 4.4 3.8 L 4.4 20.2 L 10 20.2",
        "stroke 2.2 M 9.6 12 L 20.4 12",
        "stroke 2.2 M 15.8 7.2 L 20.6 12 L 15.8 16.8",
    ),
    "clock": ("stroke 2 O 12 12 9", "stroke 2.2 M 12 6.8 L 12 12.2 L 15.8 14.4"),
    "tag": (
        "stroke 2 M 3.4 11.4 L 3.4 3.4 L 11.4 3.4 L 20.8 12.8 L 12.8 20.8 Z",
        "fill O 7.6 7.6 1.5",
    ),
}
"""Name -> shapes, in the language of ``ui.drawing``."""


@lru_cache(maxsize=256)
def icon_texture(name: str, size: int) -> Texture:
    """The icon in white on nothing, ``size`` pixels square; tint it with the colour before it. Raises ``KeyError``."""
    cover = mask(ICONS[name], size)
    texture = Texture.create(size=(size, size), colorfmt="rgba")
    pixels = bytearray(b"\xff" * (size * size * 4))
    pixels[3::4] = cover.tobytes()
    texture.blit_buffer(bytes(pixels), colorfmt="rgba", bufferfmt="ubyte")
    texture.flip_vertical()
    return texture
