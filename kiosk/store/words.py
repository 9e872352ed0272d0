"""How words are compared in the look-up: one folding for what is stored and what is typed."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

__all__ = ["fold", "words"]

_SIGNS = 4096
"""More letters than the scripts of any shop; each is looked at once."""


def fold(text: str) -> str:
    """Compatibility-composed, case-folded, Latin letters bare, digits of any script as 0-9, without joiners.

    >>> fold("Café ৫")
    'cafe 5'
    """
    return "".join(map(_folded, unicodedata.normalize("NFKC", text).casefold()))


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: letters with their marks, and numbers. What is neither parts them.

    >>> words("পাকা কলা (1kg)")
    ('পাকা', 'কলা', '1kg')
    """
    return tuple("".join(sign if _in_words(sign) else " " for sign in fold(text)).split())


@lru_cache(_SIGNS)
def _folded(sign: str) -> str:
    if unicodedata.category(sign) == "Nd":
        return str(unicodedata.decimal(sign))
    if unicodedata.category(sign) == "Cf":
        return ""
    if unicodedata.name(sign, "").startswith("LATIN"):
        return unicodedata.normalize("NFD", sign)[0]
    return sign


@lru_cache(_SIGNS)
def _in_words(sign: str) -> bool:
    category = unicodedata.category(sign)
    return category[0] in "LN" or category in {"Mn", "Mc", "Co"}
