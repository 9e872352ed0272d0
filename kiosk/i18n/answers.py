"""Answers to what shoppers ask most: a small file of its own, in every language of the kiosk."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["FILE", "answers"]

FILE: Final = Path(__file__).parent / "answers.toml"


@cache
def answers(language: str) -> tuple[tuple[str, str], ...]:
    """Each question with its answer. Raises ``KeyError`` for a language that the file does not speak.

    >>> answers("en")[0][0]
    'The code cannot be scanned'
    """
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return tuple((each["asks"][language], each["answer"][language]) for each in told["question"])
