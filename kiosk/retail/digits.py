"""Digits of any script, as people type them: Bengali ১২৩ and Latin 123 are the same number."""

from __future__ import annotations

from unicodedata import decimal

__all__ = ["latin_digits"]


def latin_digits(text: str) -> str:
    """``text`` with every decimal digit of any script as 0-9; all else is left as it is.

    >>> latin_digits("০১৭-১২৩")
    '017-123'
    """
    if text.isascii():
        return text
    return "".join(sign if (digit := decimal(sign, None)) is None else str(digit) for sign in text)
