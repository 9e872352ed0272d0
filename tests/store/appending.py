"""A process that appends two records at a time and says so after each, until it is killed or the disk is full."""

from __future__ import annotations

import argparse
import resource
import sys
from pathlib import Path

from kiosk.store.errors import JournalUnwritableError
from kiosk.store.journal import Journal
from tests.store.support import IDENTITY, line_added


def main() -> None:
    """``--limit``: no file may grow beyond so many bytes, as on a full disk."""
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("--limit", type=int)
    arguments = parser.parse_args()
    journal = Journal.open(arguments.path, identity=IDENTITY)
    if arguments.limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (arguments.limit, arguments.limit))
    line = 0
    while True:
        line += 2
        try:
            head = journal.append([line_added(line - 1), line_added(line)], line)
        except JournalUnwritableError:
            sys.stdout.write("unwritable\n")
            return
        sys.stdout.write(f"{head.sequence}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
