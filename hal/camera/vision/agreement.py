"""What many pictures agree on: a code is told when enough of them saw it at one place, and once until it leaves.

A single picture may be misread: a shadow, a fold, half of the next pack. Evidence counts by how hard a symbology makes
it to be wrong and by how many lines read the same; where two readings of one place differ, the one must outweigh the
other by all that it needs. Pure: time is given with each picture.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from hal.camera.vision.sightings import Sighting

__all__ = ["Agreement", "points_needed", "same_thing"]

_FRAMES_NEEDED = 2
"""No single picture decides, however sure it looks."""
_FIRM, _FAINT = 2, 1
"""Points for a sighting: of a matrix code, or a linear one on ``_FIRM_VOTES`` lines; of any other."""
_FIRM_VOTES = 4
_PICTURES_TO_LEAVE = 4
"""So many pictures without it at least say that a code has left: where none came, nobody saw it go."""
_MOST_POINTS = 12
"""A code held still for a minute must not weigh more against the next than one held for a second."""
_NEEDED: Final = {"EAN-8": 6, "Code 39": 6, "ITF": 6, "ITF-14": 6, "UPC-E": 8, "Micro QR Code": 6, "DataBar Limited": 6}
"""Short or weakly checked: EAN-8 and UPC-E are found inside other codes, Code 39 and ITF need no check digit."""
_NEEDED_ELSE = 4

_TRADE_LINEAR = frozenset({"]E0", "]E4"})
_ELEMENT_STRINGS = frozenset({"]e0", "]C1", "]d2", "]Q3"})
_FIRST_GTIN = re.compile(r"01(\d{14})")
_LINKED_GTIN = re.compile(r"https?://[^?#]*/01/(\d{8,14})(?:[/?#]|$)")


def points_needed(kind: str) -> int:
    """Points at which a code of this kind is told."""
    return _NEEDED.get(kind, _NEEDED_ELSE)


def same_thing(seen: Sighting) -> str:
    """What a pack says in whichever of its codes: its GTIN in 14 digits (GS1 General Specifications), else all of it.

    >>> ean = Sighting("5901234123457", "]E0", "EAN-13", ((0, 0), (1, 0), (1, 1), (0, 1)))
    >>> link = Sighting("https://example.com/01/05901234123457/10/A", "]Q1", "QR Code", ean.corners)
    >>> same_thing(ean) == same_thing(link)
    True
    """
    found = None
    if seen.symbology in _TRADE_LINEAR and seen.data.isdigit():
        return seen.data.zfill(14)
    if seen.symbology in _ELEMENT_STRINGS:
        found = _FIRST_GTIN.match(seen.data)
    elif seen.symbology in {"]Q1", "]d1"}:
        found = _LINKED_GTIN.match(seen.data)
    return found[1].zfill(14) if found else f"{seen.symbology}{seen.data}"


@dataclass(slots=True)
class _Track:
    """One code as it has been followed. ``last``: where it was seen last, at ``mono_ms``.

    ``absent_ms``: for how long pictures have not shown it.
    """

    last: Sighting
    mono_ms: int
    absent_ms: float = 0
    points: int = 0
    frames: int = 0
    told: bool = False


@dataclass(slots=True)
class Agreement:
    """Follows the codes of one stream. ``gone_ms``: a told code not seen for so long has left, and may come again.

    Time in which no pictures came (a busy machine, a camera that stood still) counts as no absence: a pack that is held
    all the while is not told twice.

    ``memory_ms``: for so long a sighting counts beside another; ``doubt_ms``: for so long what was seen at a place
    speaks against another code there.
    """

    gone_ms: int = 1500
    memory_ms: int = 1000
    doubt_ms: int = 500
    _tracks: list[_Track] = field(default_factory=list)
    _before_ms: int | None = None

    @property
    def waiting(self) -> bool:
        """Something was seen that is not told yet."""
        return any(not track.told for track in self._tracks)

    def see(self, sightings: Sequence[Sighting], mono_ms: int) -> list[Sighting]:
        """Take what one picture showed; gives what is to be told now."""
        since_ms = mono_ms - self._before_ms if self._before_ms is not None else 0
        self._before_ms = mono_ms
        for track in self._tracks:
            track.absent_ms += min(since_ms, self.gone_ms / _PICTURES_TO_LEAVE)
        self._tracks = [track for track in self._tracks if self._is_kept(track, mono_ms)]
        told = []
        for seen in _once(sightings):
            track = self._followed(seen, mono_ms)
            if self._settled(track):
                if not self._known(track):
                    told.append(seen)
                track.told = True
        return told

    def forget(self) -> None:
        """Start anew: what is in view may be told again."""
        self._tracks.clear()
        self._before_ms = None

    def _is_kept(self, track: _Track, mono_ms: int) -> bool:
        return track.absent_ms <= self.gone_ms if track.told else mono_ms - track.mono_ms <= self.memory_ms

    def _followed(self, seen: Sighting, mono_ms: int) -> _Track:
        track = next((one for one in self._tracks if one.last.data == seen.data and one.last.kind == seen.kind), None)
        if track is None:
            track = _Track(seen, mono_ms)
            self._tracks.append(track)
        track.last, track.mono_ms, track.absent_ms = seen, mono_ms, 0
        track.frames += 1
        track.points = min(track.points + (_FIRM if _is_firm(seen) else _FAINT), _MOST_POINTS)
        return track

    def _settled(self, track: _Track) -> bool:
        if track.told or track.frames < _FRAMES_NEEDED:
            return False
        against = [rival.points for rival in self._tracks if rival is not track and self._disputes(rival, track)]
        return track.points >= points_needed(track.last.kind) + max(against, default=0)

    def _disputes(self, rival: _Track, track: _Track) -> bool:
        fresh = track.mono_ms - rival.mono_ms <= self.doubt_ms
        return fresh and rival.last.is_matrix == track.last.is_matrix and rival.last.covers(track.last)

    def _known(self, track: _Track) -> bool:
        thing = same_thing(track.last)
        return any(one.told and same_thing(one.last) == thing for one in self._tracks if one is not track)


def _once(sightings: Sequence[Sighting]) -> list[Sighting]:
    """Of a code that one picture shows several times the one with most votes: a picture is one witness."""
    best: dict[tuple[str, str], Sighting] = {}
    for seen in sightings:
        known = best.get((seen.data, seen.kind))
        if known is None or seen.votes > known.votes:
            best[seen.data, seen.kind] = seen
    return list(best.values())


def _is_firm(seen: Sighting) -> bool:
    return seen.is_matrix or seen.votes >= _FIRM_VOTES
