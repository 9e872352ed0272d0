"""Independent judges of drivers: programs and libraries that nobody here wrote, on the other end of the wire.

A judge gives rows of (driver, what was judged, verdict); a verdict begins with ``passed``, ``failed`` or, where the
judge cannot be had on this machine, ``left out``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from tests.conformance import emupos_printer, emupos_scale, nfe_schemas

__all__ = ["JUDGES", "Judge", "Verdict"]

Verdict = tuple[str, str, str]
Judge = Callable[[], Iterable[Verdict]]

JUDGES: Final[Mapping[str, Judge]] = {
    "emupos": emupos_printer.judge,
    "emupos scales": emupos_scale.judge,
    "NF-e schemas": nfe_schemas.judge,
}
"""By the judge's name."""
