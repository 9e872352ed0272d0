"""Judges the cases that hold a basket: lines, taxes, discounts, and what it all comes to.

A basket with one VAT rate a line goes through ``totals`` as a shopper's basket does; one with several levies on a
price, or with quantities that are no whole pieces, goes through ``levies_of``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from kiosk.retail.levies import Levied, LeviedLine, Levy, LevyRounding, levies_of
from kiosk.retail.money import Money
from kiosk.retail.pricing import counted, totals
from kiosk.retail.shares import share_out
from kiosk.retail.tax import Taxable, TaxRate, TaxRounding, tax_of
from kiosk.retail.transaction import LineItem, PriceModifier
from tools.case_numbers import CURRENCY, fraction, minor, money, shown
from tools.case_verdict import Case, NotApplicableError, Reason, Verdict, compare

__all__ = ["judge_basket", "judge_discounted", "line_of"]

_ROUNDINGS: dict[str, TaxRounding] = {
    "": "document",
    "per_unit": "unit",
    "per_line": "line",
    "per_total": "document",
    "globally": "document",
}
_LEVY_ROUNDINGS: dict[str, LevyRounding] = {
    "": "document",
    "per_line": "line",
    "per_total": "document",
    "globally": "document",
}
_LINE_KEYS = {"unit_price", "unit_gross", "list_price", "qty", "vat_percent", "discount_percent", "sku", "tax"}


def line_of(number: int, price: Money, quantity: int, vat_percent: Fraction, off: Money, *, sku: str = "") -> LineItem:
    """A line as the kiosk rings it up."""
    return LineItem(
        line=number,
        item_id=sku or str(number),
        names={},
        unit="each",
        quantity=quantity,
        unit_price=price,
        extended=counted(price, quantity),
        tax_rate=TaxRate("vat", _basis_points(vat_percent)),
        entry="scanned",
        modifiers=(PriceModifier("case", off, {}),) if off else (),
    )


def judge_basket(case: Case, given: Mapping[str, Any]) -> Verdict:
    """Price the basket and compare what it comes to."""
    rows = [{"unit_price": gross, "qty": 1} for gross in given.get("lines_gross", ())] or given["lines"]
    unread = {key for row in rows for key in row} - _LINE_KEYS
    if unread:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(unread)))
    if _needs_levies(given, rows):
        return compare(case["id"], case["expected"], _by_levies(case, given, rows))
    return compare(case["id"], case["expected"], _by_totals(given, rows))


def judge_discounted(case: Case, given: Mapping[str, Any]) -> Verdict:
    """One item with an amount taken off what the shopper pays for it, tax and all."""
    levies, off = _levies_in_words(given["tax"]), minor(given["discount_incl_tax"])
    marked = minor(given["unit_price"])
    full = levies_of([LeviedLine(marked, levies)], currency=CURRENCY, rounding="document").total.minor
    line = LeviedLine(marked * (1 - off / full), levies)
    found = levies_of([line], currency=CURRENCY, rounding="document")
    return compare(case["id"], case["expected"], _told(found, case["expected"], [line]))


def _needs_levies(given: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> bool:
    words = {"taxes", "taxes_percent_of_gross", "products"} & given.keys()
    whole = all(fraction(row.get("qty", 1)).denominator == 1 and "tax" not in row for row in rows)
    return bool(words) or not whole or str(given.get("rounding", "")).startswith("globally:")


def _basis_points(percent: Fraction) -> int:
    points = percent * 100
    if points.denominator != 1:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"a rate of {percent}%")
    return points.numerator


# --- one VAT rate a line -----------------------------------------------------------------------------------------


def _by_totals(given: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    minor_units = any("list_price" in row for row in rows)
    included = bool(given.get("prices_include_tax", "lines_gross" in given or any("unit_gross" in r for r in rows)))
    lines = [_line(number, row, given) for number, row in enumerate(rows, start=1)]
    if given.get("allocate", "by line value") != "by line value":
        raise NotApplicableError(Reason.UNKNOWN_INPUT, str(given["allocate"]))
    if "order_discount" in given:
        lines = _off_order(lines, money(given["order_discount"]))
    for words in filter(None, str(given.get("promotion", "")).split(" then ")):
        lines = _promoted(lines, words, included=included)
    rounding = _ROUNDINGS.get(str(given.get("rounding", "")))
    if rounding is None:
        words = str(given["rounding"])
        raise NotApplicableError(Reason.UNKNOWN_INPUT, words)
    found = totals(lines, currency=CURRENCY, included=included, rounding=rounding)
    if minor_units:
        return {"net": found.tax.net.minor, "tax": found.tax.tax.minor, "gross": found.total.minor}
    return {"net": shown(found.tax.net), "tax": shown(found.tax.tax), "total": shown(found.total)}


def _line(number: int, row: Mapping[str, Any], given: Mapping[str, Any]) -> LineItem:
    price = (
        Money(row["list_price"], CURRENCY)
        if "list_price" in row
        else money(row.get("unit_price", row.get("unit_gross")))
    )
    rate = fraction(row.get("vat_percent", given.get("vat_percent")))
    return line_of(number, price, int(fraction(row["qty"])), rate, Money.zero(CURRENCY), sku=str(row.get("sku", "")))


def _less(line: LineItem, off: Money) -> LineItem:
    """The line with more taken off it."""
    return replace(line, modifiers=(*line.modifiers, PriceModifier("case", off, {})))


def _off_order(lines: Sequence[LineItem], off: Money) -> list[LineItem]:
    """An amount off the whole order, shared over its lines by what they cost."""
    if any(line.net.minor < 0 for line in lines):
        raise NotApplicableError(Reason.UNKNOWN_INPUT, "a discount over returned lines")
    shares = share_out(off, [line.net.minor for line in lines])
    return [_less(line, share) for line, share in zip(lines, shares, strict=True)]


def _off_each(line: LineItem, percent: Fraction) -> LineItem:
    """A percentage off each piece: the piece's new price is rounded, as a shelf label would show it."""
    piece = line.unit_price.scaled(1 - percent / 100)
    return _less(line, line.extended - counted(piece, line.quantity))


