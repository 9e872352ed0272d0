"""The mix of shoppers: a versioned file, fixed before anything is tuned to it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

__all__ = ["KINDS", "MIX", "Items", "Mix", "Pace", "ScaleMix", "Slips", "Theft", "TheftKind", "read_mix"]

MIX = Path(__file__).with_name("mix.toml")
Span = tuple[float, float]
TheftKind = Literal["missed_scan", "swap", "ticket_switch", "off_plate", "walk_away"]
KINDS: tuple[TheftKind, ...] = get_args(TheftKind)


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file."""


class ScaleMix(_Table, frozen=True):
    """How the plate behaves."""

    sigma: float
    division: int
    readings_a_second: int
    creep_an_hour: float
    ring_seconds: float
    ring_share: float


class Items(_Table, frozen=True):
    """How far weights lie beside the book's."""

    make: float
    spread: float


class Pace(_Table, frozen=True):
    """How fast shoppers are."""

    place: Span
    next: Span
    react: Span
    pay: Span


class Slips(_Table, frozen=True):
    """What happens to honest shoppers."""

    late: float
    late_seconds: Span
    own_bag: float
    own_bag_grams: Span
    own_bag_told: float
    leaning: float
    leaning_grams: Span
    leaning_seconds: Span
    before_scan: float
    pair: float
    rearrange: float
    rearrange_seconds: Span
    ignores_hints: float


class Theft(_Table, frozen=True):
    """Shares of the ways to steal."""

    missed_scan: float
    swap: float
    ticket_switch: float
    off_plate: float
    walk_away: float


class Mix(_Table, frozen=True):
    """The file, whole."""

    version: int
    scale: ScaleMix
    items: Items
    pace: Pace
    slips: Slips
    theft: Theft


def read_mix(path: Path = MIX) -> Mix:
    """Raises ``msgspec.ValidationError`` naming the key that is wrong."""
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert(table, Mix)
