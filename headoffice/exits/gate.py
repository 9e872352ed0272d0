"""A reference for whoever builds a gate: judge a code without asking anybody, and let each in once.

A gate holds the key (``python -m headoffice.admin gate-key``), the shop's id and how long a code serves. What it has
let through it remembers for as long, in a file, so that a restart forgets nothing; where there are several gates, head
office is asked as well (``POST /api/exit``), and while it cannot be, each gate goes by its own memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal

from kiosk.retail.exit_code import ExitPass, read_exit_code

__all__ = ["EARLY_MS", "Gate", "Verdict", "judge"]

Verdict = Literal["open", "used", "expired", "wrong"]
EARLY_MS: Final = 120_000
"""A kiosk's clock may be so far ahead of a gate's."""
_MINUTE_MS: Final = 60_000


def judge(key: bytes, store: str, code: str, *, now_ms: int, minutes: int, used: Callable[[ExitPass], bool]) -> Verdict:
    """Whether a code opens now. ``used`` says whether its sale has gone out before; it is asked last."""
    told = read_exit_code(key, store, code)
    if told is None:
        return "wrong"
    if not told.utc_ms - EARLY_MS <= now_ms < told.utc_ms + (minutes + 1) * _MINUTE_MS:
        return "expired"
    return "used" if used(told) else "open"


class Gate:
    """One gate. ``memory``: a file, or ``None`` for one that forgets with the power. ``minutes``: a code's life."""

    def __init__(self, key: bytes, store: str, *, minutes: int, memory: Path | None = None) -> None:
        self._key, self._store, self._minutes = key, store, minutes
        self._seen = sqlite3.connect(memory or ":memory:", isolation_level=None)
        self._seen.execute("PRAGMA synchronous = FULL")
        self._seen.execute("CREATE TABLE IF NOT EXISTS seen (reference TEXT PRIMARY KEY, until_ms INTEGER) STRICT")

    def verify(self, code: str, now_ms: int) -> Verdict:
        """``open`` once for each sale: it is on disk before the gate opens."""
        return judge(self._key, self._store, code, now_ms=now_ms, minutes=self._minutes, used=self._used)

    def _used(self, told: ExitPass) -> bool:
        until = told.utc_ms + (self._minutes + 1) * _MINUTE_MS
        before = self._seen.execute("SELECT 1 FROM seen WHERE reference = ?", (told.reference,)).fetchone()
        if before is None:
            self._seen.execute("INSERT INTO seen VALUES (?, ?)", (told.reference, until))
        return before is not None

    def forget(self, now_ms: int) -> None:
        """Let go what no code can open any more; for now and then."""
        self._seen.execute("DELETE FROM seen WHERE until_ms < ?", (now_ms,))

    def close(self) -> None:
        """Let the file go."""
        self._seen.close()
