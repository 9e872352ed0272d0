"""What a ZVT driver writes down before it asks for money: one small file, on disk before the terminal hears of it.

The file holds the last request alone, as JSON. A torn one, or none, is no memory.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

from hal.card_reader.common.zvt_dialogue import Asked

__all__ = ["recall", "remember"]

T = TypeVar("T")


async def recall(file: str) -> Asked:
    """What was asked for last, by this run or an earlier one; nothing where there is no such file, or a torn one."""
    return await _aside(lambda: _read(file))


async def remember(file: str, asked: Asked) -> None:
    """On disk when it comes back. Raises ``OSError``."""
    await _aside(lambda: _write(Path(file), json.dumps(asdict(asked))))


async def _aside(deed: Callable[[], T]) -> T:
    """What the disk may hold up, on a thread that ends with it."""
    with ThreadPoolExecutor(1, thread_name_prefix="zvt-memory") as thread:
        return await asyncio.get_running_loop().run_in_executor(thread, deed)


def _read(file: str) -> Asked:
    if not file or not Path(file).exists():
        return Asked()
    try:
        told = json.loads(Path(file).read_text(encoding="utf-8"))
        return Asked(str(told["request"]), int(told["amount_minor"]), str(told["last"]), bool(told["reversed"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Asked()


def _write(file: Path, text: str) -> None:
    """Written aside, flushed, renamed."""
    aside = file.with_suffix(".new")
    with aside.open("w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
