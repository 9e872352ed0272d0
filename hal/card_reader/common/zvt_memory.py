"""What a ZVT driver writes down before it asks for money: one small file, on disk before the terminal hears of it.

The file holds the last request alone, as JSON. A torn one, or none, is no memory.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from hal.card_reader.common.zvt_dialogue import Asked
from hal.ports.keeping import read_kept, write_kept

__all__ = ["recall", "remember"]


async def recall(file: str) -> Asked:
    """What was asked for last, by this run or an earlier one; nothing where there is no such file, or a torn one."""
    text = await read_kept(Path(file)) if file else None
    try:
        told = json.loads(text or "{}")
        return Asked(str(told["request"]), int(told["amount_minor"]), str(told["last"]), bool(told["reversed"]))
    except (ValueError, KeyError, TypeError):
        return Asked()


async def remember(file: str, asked: Asked) -> None:
    """On disk when it comes back. Raises ``OSError``."""
    await write_kept(Path(file), json.dumps(asdict(asked)))
