"""``python -m ui.gallery OUT.png``: every widget in its states, in each theme and language, on one contact sheet."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Final

from ui.environment import configure, prepare

__all__ = ["main"]

_SIZE: Final = (1280, 1120)


def main(given: list[str] | None = None) -> int:
    """Draw the sheet without a display and write it. Returns 0."""
    parser = argparse.ArgumentParser(prog="ui.gallery", description="Draw every widget onto one picture.")
    parser.add_argument("out", type=Path, help="the picture to write (PNG)")
    arguments = parser.parse_args(given)
    os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
    prepare()
    configure(size=_SIZE, fullscreen=False)
    from ui.gallery_pages import sheet  # noqa: PLC0415 - the environment must be prepared first

    picture = sheet(_SIZE)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    picture.save(arguments.out)
    print(f"gallery: {arguments.out} {picture.width}x{picture.height}")  # noqa: T201 - a program's last word
    return 0


if __name__ == "__main__":
    sys.exit(main())
