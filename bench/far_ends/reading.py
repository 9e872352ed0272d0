"""What every scanner's far end has, whatever its wire: a code held before it, and the harms a reading can come to."""

from __future__ import annotations

import random
import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench.far_ends.line import Inside
from bench.knobs import KnobRefusedError

__all__ = ["ReadingInside", "checked"]

_LONGEST = 4096
_AIM = re.compile(r"\][A-Za-z][0-9A-Za-z]")


def checked(data: str, symbology: str) -> None:
    """Raise ``KnobRefusedError`` on what no scanner could have read."""
    if not 1 <= len(data) <= _LONGEST:
        text = f"a code has 1 to {_LONGEST} characters"
        raise KnobRefusedError(text)
    if symbology and not _AIM.fullmatch(symbology):
        text = f"{symbology!r:.20} is no AIM identifier; ]E0 is EAN-13"
        raise KnobRefusedError(text)


class ReadingInside(Inside):
    """A scanner behind its plug: ``present`` sends what was read, ``sees`` says whether it is reading at all."""

    category = "scanner"

    def __init__(self) -> None:
        super().__init__()
        self.scanned = 0
        self._random = random.Random(1)

    @abstractmethod
    def present(self, data: str, symbology: str) -> None:
        """Send the host a code that was read."""

    @abstractmethod
    def framed(self, data: str, symbology: str) -> bytes:
        """The bytes of one code on this wire."""

    def sees(self) -> bool:
        """Whether it is reading: it has power and nobody told it not to."""
        return self.plugged()

    async def scan(self, *, data: str, symbology: str = "") -> dict[str, object]:
        """Hold a code before the scanner; symbology is an AIM identifier such as ]E0, or empty.

        Tells whether the scanner read it: one without power, or told not to read, reads nothing.
        """
        checked(data, symbology)
        read = self.sees()
        if read:
            self.scanned += 1
            self.present(data, symbology)
        return {"read": read}

    async def half_frame(self, *, data: str = "5901234123457", symbology: str = "]E0") -> None:
        """Break off in the middle of sending a code."""
        checked(data, symbology)
        whole = self.framed(data, symbology)
        self.send(whole[: len(whole) // 2])

    async def noise(self, *, count: int = 20) -> None:
        """Send so many bytes of noise."""
        self.send(self._random.randbytes(count))

    def knobs(self) -> Sequence[Callable[..., Awaitable[object]]]:
        """See ``Inside.knobs``."""
        return (self.scan, self.half_frame, self.noise)

    def state(self) -> Mapping[str, object]:
        """See ``Inside.state``."""
        return {"enabled": self.sees(), "scanned": self.scanned}
