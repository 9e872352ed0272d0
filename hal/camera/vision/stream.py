"""Reading a live stream: one stage a picture, those that just read something first, and agreement over all of them."""

from __future__ import annotations

from itertools import cycle

from hal.camera.vision.agreement import Agreement
from hal.camera.vision.bars import Grey
from hal.camera.vision.sightings import Sighting
from hal.camera.vision.stages import STAGES, Picture, Stage

__all__ = ["Stream"]

_TURNS = (
    "half",
    "restored",
    "half",
    "full",
    "restored",
    "close",
    "half",
    "restored",
    "sharp",
    "half",
    "restored",
    "even",
)
"""Every other picture goes to ``bars``, which reads most of what a shop scans; the ones between go round here."""


class Stream:
    """The pictures of one camera, in order. ``gone_ms`` as in ``Agreement``."""

    def __init__(self, *, gone_ms: int = 1500) -> None:
        self.agreement = Agreement(gone_ms=gone_ms)
        self._stages = {stage.name: stage for stage in STAGES}
        self._turns = cycle(_TURNS)
        self._lucky = ""
        self._bars_next = True

    def see(self, grey: Grey, mono_ms: int) -> list[Sighting]:
        """Read the next picture; gives the codes that are now agreed upon."""
        stage = self._next_stage()
        found = stage.read(Picture(grey))
        if found:
            self._lucky = stage.name
        return self.agreement.see(found, mono_ms)

    def forget(self) -> None:
        """Start anew: what is in view may be told again."""
        self.agreement.forget()
        self._lucky = ""

    def _next_stage(self) -> Stage:
        """Bars and another stage in turn; while something waits to be agreed upon, that which saw something last."""
        bars, self._bars_next = self._bars_next, not self._bars_next
        if self.agreement.waiting and self._lucky:
            return self._stages[self._lucky if not bars else "bars"]
        return self._stages["bars" if bars else next(self._turns)]
