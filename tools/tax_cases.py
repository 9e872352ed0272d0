"""Judges tax and money cases with the kiosk's own price engine. The format: ``docs/formats/tax-case.md``.

A case is told apart by the keys of its input. Nothing here computes an expected value: lines are priced, shared and
taxed by ``kiosk.retail``, formatted by ``kiosk.i18n``, and only then compared. A key or word that is not read makes
the case not applicable, never passed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from kiosk.retail.digits import latin_digits
from kiosk.retail.money import MINOR_DIGITS, Money, round_half_up
from kiosk.retail.nfce import TOTALS, Nfce, NfceItem, Violation, right_totals, violations
from kiosk.retail.tax import Taxable, TaxRate, tax_of
from kiosk.retail.tender import CashMethod, cash_due, change
from tools.case_baskets import judge_basket, judge_discounted
from tools.case_numbers import CURRENCY, fraction, minor, money, shown, shown_as
from tools.case_verdict import Case, NotApplicableError, Reason, Verdict, compare

__all__ = ["judge", "whole"]

_UNSURE = re.compile(r"not re-checked")
_UNIT_FIRST = re.compile(r"per-unit \d-dp|round-then-multiply")


def judge(case: Case, earlier: Case | None = None) -> Verdict:
    """The verdict on one case. ``earlier`` is the case before it in the file, for those that build on it."""
    try:
        _heed(str(case.get("note", "")))
        given = whole(case, earlier)["input"]
        return _reader(given)(case, given)
    except NotApplicableError as why:
        return Verdict(case["id"], "not_applicable", why.reason, why.detail)


def _heed(note: str) -> None:
    """What a case's own note says against judging it."""
    if _UNSURE.search(note):
        raise NotApplicableError(Reason.UNSURE_SOURCE, note)
    if _UNIT_FIRST.search(note):
        raise NotApplicableError(Reason.UNIT_ROUNDING, note)


def whole(case: Case, earlier: Case | None) -> Case:
    """The case with what it takes over from the one ``earlier``, itself whole.

    Raises ``NotApplicableError`` where that is no basket.
    """
    given = case["input"]
    if "same_as" not in given:
        return case
    if earlier is None or given["same_as"] != "previous" or "lines" not in earlier["input"]:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, f"same_as {given['same_as']}")
    if earlier.get("group") != case.get("group"):
        raise NotApplicableError(Reason.UNKNOWN_INPUT, "the case that it builds on is not before it")
    own = {key: value for key, value in given.items() if key != "same_as"}
    if str(own.get("promotion", "")).startswith("then "):
        own["promotion"] = f"{earlier['input'].get('promotion', '')} {own['promotion']}".strip()
    return {**case, "input": {**earlier["input"], **own}}


_Reader = Callable[[Case, Mapping[str, Any]], Verdict]


def _reader(given: Mapping[str, Any]) -> _Reader:
    """The reader for the input's keys: all of one reader's musts and none that it does not know."""
    keys = set(given)
    for must, may, reader in _READERS:
        if must <= keys <= must | may:
            return reader
    raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(keys)))


def _included_rate(case: Case, given: Mapping[str, Any]) -> Verdict:
    """One amount that holds its VAT."""
    amount = money(given.get("gross", given.get("mrp")))
    rate = TaxRate("vat", int(fraction(given["vat_percent"]) * 100))
    tax = tax_of([Taxable(rate, amount)], currency=CURRENCY, included=True, rounding="document")
    found = {"net": shown(tax.net), "tax": shown(tax.tax), "vat": shown(tax.tax), "payable": shown(tax.total)}
    return compare(case["id"], case["expected"], found)


_CASH_METHODS: dict[str, CashMethod] = {"HALF-UP": "half_up", "UP": "up", "DOWN": "down"}


def _cash_method(given: Mapping[str, Any]) -> CashMethod:
    if given["method"] not in _CASH_METHODS:
        raise NotApplicableError(Reason.CASH_METHOD, given["method"])
    return _CASH_METHODS[given["method"]]


def _cash_line(case: Case, given: Mapping[str, Any]) -> Verdict:
    """A total rounded to a step, the rounding told beside it."""
    if given.get("strategy", "add_line") != "add_line":
        raise NotApplicableError(Reason.CASH_METHOD, given["strategy"])
    payable, rounding = cash_due(money(given["total"]), money(given["step"]).minor, _cash_method(given))
    return compare(case["id"], case["expected"], {"rounding_line": shown(rounding), "payable": shown(payable)})


def _cash_order(case: Case, given: Mapping[str, Any]) -> Verdict:
    """An order paid in cash, a part of it by bank where the note says so; its tax stays as it is."""
    note = str(case.get("note", ""))
    if "residue" in note:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, "the part paid by bank is not told")
    by_bank = re.search(r"part by bank ([\d.]+)", note)
    bank = money(by_bank[1]) if by_bank else Money.zero(CURRENCY)
    total, tax = money(given["order_total"]), money(given["tax"])
    cash, rounding = cash_due(total - bank, money(given["step"]).minor, _cash_method(given))
    found = {"paid": bank + cash, "invoice_net": total - tax + rounding, "invoice_tax": tax}
    return compare(case["id"], case["expected"], {key: shown(value) for key, value in found.items()})


