"""How values are written on a page: the request's language, the shop's clock and money."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
from babel.dates import format_date
from markupsafe import Markup

from headoffice.console.charts import ChartBar, bar_chart
from headoffice.insight import Bar, Home
from headoffice.ledger.tables import SaleLine
from kiosk.i18n.translate import Translator, Value
from kiosk.retail.item import Names
from kiosk.retail.money import Money
from kiosk.retail.weight import Unit, Weight

__all__ = ["Show"]

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000
_LOCALES = {"bn": "bn_BD", "en": "en_GB", "pt_BR": "pt_BR"}
_MONTHLY, _WEEK, _EVERY = 31, 7, 15
_AXIS_MINOR = 100


@dataclass(frozen=True, slots=True)
class Show:
    """Templates write every value through this."""

    translator: Translator
    home: Home
    now: int

    def t(self, message: str, **values: Value) -> str:
        """A message of the catalogue, without its room's name: ``nav.now`` is ``console.nav.now``."""
        return self.translator.t(f"console.{message}", **values)

    def money(self, minor: int, currency: str = "") -> str:
        """An amount; in the home currency unless told."""
        return self.translator.money(Money(minor, currency or self.home.currency))

    def whole(self, minor: int) -> str:
        """An amount of the home currency without its minor digits, for axes and large figures."""
        written = self.translator.money(Money(minor // _AXIS_MINOR * _AXIS_MINOR, self.home.currency))
        for point in (".", ","):
            if written[-3:-2] == point:
                return written[:-3]
        return written

    def number(self, number: int) -> str:
        """A count."""
        return self.translator.number(number)

    def digits(self, plain: str) -> str:
        """A numeral that is not grouped."""
        return self.translator.digits(plain)

    def name(self, names: Names) -> str:
        """A description in this language."""
        return self.translator.name(names)

    def percent(self, basis_points: int) -> str:
        """A tax rate."""
        return self.translator.percent(basis_points)

    def when(self, utc_ms: int) -> str:
        """Date and time at the shop."""
        return self.digits(self.home.local(utc_ms).strftime("%d/%m/%Y %H:%M:%S"))

    def clock(self, utc_ms: int) -> str:
        """The time of day; with the date before it, if it was not today."""
        local = self.home.local(utc_ms)
        short = "%H:%M" if local.date() == self.home.today(self.now) else "%d/%m %H:%M"
        return self.digits(local.strftime(short))

    def ago(self, utc_ms: int) -> str:
        """How long ago, roughly."""
        gone = max(0, self.now - utc_ms)
        for unit, size in (("ago.days", _DAY), ("ago.hours", _HOUR), ("ago.minutes", _MINUTE)):
            if gone >= size:
                return self.t(unit, count=gone // size)
        return self.t("ago.now")

    def amount(self, quantity: int, grams: int | None) -> str:
        """Pieces, or the weight of what is weighed."""
        if grams is None:
            return f"{self.number(quantity)} \N{MULTIPLICATION SIGN}"
        return self.translator.weight(Weight(grams, -3, "kg"))

    def line_amount(self, line: SaleLine) -> str:
        """Pieces or weight of a sold line, with the decimals the scale gave."""
        if line.weight_value is None:
            return f"{self.number(line.quantity)} \N{MULTIPLICATION SIGN}"
        unit = msgspec.convert(line.weight_unit, Unit)
        return self.translator.weight(Weight(line.weight_value, line.weight_exponent or 0, unit))

    def unit(self, unit: str) -> str:
        """A unit of weight."""
        return self.translator.t(f"unit.{unit}")

    def on_hand(self, quantity: int, unit: str) -> str:
        """Stock: pieces, or kilograms of what is weighed."""
        return self.number(quantity) if unit == "each" else self.translator.weight(Weight(quantity, -3, "kg"))

    def day(self, iso: str) -> str:
        """A day of the year, short."""
        return self.digits(format_date(date.fromisoformat(iso), "d MMM", locale=_LOCALES[self.translator.language]))

    def chart(self, bars: list[Bar], label: str) -> Markup:
        """Bars by day or hour: sales of kiosks below, samples above."""
        by_hour = all(len(bar.label) == len("00") for bar in bars)
        drawn = [
            ChartBar(
                bar.real,
                bar.sample,
                self._tick(index, len(bars), bar, by_hour=by_hour),
                self._title(bar, by_hour=by_hour),
            )
            for index, bar in enumerate(bars)
        ]
        return bar_chart(drawn, label=label, value=self.whole)

    def _tick(self, index: int, count: int, bar: Bar, *, by_hour: bool) -> str:
        if by_hour:
            return self.digits(bar.label) if index % 3 == 0 else ""
        if count > _MONTHLY:
            return self.day(bar.label) if index % _EVERY == _WEEK else ""
        return self.day(bar.label)

    def _title(self, bar: Bar, *, by_hour: bool) -> str:
        name = self.digits(f"{bar.label}:00") if by_hour else self.day(bar.label)
        return f"{name} · {self.money(bar.real + bar.sample)} · {self.t('sales.count', count=bar.count)}"
