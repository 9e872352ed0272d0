"""Waiting for the renderer without holding the interpreter: the engine's thread must not wait for a picture.

Kivy's own ``glFinish`` keeps Python's lock while it waits. On a software renderer that is most of a frame, and a scan
that has just reached the disk would stand behind it. Called through ``ctypes``, the same function lets the other thread
go on.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache

from kivy.graphics.opengl import glFinish

__all__ = ["finish"]

_LIBRARIES = ("libGL.so.1", "libGLESv2.so.2")


def finish() -> None:
    """Return when all that was drawn in this thread's context is in the window's memory."""
    _unlocked()()


@cache
def _unlocked() -> Callable[[], object]:
    """The library's own ``glFinish``; Kivy's where no library of a known name is there."""
    for name in _LIBRARIES:
        try:
            call = ctypes.CDLL(name).glFinish
        except (OSError, AttributeError):
            continue
        call.restype, call.argtypes = None, ()
        return call
    return glFinish  # type: ignore[no-any-return]  # Kivy has no types