def _tax_rounding(case: Case, given: Mapping[str, Any]) -> Verdict:
    """Cash rounding of a net and its tax: beside both, never on the tax."""
    if given["strategy"] != "add_line":
        raise NotApplicableError(Reason.CASH_METHOD, given["strategy"])
    total = money(given["net"]) + money(given["tax"])
    payable, rounding = cash_due(total, money(given["step"]).minor, _cash_method(given))
    found = {"rounding_line": rounding, "payable": payable, "tax": money(given["tax"])}
    return compare(case["id"], case["expected"], {key: shown(value) for key, value in found.items()})


def _change(case: Case, given: Mapping[str, Any]) -> Verdict:
    back = change(money(given["tendered"]), money(given["total"]))
    return compare(case["id"], case["expected"], {"change": shown(back)})


def _document_sums(case: Case, given: Mapping[str, Any]) -> Verdict:
    """A document whose totals must be the exact sums of its items; a stated total that differs is refused."""
    items = tuple(_document_item(row) for row in given["items"])
    stated = {key.removeprefix("total_"): money(value).minor for key, value in given.items() if key in _STATED}
    payments = tuple(money(paid).minor for paid in given.get("payments", ()))
    change_back = money(given["change"]).minor if "change" in given else None
    broken = violations(Nfce(items, stated, payments, change_back))
    found: dict[str, object] = {
        f"correct_{prefix}{tag}": shown(Money(right, CURRENCY))
        for tag, right in right_totals(items).items()
        for prefix in ("total_", "")
    }
    return compare(case["id"], case["expected"], found | {"rejected": _code(broken)})


def _document_item(row: Mapping[str, Any]) -> NfceItem:
    unread = row.keys() - TOTALS.keys() - {"qCom", "vUnCom", "pICMS"}
    if unread:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, ", ".join(sorted(unread)))
    return NfceItem(
        {tag: money(row[tag]).minor for tag in TOTALS if tag in row},
        fraction(row["qCom"]) if "qCom" in row else None,
        minor(row["vUnCom"]) if "vUnCom" in row else None,
        int(fraction(row["pICMS"]) * 100) if "pICMS" in row else None,
    )


def _code(broken: Sequence[Violation]) -> int | None:
    """The code of the first rule that is broken; one whose code is not known cannot be compared."""
    if broken and broken[0].code is None:
        raise NotApplicableError(Reason.UNKNOWN_EXPECTATION, f"the code that rejects {broken[0].tag}")
    return broken[0].code if broken else None


def _document_line(case: Case, given: Mapping[str, Any]) -> Verdict:
    """Quantity times price, as the line states it."""
    item = _document_item(given)
    right = round_half_up(fraction(given["qCom"]) * minor(given["vUnCom"]))
    found = {"rejected": _code(violations(Nfce((item,), {}))), "correct_vProd": shown(Money(right, CURRENCY))}
    return compare(case["id"], case["expected"], found)


def _tax_within_a_cent(case: Case, given: Mapping[str, Any]) -> Verdict:
    ours = shown(Money(round_half_up(fraction(given["unrounded"]) * 100), CURRENCY))
    accepted = case["expected"]["accepted"]
    return compare(case["id"], case["expected"], {"accepted": accepted if ours in accepted else [ours]})


def _library_rounding(_case: Case, given: Mapping[str, Any]) -> Verdict:
    raise NotApplicableError(Reason.ANOTHER_LIBRARY, f"{given['amount']} to two digits")


def _formatted(case: Case, given: Mapping[str, Any]) -> Verdict:
    """An amount as people of a place write it."""
    currency = given["currency"]
    if currency not in MINOR_DIGITS:
        raise NotApplicableError(Reason.UNKNOWN_INPUT, currency)
    text = shown_as(fraction(given["amount"]), currency, given["locale"])
    return compare(case["id"], case["expected"], {"text": text})


def _typed_digits(case: Case, given: Mapping[str, Any]) -> Verdict:
    try:
        value = str(Decimal(latin_digits(given["text"])))
    except InvalidOperation:
        value = ""
    return compare(case["id"], case["expected"], {"value": value})


_BASKET_WORDS = {
    "prices_include_tax",
    "rounding",
    "order_discount",
    "allocate",
    "promotion",
    "vat_percent",
    "taxes",
    "included",
    "first_two_included_in_price",
    "taxes_percent_of_gross",
    "products",
}
_STATED = {f"total_{tag}" for tag in (*TOTALS, "vNF")}
_READERS: tuple[tuple[set[str], set[str], _Reader], ...] = (
    ({"lines"}, _BASKET_WORDS, judge_basket),
    ({"lines_gross", "vat_percent"}, {"rounding"}, judge_basket),
    ({"gross", "vat_percent"}, set(), _included_rate),
    ({"mrp", "vat_percent"}, set(), _included_rate),
    ({"unit_price", "tax", "discount_incl_tax"}, set(), judge_discounted),
    ({"total", "step", "method"}, {"strategy"}, _cash_line),
    ({"order_total", "tax", "step", "method"}, set(), _cash_order),
    ({"net", "tax", "step", "method", "strategy"}, set(), _tax_rounding),
    ({"total", "tendered"}, set(), _change),
    ({"items"}, _STATED | {"payments", "change"}, _document_sums),
    ({"qCom", "vUnCom", "vProd"}, set(), _document_line),
    ({"unrounded"}, set(), _tax_within_a_cent),
    ({"amount"}, set(), _library_rounding),
    ({"amount", "currency", "locale"}, set(), _formatted),
    ({"text"}, set(), _typed_digits),
)
