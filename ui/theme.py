"""Every colour, size and duration of the screen. Widgets name a token and hold no colour of their own.

Sizes are design pixels of a 1280 x 800 screen; ``ui.kit`` scales them to the window and to the text size asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final, Literal

__all__ = [
    "HIGH_CONTRAST",
    "LARGE_TEXT",
    "MAIN_TARGET",
    "MARGIN",
    "NORMAL",
    "PAIRS",
    "RADIUS",
    "SMALLEST_TARGET",
    "STAFF",
    "STAFF_HIGH_CONTRAST",
    "Motion",
    "Theme",
    "TypeSize",
    "contrast",
    "rgba",
]

MARGIN: Final = 32
"""Free space at the window's sides."""

RADIUS: Final = 20
"""Corners of cards and main buttons; small parts take half."""

MAIN_TARGET: Final = 88
"""Least height and width of what most shoppers press."""

SMALLEST_TARGET: Final = 60
"""Nothing to be pressed is smaller than this in either direction (11 mm on a ten-inch screen)."""

LARGE_TEXT: Final = 1.4
"""How much the text grows for a shopper who asked for it."""


class TypeSize:
    """The five sizes of type. Nothing is smaller than ``NOTE``."""

    NOTE: Final = 20
    BODY: Final = 24
    LEAD: Final = 28
    TITLE: Final = 38
    TOTAL: Final = 60


