"""Record the checksum of the legally relevant weighing software: ``python -m tools.record_weighing``."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kiosk.workstation import legal

__all__ = ["main"]

_RECORDED = re.compile(r'^RECORDED = "[0-9a-f]*"$', re.MULTILINE)


def main() -> int:
    """Write the measured checksum into ``kiosk/workstation/legal.py``, which is not one of the files it covers."""
    place = Path(legal.__file__)
    written, count = _RECORDED.subn(f'RECORDED = "{legal.measured()}"', place.read_text(encoding="utf-8"))
    if count != 1:
        print(f"{place} has no line for the checksum", file=sys.stderr)
        return 1
    place.write_text(written, encoding="utf-8")
    print(legal.measured())
    return 0


if __name__ == "__main__":
    sys.exit(main())
