"""One small file that a driver keeps: on disk before anybody acts on it, whole or as it was before.

What the disk may hold up happens on a thread of its own, never on the loop.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

__all__ = ["read_kept", "write_kept"]

T = TypeVar("T")


async def read_kept(file: Path) -> str | None:
    """The file's text; ``None`` where there is none, or none that can be read."""
    return await _on_a_thread(lambda: _read(file))


async def write_kept(file: Path, text: str) -> None:
    """On disk when it comes back: written beside, flushed, renamed. Raises ``OSError``; then the old text stands."""
    await _on_a_thread(lambda: _write(file, text))


async def _on_a_thread(deed: Callable[[], T]) -> T:
    """On a thread that ends with the deed."""
    with ThreadPoolExecutor(1, thread_name_prefix="kept-file") as thread:
        return await asyncio.get_running_loop().run_in_executor(thread, deed)


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _write(file: Path, text: str) -> None:
    beside = file.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    beside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
