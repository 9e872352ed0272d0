"""Fresh codes for the scanners' rigs, and what can be done to any scanner on a line."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Mapping

from bench.far_ends.line import Line
from tests.support.rigs import Deed

__all__ = ["ean13", "fresh", "line_faults"]


def ean13(number: int) -> str:
    """The EAN-13 of this number, its check digit with it.

    >>> ean13(590123412345)
    '5901234123457'
    """
    digits = f"{number:012d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits))
    return f"{digits}{-total % 10}"


def fresh() -> Iterator[str]:
    """EAN-13 numbers, each once."""
    return (ean13(590_000_000_000 + number) for number in itertools.count(1))


def line_faults(line: Line, *kinds: str) -> Mapping[str, Deed]:
    """The faults of the wire by these names."""
    return {kind: functools.partial(line.fault, kind=kind) for kind in kinds}  # type: ignore[arg-type]  # its own names
