"""Waiting for a condition, with an end."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["wait_until", "wait_until_async"]

T = TypeVar("T")

PAUSE = 0.01
"""Seconds between two looks: short beside what is waited for, long beside the cost of a look."""


def wait_until(condition: Callable[[], T | None], timeout: float = 10.0, *, what: str = "") -> T:
    """Look until ``condition()`` is true and give what it gave.

    Raises ``TimeoutError`` that names ``what`` (or the condition) when ``timeout`` seconds have passed.
    """
    end = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(_complaint(condition, timeout, what))
        time.sleep(PAUSE)
    return result


async def wait_until_async(condition: Callable[[], T | None], timeout: float = 10.0, *, what: str = "") -> T:  # noqa: ASYNC109 - the bound is the point
    """Do as ``wait_until`` does, and let the loop run between two looks."""
    end = time.monotonic() + timeout
    while not (result := condition()):
        if time.monotonic() > end:
            raise TimeoutError(_complaint(condition, timeout, what))
        await asyncio.sleep(PAUSE)
    return result


def _complaint(condition: Callable[[], object], timeout: float, what: str) -> str:
    return f"not within {timeout:g} s: {what or getattr(condition, '__qualname__', repr(condition))}"
