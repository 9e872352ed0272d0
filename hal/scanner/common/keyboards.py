"""Keyboard layouts: what a key types, by its number in the kernel (``linux/input-event-codes.h``).

A scanner in keyboard mode is set to a country's layout and sends the keys that would type its code there; with another
layout here, wrong letters come out. Layouts: United States; Germany (DIN 2137-1, T1); Brazil (ABNT NBR 10346/10347,
"ABNT2").
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, Literal

__all__ = ["COMBINING", "KEYPAD", "LAYOUTS", "Country", "Layout", "compose"]

Country = Literal["us", "de", "br"]
Layout = Mapping[int, tuple[str, str, str]]
"""Key number to what it types alone, with Shift, with AltGr; empty for nothing."""

_ROWS: Final = (
    (41, *range(2, 14)),  # from the key left of 1
    tuple(range(16, 28)),  # from Q
    (*range(30, 41), 43),  # from A; 43 is the last, wherever it stands
    (86, *range(44, 54), 89),  # from the key left of Z; 89 is the one left of the right Shift in Brazil
)
_NOTHING: Final = "\0"

_PRINTED: Final[Mapping[Country, tuple[tuple[str, str, str], ...]]] = {
    "us": (
        ("`1234567890-=", "~!@#$%^&*()_+", _NOTHING * 13),
        ("qwertyuiop[]", "QWERTYUIOP{}", _NOTHING * 12),
        ("asdfghjkl;'\\", 'ASDFGHJKL:"|', _NOTHING * 12),
        ("\\zxcvbnm,./\0", "|ZXCVBNM<>?\0", _NOTHING * 12),
    ),
    "de": (
        ("^1234567890ß´", '°!"§$%&/()=?`', "\0\0²³\0\0\0{[]}\\\0"),
        ("qwertzuiopü+", "QWERTZUIOPÜ*", "@\0€\0\0\0\0\0\0\0\0~"),
        ("asdfghjklöä#", "ASDFGHJKLÖÄ'", _NOTHING * 12),
        ("<yxcvbnm,.-\0", ">YXCVBNM;:_\0", "|\0\0\0\0\0\0µ\0\0\0\0"),
    ),
    "br": (
        ("'1234567890-=", '"!@#$%¨&*()_+', "\0¹²³£¢¬\0\0\0\0\0§"),
        ("qwertyuiop´[", "QWERTYUIOP`{", "/?€\0\0\0\0\0\0\0\0ª"),
        ("asdfghjklç~]", "ASDFGHJKLÇ^}", "\0\0\0\0\0\0\0\0\0\0\0º"),
        ("\\zxcvbnm,.;/", "|ZXCVBNM<>:?", "\0\0\0₢\0\0\0\0\0\0\0°"),
    ),
}
KEYPAD: Final[Mapping[int, str]] = {
    71: "7", 72: "8", 73: "9", 75: "4", 76: "5", 77: "6", 79: "1", 80: "2", 81: "3", 82: "0",
    55: "*", 74: "-", 78: "+", 98: "/", 117: "=",
}  # fmt: skip
"""The keypad types the same everywhere but for its decimal sign; its digits whether or not Num Lock is on."""

COMBINING: Final[Mapping[str, str]] = {"´": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "¨": "\u0308"}
"""Dead keys' signs, and what they add to the next letter."""
_DEAD: Final[Mapping[Country, str]] = {"us": "", "de": "^´`", "br": "´`~^¨"}


def _keys(country: Country) -> Iterator[tuple[int, tuple[str, str, str]]]:
    for row, levels in zip(_ROWS, _PRINTED[country], strict=True):
        for key, *typed in zip(row, *levels, strict=True):
            plain, shifted, third = (each.replace(_NOTHING, "") for each in typed)
            yield key, (plain, shifted, third)
    yield 57, (" ", " ", " ")
    decimal = "." if country == "us" else ","
    yield 83, (decimal, decimal, "")
    yield 121, (".", ".", "")


LAYOUTS: Final[Mapping[Country, Layout]] = {country: dict(_keys(country)) for country in _PRINTED}


def compose(country: Country, dead: str, character: str) -> tuple[str, str]:
    """What is typed by a character after a dead key (or after none), and the dead key that waits then.

    >>> compose("de", "", "´"), compose("de", "´", "e"), compose("de", "´", " "), compose("us", "", "^")
    (('', '´'), ('é', ''), ('´', ''), ('^', ''))
    """
    if not dead:
        return ("", character) if character in _DEAD[country] else (character, "")
    if character in {" ", dead}:
        return dead, ""
    joined = unicodedata.normalize("NFC", character + COMBINING[dead])
    return (joined if len(joined) == 1 else dead + character), ""
