"""The card terminal of the rack besides its payments: the end of its day, and what it says while nobody pays."""

from __future__ import annotations

import logging
from typing import Final

from hal.card_reader.contract import (
    ALL_BRANDS,
    CardReader,
    DayTotal,
    DayTotals,
    Display,
    EndOfDay,
    hide_card_numbers,
)
from kiosk.checkout import effects as f
from kiosk.checkout import inputs as i
from kiosk.i18n.translate import Translator
from kiosk.retail import day_report as r
from kiosk.retail.day_report import TerminalTotal
from kiosk.workstation.devices import Rack

__all__ = ["close_day", "tell_closed"]

_log = logging.getLogger(__name__)

_LONGEST_LINE: Final = 120
_MOST_LINES: Final = 200


async def close_day(rack: Rack, asked: f.CloseTerminalDay) -> i.TerminalDayAnswered | None:
    """Have the terminal end its day; never raises. ``None``: there is no terminal, or none that ends days."""
    reader: CardReader | None = await rack.ready("card_reader")
    if reader is None or "end_of_day" not in reader.capabilities:
        return None
    ends: EndOfDay = rack.of("card_reader")
    try:
        lines = await ends.end_of_day()
    except Exception as error:  # noqa: BLE001 - whatever a driver does, the day has turned and the shop goes on
        reason = hide_card_numbers(str(error) or type(error).__name__)[:_LONGEST_LINE]
        _log.warning("the card terminal did not end the day %s: %s", asked.business_day, reason)
        return i.TerminalDayAnswered(asked.business_day, done=False, reason=reason)
    report = tuple(hide_card_numbers(line)[:_LONGEST_LINE] for line in lines[:_MOST_LINES])
    return i.TerminalDayAnswered(asked.business_day, done=True, report=report, totals=_totals(reader, rack))


def _totals(reader: CardReader, rack: Rack) -> tuple[TerminalTotal, ...] | None:
    """The same as amounts by brand, from a terminal that tells them."""
    if "day_totals" not in reader.capabilities:
        return None
    ends: DayTotals = rack.of("card_reader")
    told = ends.day_totals
    return None if told is None else tuple(map(_total, told))


def _total(told: DayTotal) -> TerminalTotal:
    brand = r.ALL_BRANDS if told.brand == ALL_BRANDS else told.brand
    return TerminalTotal(brand, told.count, told.amount_minor)


async def tell_closed(rack: Rack, languages: tuple[str, ...], *, closed: bool) -> None:
    """Have an idle terminal say that the lane is closed, in the shop's languages; or show its own picture again.

    Raises ``DeviceError``: nobody waits for it, and it is told again when the terminal has come back.
    """
    reader: CardReader | None = rack.of("card_reader")
    if reader is None or "display" not in reader.capabilities:
        return
    shows: Display = rack.of("card_reader")
    await shows.display(tuple(Translator(language).t("closed.lane") for language in languages) if closed else ())
