"""The little world's acquirer: how its far end is run, and what head office is told of it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

from bench.processes import python
from samples.catalogue import SampleShop

__all__ = ["Acquirer"]


class Acquirer:
    """One provider for all the shop's tenders by code. Keys are made once and kept in ``folder``."""

    def __init__(self, folder: Path, shop: SampleShop) -> None:
        self._folder = folder
        self._tenders = [tender.tender_id for tender in shop.tenders if tender.kind == "qr"]
        self._merchant = shop.business_units[0].names["en"]
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("key", "secret"):
            if not (folder / name).exists():
                (folder / name).write_text(secrets.token_urlsafe(24), encoding="ascii")

    def command(self, office_port: int, knobs: Path) -> list[str]:
        """The far end's command line; its notices go to head office on loopback."""
        return python(
            "bench.far_ends.acquirer.rest",
            "--charges",
            self._folder / "charges.jsonl",
            "--key-file",
            self._folder / "key",
            "--secret-file",
            self._folder / "secret",
            "--hook",
            f"http://127.0.0.1:{office_port}/hooks/acquirer/{self._tenders[0]}",
            "--merchant",
            self._merchant,
            "--knob-socket",
            knobs,
        )

    def settings(self, url: str) -> dict[str, Any]:
        """Head office's file of acquirers."""
        about = {"model": "rest", "url": url, "key_file": "key", "secret_file": "secret"}
        return {"acquirer": dict.fromkeys(self._tenders, about)}
