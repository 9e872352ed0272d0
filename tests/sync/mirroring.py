"""A process that copies a journal once and says so when it begins; whoever started it may kill it at any time."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

from kiosk.sync.mirror import Mirror

if __name__ == "__main__":
    journal, kiosk, folder = sys.argv[1:]
    mirror = Mirror(Path(journal), kiosk, Path(folder), logging.getLogger(), apart=lambda _one, _other: True)
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    mirror.copy()
