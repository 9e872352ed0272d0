"""A Datalogic Magellan's own side of its single cable, shown as a scanner; see the scale of the same name.

``python -m bench.far_ends.scanner.datalogic_single_cable --link run/magellan --knob-socket run/magellan.knobs``
"""

from __future__ import annotations

import sys

from bench.far_ends.line import serve
from bench.far_ends.platter import OPTIONS
from bench.far_ends.scale.datalogic_single_cable import SingleCable

__all__ = ["SingleCableScanner"]


class SingleCableScanner(SingleCable):
    """The same thing, looked at from its glass."""

    category = "scanner"


if __name__ == "__main__":
    sys.exit(serve("bench.far_ends.scanner.datalogic_single_cable", SingleCableScanner, options=OPTIONS))
