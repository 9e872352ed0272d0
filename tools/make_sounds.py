"""Make the earcons from sine waves: ``python -m tools.make_sounds``. The result is kept in ``ui/assets/sounds``."""

from __future__ import annotations

import wave
from array import array
from dataclasses import dataclass
from math import exp, pi, sin
from pathlib import Path
from typing import Final

__all__ = ["MELODIES", "Note", "samples"]

_FOLDER: Final = Path(__file__).parents[1] / "ui" / "assets" / "sounds"
_RATE: Final = 22_050
_LOUD: Final = 15_000
_OVERTONE: Final = 0.22
_ATTACK: Final = 0.006
_RELEASE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Note:
    """``hertz`` for ``seconds``; ``decay`` is how fast it fades (per second)."""

    hertz: float
    seconds: float
    decay: float = 9.0


MELODIES: Final[dict[str, tuple[Note, ...]]] = {
    "scan": (Note(1318.5, 0.11, 14),),
    "refusal": (Note(311.1, 0.16, 5), Note(233.1, 0.26, 6)),
    "help": (Note(784.0, 0.14), Note(988.0, 0.14), Note(784.0, 0.22)),
    "approved": (Note(659.3, 0.11), Note(880.0, 0.11), Note(1318.5, 0.3, 7)),
    "declined": (Note(440.0, 0.18, 5), Note(349.2, 0.3, 6)),
}
"""Up is good, down is not, a repeated call wants somebody."""


def samples(melody: tuple[Note, ...]) -> array[int]:
    """The melody as 16-bit samples, one channel."""
    out = array("h")
    for note in melody:
        count = int(note.seconds * _RATE)
        for index in range(count):
            t = index / _RATE
            envelope = min(1.0, t / _ATTACK) * min(1.0, (note.seconds - t) / _RELEASE) * exp(-note.decay * t)
            tone = sin(2 * pi * note.hertz * t) + _OVERTONE * sin(4 * pi * note.hertz * t)
            out.append(round(_LOUD * envelope * tone))
    return out


def main() -> None:
    """Write the sounds."""
    _FOLDER.mkdir(parents=True, exist_ok=True)
    for name, melody in MELODIES.items():
        with wave.open(str(_FOLDER / f"{name}.wav"), "wb") as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(_RATE)
            sound.writeframes(samples(melody).tobytes())
        print(f"{name}.wav: {(_FOLDER / f'{name}.wav').stat().st_size} bytes")


if __name__ == "__main__":
    main()