_NUMBER = r"(\d+(?:\.\d+)?)"


def _promoted(lines: list[LineItem], words: str, *, included: bool) -> list[LineItem]:
    """The lines after one step of a promotion told in words."""
    whole = sum(line.net.minor for line in lines)
    if found := re.fullmatch(rf"{_NUMBER}% (?:off )?order", words):
        return _off_order(lines, Money(whole, CURRENCY).scaled(fraction(found[1]) / 100))
    if found := re.fullmatch(rf"{_NUMBER}% (?:off each|item)", words):
        return [_off_each(line, fraction(found[1])) for line in lines]
    if found := re.fullmatch(rf"{_NUMBER}% off the (\d+) items", words):
        price = int(found[2])
        return [_off_each(line, fraction(found[1])) if line.unit_price.minor == price else line for line in lines]
    if found := re.fullmatch(r"set order price to (\d+)", words):
        return _off_order(lines, Money(whole - int(found[1]), CURRENCY))
    if found := re.fullmatch(r"(\d+) off order", words):
        return _off_order(lines, Money(int(found[1]), CURRENCY))
    if found := re.fullmatch(rf"{_NUMBER}% of (\w+)(?:, at most {_NUMBER} tax included)?", words):
        most = money(found[3]) if found[3] else None
        return [
            _off_item(line, fraction(found[1]), most, included) if line.item_id == found[2] else line for line in lines
        ]
    raise NotApplicableError(Reason.PROMOTION, words)


def _off_item(line: LineItem, percent: Fraction, most: Money | None, included: bool) -> LineItem:  # noqa: FBT001 - told once
    off = line.net.scaled(percent / 100)
    if most is not None:
        if not included:
            most = tax_of([Taxable(line.tax_rate, most)], currency=CURRENCY, included=True, rounding="document").net
        off = min(off, most)
    return _less(line, off)


# --- several levies a line ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Marked:
    """A line's exact price in minor units, its pieces and its levies."""

    price: Fraction
    pieces: Fraction
    levies: tuple[Levy, ...]


def _by_levies(case: Case, given: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> dict[str, object]:
    words = str(given.get("rounding", ""))
    rounding: LevyRounding | None = "total" if words.startswith("globally: total") else _LEVY_ROUNDINGS.get(words)
    if rounding is None or "order_discount" in given:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, words or "order_discount")
    if given.get("first_two_included_in_price") and rounding == "document":
        rounding = "parts"
    marked = [_marked(row, given) for row in rows]
    kept = _kept(str(given.get("promotion", "")), marked)
    lines = [
        LeviedLine(one.price * one.pieces * keep, one.levies, one.pieces)
        for one, keep in zip(marked, kept, strict=True)
    ]
    found = levies_of(lines, currency=CURRENCY, rounding=rounding)
    return _told(found, case["expected"], lines)