class Motion:
    """Durations in seconds, all eased out."""

    QUICK: Final = 0.12
    CALM: Final = 0.18


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as ``RRGGBB`` by what they are for. ``edge`` is the width of outlines, 0 where shadows do the work."""

    name: Literal["normal", "high_contrast", "staff", "staff_high_contrast"]
    ground: str
    card: str
    ink: str
    muted: str
    rule: str
    outline: str
    edge: int
    primary: str
    primary_down: str
    on_primary: str
    soft: str
    on_soft: str
    quiet: str
    quiet_down: str
    on_quiet: str
    help: str
    help_down: str
    on_help: str
    danger: str
    danger_down: str
    on_danger: str
    alarm: str
    on_alarm: str
    faded: str
    on_faded: str
    bar: str
    on_bar: str
    bar_quiet: str
    bar_quiet_down: str
    on_bar_quiet: str
    saving: str
    tiles: tuple[tuple[str, str], ...]
    """(ground, ink) of picture tiles that have no picture."""

    def colour(self, token: str) -> str:
        """The colour called ``token``."""
        return str(getattr(self, token))


PAIRS: Final[tuple[tuple[str, str], ...]] = (
    ("ink", "ground"),
    ("ink", "card"),
    ("muted", "ground"),
    ("muted", "card"),
    ("on_primary", "primary"),
    ("on_primary", "primary_down"),
    ("on_soft", "soft"),
    ("ink", "soft"),
    ("muted", "soft"),
    ("on_quiet", "quiet"),
    ("on_quiet", "quiet_down"),
    ("on_help", "help"),
    ("on_help", "help_down"),
    ("on_danger", "danger"),
    ("on_danger", "danger_down"),
    ("on_alarm", "alarm"),
    ("on_faded", "faded"),
    ("on_bar", "bar"),
    ("on_bar_quiet", "bar_quiet"),
    ("on_bar_quiet", "bar_quiet_down"),
    ("saving", "card"),
    ("saving", "soft"),
    ("saving", "ground"),
)
"""(text, what it stands on): each at least 4.5 to 1 in every theme."""

_TILES: Final = (
    ("FCE4EC", "9C1351"),
    ("FFE8D9", "9A3B0A"),
    ("F6E7C6", "7A4A00"),
    ("E3F1DA", "2F6317"),
    ("DDEEFB", "0B568F"),
    ("EAE4F8", "553399"),
    ("E9E0D8", "5B4136"),
    ("DDF1EF", "0B5F58"),
)

NORMAL: Final = Theme(
    name="normal",
    ground="F5F3EE",
    card="FFFFFF",
    ink="17211C",
    muted="55615B",
    rule="E4E1D8",
    outline="C9C5BA",
    edge=0,
    primary="0B6B4F",
    primary_down="07503B",
    on_primary="FFFFFF",
    soft="E0F1E9",
    on_soft="0A5B44",
    quiet="EDEAE2",
    quiet_down="DAD6CB",
    on_quiet="17211C",
    help="FFEED1",
    help_down="FADDAE",
    on_help="7A4300",
    danger="B3261E",
    danger_down="8C1D18",
    on_danger="FFFFFF",
    alarm="FBE3E0",
    on_alarm="8C1D18",
    faded="E8E6E0",
    on_faded="63675F",
    bar="FFFFFF",
    on_bar="17211C",
    bar_quiet="F3F1EB",
    bar_quiet_down="DAD6CB",
    on_bar_quiet="17211C",
    saving="0A6A4C",
    tiles=_TILES,
)

HIGH_CONTRAST: Final = Theme(
    name="high_contrast",
    ground="000000",
    card="000000",
    ink="FFFFFF",
    muted="E6E6E6",
    rule="8C8C8C",
    outline="FFFFFF",
    edge=2,
    primary="FFD600",
    primary_down="FFFFFF",
    on_primary="000000",
    soft="2B2600",
    on_soft="FFE34D",
    quiet="000000",
    quiet_down="4D4D4D",
    on_quiet="FFFFFF",
    help="2B2600",
    help_down="665A00",
    on_help="FFE34D",
    danger="FF8A80",
    danger_down="FFFFFF",
    on_danger="000000",
    alarm="3D0A07",
    on_alarm="FFB4AB",
    faded="000000",
    on_faded="B3B3B3",
    bar="000000",
    on_bar="FFFFFF",
    bar_quiet="000000",
    bar_quiet_down="4D4D4D",
    on_bar_quiet="FFFFFF",
    saving="7CF0B4",
    tiles=(("000000", "FFFFFF"),),
)

STAFF: Final = Theme(
    name="staff",
    ground="EFEEF5",
    card="FFFFFF",
    ink="1B1828",
    muted="57546A",
    rule="DEDCE9",
    outline="BDB9D1",
    edge=0,
    primary="5638A3",
    primary_down="402879",
    on_primary="FFFFFF",
    soft="E9E4F9",
    on_soft="472C8C",
    quiet="E4E2EE",
    quiet_down="CFCBE0",
    on_quiet="1B1828",
    help="FFEED1",
    help_down="FADDAE",
    on_help="7A4300",
    danger="B3261E",
    danger_down="8C1D18",
    on_danger="FFFFFF",
    alarm="FBE3E0",
    on_alarm="8C1D18",
    faded="E2E0EA",
    on_faded="605D70",
    bar="2A2042",
    on_bar="FFFFFF",
    bar_quiet="3F3361",
    bar_quiet_down="56487F",
    on_bar_quiet="FFFFFF",
    saving="0A6A4C",
    tiles=_TILES,
)

STAFF_HIGH_CONTRAST: Final = Theme(
    **{
        **{entry.name: getattr(HIGH_CONTRAST, entry.name) for entry in fields(Theme)},
        "name": "staff_high_contrast",
        "primary": "C9B6FF",
        "soft": "1F1638",
        "on_soft": "D9CCFF",
        "bar": "1F1638",
        "bar_quiet": "1F1638",
    }
)

_LINEAR_BELOW: Final = 0.04045
_CHANNELS: Final = (0, 2, 4)


def rgba(colour: str, alpha: float = 1.0) -> tuple[float, float, float, float]:
    """``RRGGBB`` as Kivy wants it: four numbers from 0 to 1."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in _CHANNELS)
    return red, green, blue, alpha


def _luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.2."""
    linear = [part / 12.92 if part <= _LINEAR_BELOW else ((part + 0.055) / 1.055) ** 2.4 for part in rgba(colour)[:3]]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)
