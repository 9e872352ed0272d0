"""Simulated camera: frames from a folder of pictures, codes from the bench. Loads only when the settings name it.

Sample settings: ``model = "simulated"``, ``folder = "pictures"``, ``knob_socket = "run/camera.knobs"``.
"""

from __future__ import annotations

import asyncio
import io
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from hal.camera.contract import CodeSeen, Frame, Guess
from hal.device import DeviceError
from hal.knobs import KnobError, Turn
from hal.simulated import SimulatedDevice

__all__ = ["Driver", "Settings"]

_PICTURES = {".jpg", ".jpeg", ".png", ".webp"}
_EMPTY_SIZE = (640, 480)
_GUESSES = 5


@dataclass(frozen=True, slots=True)
class Settings:
    """``folder``: JPEG, PNG or WebP pictures, taken in order of name, round and round; empty for a grey picture.
    ``recent``: how many of them are told as the last seconds of the plate.
    """

    folder: str = ""
    knob_socket: str = ""
    recent: int = 0


class Driver(SimulatedDevice):
    """A camera that looks at a folder."""

    category = "camera"

    def __init__(self, name: str, settings: Settings) -> None:
        self._folder = settings.folder
        self._recent = settings.recent
        self._taken = 0
        self._held = ""  # the picture the bench holds before the camera
        self._lying: tuple[str, ...] = ()  # what the bench has laid under it, the likeliest first
        super().__init__(name, settings.knob_socket)

    async def frame(self) -> Frame:
        """See ``Camera.frame``. Raises ``DeviceError`` for a file that is no picture."""
        self.need_enabled()
        picture = self._picture()
        self._taken += 1
        try:
            jpeg, size = await asyncio.to_thread(_jpeg, picture)
        except (OSError, UnidentifiedImageError) as error:
            text = f"{self.name}: {picture} is no picture: {error}"
            raise DeviceError(text) from error
        return Frame(self.name, jpeg, *size, time.monotonic_ns() // 1_000_000)

    async def recent(self) -> tuple[Frame, ...]:
        """See ``Camera.recent``: what is held before it, or the next pictures of the folder."""
        self.need_enabled()
        return tuple([await self.frame() for _ in range(self._recent)])

    async def analyse(self, what: str) -> Mapping[str, object]:
        """See ``Camera.analyse``: there is no worker behind this one."""
        text = f"{self.name} is simulated and makes nothing of a picture ({what:.40})"
        raise DeviceError(text)

    async def likeliest_produce(self) -> tuple[Guess, ...]:
        """See ``Camera.likeliest_produce``: what was laid under it, each half as likely as the one before."""
        self.need_enabled()
        return tuple(Guess(key, 0.5 ** (place + 1)) for place, key in enumerate(self._lying))

    async def show(self, *, picture: str) -> None:
        """Hold one picture of the folder before the camera, by file name; an empty name lets it go round again."""
        if picture and picture not in {file.name for file in self._pictures()}:
            text = f"no picture {picture!r:.60} in the folder"
            raise KnobError(text)
        self._held = picture

    async def lay(self, *, produce: str) -> None:
        """Lay produce under the camera: the price look-up numbers it looks like, likeliest first; empty: nothing."""
        keys = tuple(key.strip() for key in produce.split(",") if key.strip())
        if len(keys) > _GUESSES or len(set(keys)) < len(keys):
            text = f"at most {_GUESSES} different numbers, divided by commas"
            raise KnobError(text)
        self._lying = keys
        self.tell_watchers("lying", produce=",".join(keys))

    async def see(self, *, data: str, symbology: str = "]E0") -> dict[str, object]:
        """Hold a code before the camera until it is read; tells whether it was."""
        self.tell(CodeSeen(self.name, data, symbology))
        return {"read": self.active}

    def knobs(self) -> tuple[Turn, ...]:
        """See ``SimulatedDevice.knobs``."""
        return (self.show, self.lay, self.see)

    def state(self) -> Mapping[str, object]:
        """See ``SimulatedDevice.state``."""
        return {
            "picture": self._held,
            "pictures": [file.name for file in self._pictures()],
            "lying": ",".join(self._lying),
        }

    def _pictures(self) -> list[Path]:
        if not self._folder or not Path(self._folder).is_dir():
            return []
        return sorted(file for file in Path(self._folder).iterdir() if file.suffix.lower() in _PICTURES)

    def _picture(self) -> Path | None:
        pictures = self._pictures()
        for file in pictures:
            if file.name == self._held:
                return file
        return pictures[self._taken % len(pictures)] if pictures else None


def _jpeg(file: Path | None) -> tuple[bytes, tuple[int, int]]:
    picture = Image.new("RGB", _EMPTY_SIZE, (96, 96, 96)) if file is None else Image.open(file).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=85)
    return out.getvalue(), picture.size
