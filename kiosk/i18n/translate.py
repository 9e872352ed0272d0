"""A translator: message ids and values in, sentences of one language out.

Babel writes Bengali numbers with Latin digits and the taka sign behind; a Bangladeshi price tag has Bengali digits and
the sign in front. So the patterns are our own, Babel applies them, and digits are transliterated last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_decimal

from kiosk.i18n.catalogues import catalogue
from kiosk.retail.item import Names
from kiosk.retail.money import MINOR_DIGITS, Money
from kiosk.retail.weight import Weight

__all__ = ["Message", "Translator", "Value"]

Value = str | int | Money | Weight | Names
"""What fills a named place of a message; it is written by its type."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BENGALI_DIGITS = str.maketrans("0123456789", "০১২৩৪৫৬৭৮৯")
_SIGNS = {"BDT": "৳", "BRL": "R$", "EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "KWD": "KD"}
_ON_PAPER = {"BDT": "Tk"}
"""Signs that no receipt printer's own letters hold, as a shop writes them in Latin script: text, not a picture."""
_LAKH = "#,##,##0"
_THOUSAND = "#,##0"
_LOCALES = {"bn": "bn_BD", "en": "en_GB", "pt_BR": "pt_BR"}
_SPACED_SIGN = "pt_BR"
"""The language that leaves a (no-break) space between the sign and the amount."""


class Message(Protocol):
    """A message without a language: an id of the catalogue and the values for its named places."""

    @property
    def message(self) -> str:
        """The id."""

    @property
    def values(self) -> tuple[tuple[str, Value], ...]:
        """Name and value of each place."""


class _Places(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "{" + name + "}"


@dataclass(frozen=True, slots=True)
class Translator:
    """One language: ``bn``, ``en`` or ``pt_BR``. ``paper``: for a receipt. Safe to share between threads."""

    language: str
    paper: bool = False

    def __post_init__(self) -> None:
        """Raises ``LookupError`` for a language without a catalogue."""
        catalogue(self.language)

    def say(self, message: Message) -> str:
        """The sentence. An id without a translation is said as it is, a place without a value stays in braces."""
        return self._fill(message.message, dict(message.values))

    def t(self, message_id: str, **values: Value) -> str:
        """As ``say``, with the message told in place."""
        return self._fill(message_id, values)

    def _fill(self, message_id: str, values: Mapping[str, Value]) -> str:
        count = values.get("count")
        template = self._template(message_id, count if isinstance(count, int) else None)
        if not values:
            return template
        return template.format_map(_Places({name: self.value(value) for name, value in values.items()}))

    def _template(self, message_id: str, count: int | None) -> str:
        messages = catalogue(self.language)
        if count is not None:
            counted = messages.ngettext(message_id, message_id, count)
            if counted != message_id:
                return counted
        return messages.gettext(message_id)

    def value(self, value: Value) -> str:
        """A value by its type: money, weight, number and name as this language writes them, a text as it is."""
        match value:
            case str():
                return value
            case int():
                return self.number(value)
            case Money():
                return self.money(value)
            case Weight():
                return self.weight(value)
            case _:
                return self.name(value)

    def money(self, amount: Money) -> str:
        """``৳১,২৩,৪৫৬.৫০``, ``৳1,23,456.50``, ``R$ 123.456,50``; a minus stands before the sign."""
        return _money(amount.minor, amount.currency, self.language, self.paper and self.language != "bn")

    def amount(self, amount: Money) -> str:
        """As ``money`` writes it, without the sign: for columns of one currency."""
        return _amount(amount.minor, amount.currency, self.language)

    def weight(self, weight: Weight) -> str:
        """``1.250 kg``, ``১.২৫০ কেজি``, ``1,250 kg``: with the decimals that the scale gave."""
        number = _decimal(weight.value, max(0, -weight.exponent), max(0, weight.exponent), _THOUSAND, self.language)
        return f"{number}\N{NO-BREAK SPACE}{self.t(f'unit.{weight.unit}')}"

    def number(self, number: int) -> str:
        """A whole number, grouped."""
        return _decimal(number, 0, 0, _LAKH if self.language == "bn" else _THOUSAND, self.language)

    def percent(self, basis_points: int) -> str:
        """``7.5%`` of 750, with no more decimals than it needs."""
        return self.digits(format_decimal(Decimal(basis_points) / 100, "0.##", _LOCALES[self.language])) + "%"

    def date_time(self, utc_ms: int, time_zone: str) -> str:
        """``22/11/2026 17:05`` at the store: milliseconds since 1970 in an IANA time zone."""
        moment = (_EPOCH + timedelta(milliseconds=utc_ms)).astimezone(ZoneInfo(time_zone))
        return self.digits(format_datetime(moment, "dd/MM/yyyy HH:mm", locale=_LOCALES[self.language]))

    def date(self, iso: str) -> str:
        """``22/11/2026`` of an ISO date."""
        year, month, day = iso.split("-")
        return self.digits(f"{day}/{month}/{year}")

    def name(self, names: Names) -> str:
        """The name in this language, else in English, else in the first language there is; empty where none is."""
        for language in (self.language, self.language.partition("_")[0], "en", *sorted(names)):
            if names.get(language):
                return names[language]
        return ""

    def tax(self, names: Names, *, first: bool = False) -> str:
        """What the tax on goods is called, the language's own word where ``names`` has none; ``first``: in a line."""
        name = self.name(names) or self.t("tax.name")
        return name[:1].upper() + name[1:] if first else name

    def digits(self, plain: str) -> str:
        """``plain`` with its digits as this language writes them."""
        return plain.translate(_BENGALI_DIGITS) if self.language == "bn" else plain


@lru_cache(maxsize=4096)
def _money(minor: int, currency: str, language: str, latin: bool) -> str:  # noqa: FBT001 - a key of the cache
    number = _amount(abs(minor), currency, language)
    signs = {**_SIGNS, **_ON_PAPER} if latin else _SIGNS
    sign = signs.get(currency, currency)
    gap = "\N{NO-BREAK SPACE}" if language == _SPACED_SIGN or sign.isalpha() else ""
    return f"{'-' if minor < 0 else ''}{sign}{gap}{number}"


def _amount(minor: int, currency: str, language: str) -> str:
    groups = _LAKH if currency == "BDT" and language != "pt_BR" else _THOUSAND
    return _decimal(minor, MINOR_DIGITS.get(currency, 2), 0, groups, language)


def _decimal(value: int, decimals: int, zeros: int, groups: str, language: str) -> str:
    """``value * 10**(zeros - decimals)`` with exactly ``decimals`` digits behind the point."""
    pattern = f"{groups}.{'0' * decimals}" if decimals else groups
    written = format_decimal(Decimal(value * 10**zeros).scaleb(-decimals), pattern, _LOCALES[language])
    return written.translate(_BENGALI_DIGITS) if language == "bn" else written