def _kept(promotion: str, marked: Sequence[_Marked]) -> list[Fraction]:
    """The part of each line that is left to pay after the steps of a promotion."""
    kept = [Fraction(1)] * len(marked)
    for words in filter(None, promotion.split(" then ")):
        if found := re.fullmatch(rf"{_NUMBER}% (?:off )?order", words):
            kept = [keep * (1 - fraction(found[1]) / 100) for keep in kept]
        elif found := re.fullmatch(rf"{_NUMBER}% on the {_NUMBER}% item(?: \(already -{_NUMBER}%\))?", words):
            at = _first_at(fraction(found[2]), marked)
            kept[at] *= 1 - fraction(found[1]) / 100
        else:
            raise NotApplicableError(Reason.PROMOTION, words)
    return kept


def _first_at(percent: Fraction, marked: Sequence[_Marked]) -> int:
    """The first line that bears one levy of this rate and no other: cases name an item by it."""
    for number, one in enumerate(marked):
        if len(one.levies) == 1 and one.levies[0].basis_points == _basis_points(percent):
            return number
    raise NotApplicableError(Reason.PROMOTION, f"no item at {percent}%")


def _told(found: Levied, expected: Mapping[str, object], lines: Sequence[LeviedLine]) -> dict[str, object]:
    by_name = {name: shown(tax) for name, tax in found.rows}
    tax = by_name if isinstance(expected.get("tax"), Mapping) else shown(found.tax)
    groups = len({line.levies for line in lines})
    told: dict[str, object] = {"net": shown(found.net), "tax": tax, "total": shown(found.total)}
    return told | {"by_tax": list(by_name.values()), "discount_lines": groups}


def _marked(row: Mapping[str, Any], given: Mapping[str, Any]) -> _Marked:
    pieces = fraction(row.get("qty", 1))
    if "products" in given:
        words = given["products"][row["sku"]]
        price, _, taxes = words.partition(" ")
        return _Marked(minor(price), pieces, _levies_in_words(taxes))
    price = minor(row["unit_price"]) * (1 - fraction(row.get("discount_percent", 0)) / 100)
    if "tax" in row:
        return _Marked(price, pieces, _levies_in_words(row["tax"]))
    return _Marked(price, pieces, _levies_of_all(row, given))


def _levies_of_all(row: Mapping[str, Any], given: Mapping[str, Any]) -> tuple[Levy, ...]:
    included = bool(given.get("included", given.get("prices_include_tax", False)))
    inside = 2 if given.get("first_two_included_in_price") else 0
    if "taxes_percent_of_gross" in given:
        shares = given["taxes_percent_of_gross"]
        return tuple(Levy(f"{s}%", _basis_points(fraction(s)), base="gross", included=included) for s in shares)
    if "taxes" in given:
        return tuple(
            _levy(number, words, included=included or number <= inside)
            for number, words in enumerate(given["taxes"], start=1)
        )
    rate = row.get("vat_percent", given.get("vat_percent"))
    return (Levy(f"{rate}%", _basis_points(fraction(rate)), included=included),)


def _levy(number: int, words: str, *, included: bool) -> Levy:
    """``fixed 1.00``, ``21%`` (on all before it) or ``6% (base for later, not affected by first)``."""
    if found := re.fullmatch(rf"fixed {_NUMBER}", words):
        return Levy(words, per_piece_minor=money(found[1]).minor, included=included)
    if found := re.fullmatch(rf"{_NUMBER}%(?: \(base for later(, not affected by first)?\))?", words):
        points = _basis_points(fraction(found[1]))
        return Levy(f"{number}: {found[1]}%", points, base="net" if found[2] else "running", included=included)
    raise NotApplicableError(Reason.UNKNOWN_INPUT, words)


def _levies_in_words(words: str) -> tuple[Levy, ...]:
    """``none``, ``+7% added``, ``incl 10%, +7% added on net``, ``35% included + 50% added``."""
    if words == "none":
        return ()
    levies = []
    for part in re.split(r", | \+ ", words):
        if found := re.fullmatch(rf"(?:incl {_NUMBER}%|{_NUMBER}% included)", part):
            rate, included = found[1] or found[2], True
        elif found := re.fullmatch(rf"\+?{_NUMBER}% added(?: on net)?", part):
            rate, included = found[1], False
        else:
            raise NotApplicableError(Reason.UNKNOWN_INPUT, part)
        levies.append(Levy(f"{rate}%", _basis_points(fraction(rate)), included=included))
    return tuple(levies)
