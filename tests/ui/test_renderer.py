"""Waiting for the renderer lets the engine's thread work."""

from __future__ import annotations

from kivy.graphics.opengl import glFinish

from tests.support.screens import screen
from tests.ui.conftest import Shopper
from ui import renderer


def test_the_renderer_is_waited_for_without_the_interpreters_lock(shopper: Shopper) -> None:
    shopper.sees(screen("basket", "en"))
    renderer.finish()
    call = renderer._unlocked()
    assert call is not glFinish, "no library of a known name: the engine would wait for every frame"
    assert type(call).__module__ == "ctypes"
    assert shopper.shoots("finished").getbbox() is not None
