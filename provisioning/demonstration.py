"""Makes what a demonstration or a drill needs of trust: an authority, the broker's, head office's and a kiosk's keys.

``python -m provisioning.demonstration FOLDER --port N --kiosk NAME`` writes them and the broker's settings to FOLDER;
what is there already, and still good, is used again. Never for a shop: there, kiosks enrol.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from provisioning.authority import Authority
from provisioning.broker import OFFICES, write_settings

__all__ = ["main", "make"]


def make(folder: Path, *, port: int, kiosks: tuple[str, ...]) -> Path:
    """Certificates for everybody and the broker's settings; gives the latter's path. Raises ``OSError``."""
    authority = Authority.open(folder)
    server = authority.server("broker", ["127.0.0.1", "localhost"])
    for name in (*OFFICES, *kiosks):
        authority.client(name)
    return write_settings(folder, server=server, port=port)


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, required=True, help="the broker's loopback port")
    parser.add_argument("--kiosk", action="append", default=[], help="a kiosk's name; may be given again")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    make(arguments.folder.resolve(), port=arguments.port, kiosks=tuple(arguments.kiosk))


if __name__ == "__main__":
    main()
