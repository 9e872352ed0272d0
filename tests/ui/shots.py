"""``python -m tests.ui.shots OUT.png basket thanks_failed --size 800x1280 --language bn --large``: screens to look at.

Draws hand-made screens of ``tests.support.screens`` side by side onto one picture, in a window made at that size. (A
window without a display keeps the surface it was made with: one that is turned upright afterwards comes out garbled.)
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from PIL import Image

from ui.environment import configure, prepare

__all__ = ["main"]


def main(given: list[str] | None = None) -> int:
    """Draw what was asked for. Returns 0; exit code 2 for a screen or a size that there is not."""
    parser = argparse.ArgumentParser(prog="tests.ui.shots", description="Draw hand-made screens onto one picture.")
    parser.add_argument("out", type=Path, help="the picture to write (PNG)")
    parser.add_argument("screens", nargs="*", help="names of tests.support.screens.BODIES; none: lists them")
    parser.add_argument("--size", type=_size, default=(1280, 800), help="of the window, as 800x1280")
    parser.add_argument("--language", default="bn", choices=("bn", "en", "pt_BR"))
    parser.add_argument("--large", action="store_true", help="large text")
    parser.add_argument("--contrast", action="store_true", help="high contrast")
    wanted = parser.parse_args(given)
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    prepare()
    configure(size=wanted.size, fullscreen=False)
    from kivy.base import EventLoop  # noqa: PLC0415 - the environment must be prepared first
    from kivy.clock import Clock  # noqa: PLC0415 - as above

    from tests.support.screens import BODIES  # noqa: PLC0415 - as above

    unknown = sorted(set(wanted.screens) - set(BODIES))
    if unknown or not wanted.screens:
        wrong = f"there is no {', '.join(unknown)}" if unknown else "name some"
        parser.error(f"{wrong}; there are: {', '.join(BODIES)}")
    EventLoop.ensure_window()
    Clock._max_fps = 0
    pictures = [_draw(name, wanted) for name in wanted.screens]
    sheet = Image.new("RGB", (sum(each.width for each in pictures), wanted.size[1]))
    for place, picture in enumerate(pictures):
        sheet.paste(picture, (place * wanted.size[0], 0))
    wanted.out.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(wanted.out)
    return 0


def _size(written: str) -> tuple[int, int]:
    wide, _, high = written.partition("x")
    return int(wide), int(high)


def _draw(name: str, wanted: argparse.Namespace) -> Image.Image:
    from kivy.base import EventLoop  # noqa: PLC0415 - as above

    from tests.support.screens import screen  # noqa: PLC0415 - as above
    from tests.ui.conftest import Shopper, frames  # noqa: PLC0415 - it configures a window of its own, too late
    from ui.capture import capture  # noqa: PLC0415 - as above

    shopper = Shopper(wanted.size)
    EventLoop.window.add_widget(shopper.stage.root)
    plain = screen(name, wanted.language)
    chrome = replace(plain.chrome, large_text=wanted.large, high_contrast=wanted.contrast)
    shopper.sees(replace(plain, chrome=chrome))
    frames(4)
    picture = capture()
    EventLoop.window.remove_widget(shopper.stage.root)
    return picture


if __name__ == "__main__":
    sys.exit(main())
