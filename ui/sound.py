"""Earcons: short sounds of our own, each with a name that can be shown as a caption."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

__all__ = ["EARCONS", "SOUNDS", "Earcons", "Playable", "load"]

SOUNDS: Final = Path(__file__).parent / "assets" / "sounds"
EARCONS: Final = ("scan", "refusal", "help", "approved", "declined")

_log = logging.getLogger(__name__)


class Playable(Protocol):
    """A loaded sound."""

    def play(self) -> object:
        """From the beginning."""

    def stop(self) -> object:
        """Be silent."""


def load(path: Path) -> Playable | None:
    """A sound of Kivy's; ``None`` where there is no loudspeaker. Imported late: a start need not wait for sound."""
    from kivy.core.audio import SoundLoader  # noqa: PLC0415 - see above

    sound: Playable | None = SoundLoader.load(str(path))
    return sound


def _ignore(_name: str) -> None:
    """No captions."""


class Earcons:
    """Plays by name; ``caption`` hears each name, also where nothing can be heard."""

    def __init__(
        self, *, caption: Callable[[str], None] = _ignore, loader: Callable[[Path], Playable | None] = load
    ) -> None:
        self._caption, self._loader = caption, loader
        self._sounds: dict[str, Playable | None] = {}

    def play(self, name: str) -> None:
        """Sound ``name`` from its beginning; an unknown name is only captioned."""
        self._caption(name)
        if name not in EARCONS:
            return
        if name not in self._sounds:
            self._sounds[name] = self._loader(SOUNDS / f"{name}.wav")
            if self._sounds[name] is None:
                _log.warning("sound %s cannot be played here", name)
        sound = self._sounds[name]
        if sound is not None:
            sound.stop()
            sound.play()
