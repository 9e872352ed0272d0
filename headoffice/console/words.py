"""The language of a request, and amounts as people type them."""

from __future__ import annotations

import unicodedata
from decimal import Decimal, InvalidOperation

from starlette.requests import Request

from kiosk.i18n.translate import Translator
from kiosk.retail.money import MINOR_DIGITS

__all__ = ["LANGUAGES", "language_of", "read_amount"]

LANGUAGES = {"bn": "বাংলা", "en": "English", "pt_BR": "Português"}
_MAXIMUM_TYPED = 24


def language_of(request: Request) -> Translator:
    """The language chosen in this session, else the first the browser asks for, else English."""
    chosen = str(request.session.get("language", ""))
    if chosen in LANGUAGES:
        return Translator(chosen)
    for asked in request.headers.get("accept-language", "").split(","):
        tag = asked.partition(";")[0].strip().partition("-")[0].lower()
        for language in LANGUAGES:
            if tag == language.partition("_")[0]:
                return Translator(language)
    return Translator("en")


def read_amount(typed: str, currency: str) -> int | None:
    """A typed amount in minor units: ``1,234.50``, ``1.234,50``, ``৯৫.৫০``; ``None`` for what is no such amount.

    The last point or comma is the decimal one if no more digits follow it than the currency has.
    """
    plain = "".join(_plain(character) for character in typed.strip()[:_MAXIMUM_TYPED])
    digits = MINOR_DIGITS.get(currency, 2)
    cut = max(plain.rfind("."), plain.rfind(","))
    if cut >= 0 and 0 < len(plain) - cut - 1 <= digits:
        whole, fraction = plain[:cut], plain[cut + 1 :]
    else:
        whole, fraction = plain, ""
    whole = whole.replace(",", "").replace(".", "")
    if not (whole.isascii() and whole.isdigit() and (not fraction or (fraction.isascii() and fraction.isdigit()))):
        return None
    try:
        return int(Decimal(f"{whole}.{fraction or '0'}").scaleb(digits))
    except InvalidOperation:
        return None


def _plain(character: str) -> str:
    value = unicodedata.decimal(character, None)
    if value is not None:
        return str(value)
    return "" if character.isspace() else character
