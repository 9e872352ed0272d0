"""A picture of the window as it is: for the gallery, the tour and the tests."""

from __future__ import annotations

from kivy.base import EventLoop
from kivy.graphics.opengl import GL_RGBA, GL_UNSIGNED_BYTE, glFinish, glReadPixels
from PIL import Image

__all__ = ["capture", "read_back"]


def capture() -> Image.Image:
    """Draw the window once more and read it back, the right way up. Call it on the window's own thread."""
    EventLoop.window.canvas.ask_update()
    EventLoop.idle()
    return read_back()


def read_back() -> Image.Image:
    """As ``capture``, without a turn of Kivy's loop: for work that runs within one."""
    window = EventLoop.window
    window.dispatch("on_draw")
    glFinish()
    pixels = glReadPixels(0, 0, *window.size, GL_RGBA, GL_UNSIGNED_BYTE)
    picture = Image.frombytes("RGBA", window.size, pixels)
    return picture.transpose(Image.Transpose.FLIP_TOP_BOTTOM).convert("RGB")
