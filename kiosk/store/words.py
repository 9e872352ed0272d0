"""How words are compared in the look-up: one folding for what is stored and what is typed."""

from __future__ import annotations

import unicodedata

__all__ = ["fold", "words"]


def fold(text: str) -> str:
    """Compatibility-composed, case-folded, decimal digits of any script as 0-9, without joiners.

    >>> fold("Café ৫")
    'café 5'
    """
    composed = unicodedata.normalize("NFKC", text).casefold()
    return "".join(_letter(sign) for sign in composed)


def _letter(sign: str) -> str:
    category = unicodedata.category(sign)
    if category == "Nd":
        return str(unicodedata.decimal(sign))
    return "" if category == "Cf" else sign


def words(text: str) -> tuple[str, ...]:
    """The words of a text, folded: letters with their marks, and numbers. What is neither parts them.

    >>> words("পাকা কলা (1kg)")
    ('পাকা', 'কলা', '1kg')
    """
    parted = (sign if unicodedata.category(sign)[0] in "LN" or _joins(sign) else " " for sign in fold(text))
    return tuple("".join(parted).split())


def _joins(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Mc", "Co"}
